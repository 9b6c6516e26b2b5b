/** The command line cannot mean anything. */
export class UsageMistake extends Error {
  override readonly name = "UsageMistake";
}

/** The installation refused, or something is wrong with it. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  /** The output has said it already. */
  readonly isTold: boolean;

  constructor(message: string, { isTold = false }: { isTold?: boolean } = {}) {
    super(message);
    this.isTold = isTold;
  }
}
