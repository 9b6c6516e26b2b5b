/** A change of a text that is another for each recipient. */
export interface Edit<Values> {
  readonly start: number;
  /** The first character that is not replaced; the same as `start` where only something is put in. */
  readonly end: number;
  readonly put: (values: Values) => string;
}

/** A text with places that each recipient's values fill; every other character is always the same. */
export interface TextTemplate<Values> {
  /** Whether it has no such place. */
  readonly isFixed: boolean;
  fill(values: Values): string;
}

/** @param edits in any order, none within another; of those at one place the first comes first */
export function textTemplate<Values>(text: string, edits: readonly Edit<Values>[]): TextTemplate<Values> {
  const ordered = edits.toSorted((a, b) => a.start - b.start);
  const starts = [0, ...ordered.map(({ end }) => end)];
  const stretches = starts.map((start, place) => text.slice(start, ordered[place]?.start));
  return {
    isFixed: edits.length === 0,
    fill: (values) =>
      stretches.map((stretch, place) => stretch + (ordered[place]?.put(values) ?? "")).join(""),
  };
}
