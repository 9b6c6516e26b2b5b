import * as z from "zod";

/** When a fault strikes; a rule without terms strikes always. */
export const faultTerms = {
  /** Of the calls that the rule fits, the share that it strikes. */
  probability: z.number().min(0).max(1).optional(),
  /** It strikes so often and is then spent. */
  times: z.number().int().min(1).optional(),
  /** Only this recipient: an address, or `@domain` for all of a domain. */
  recipient: z.string().min(1).optional(),
};

export interface FaultTerms {
  probability?: number | undefined;
  times?: number | undefined;
  recipient?: string | undefined;
}

/** The rules in force at one engine. */
export interface FaultBook<Rule extends FaultTerms> {
  /** Replaces all rules; none heals the engine. The same seed strikes the same sequence of calls. */
  set(faults: { rules: Rule[]; seed?: number | undefined }): void;
  /** The rules that may still strike, with the times that remain. */
  rules(): Rule[];
  /** The first rule of one of these effects that strikes a call for these recipients, if any does. */
  strike<Effect extends string>(
    effects: readonly Effect[],
    recipients: readonly string[],
    /** A further condition; a rule that it rules out is neither struck nor used up. */
    fits?: (rule: Extract<Rule, { effect: Effect }>) => boolean,
  ): Extract<Rule, { effect: Effect }> | undefined;
}

export function faultBook<Rule extends FaultTerms & { effect: string }>(): FaultBook<Rule> {
  let rules: Rule[] = [];
  let random = randomFrom(1);
  return {
    set: (faults) => {
      rules = faults.rules.map((rule) => ({ ...rule }));
      random = randomFrom(faults.seed ?? 1);
    },
    rules: () => rules.filter(({ times }) => times !== 0).map((rule) => ({ ...rule })),
    strike: <Effect extends string>(
      effects: readonly Effect[],
      recipients: readonly string[],
      fits: (rule: Extract<Rule, { effect: Effect }>) => boolean = () => true,
    ) => {
      const struck = rules.find(
        (rule) =>
          (effects as readonly string[]).includes(rule.effect) &&
          rule.times !== 0 &&
          concerns(rule, recipients) &&
          fits(rule as Extract<Rule, { effect: Effect }>) &&
          (rule.probability === undefined || random() < rule.probability),
      );
      if (struck?.times !== undefined) struck.times -= 1;
      return struck as Extract<Rule, { effect: Effect }> | undefined;
    },
  };
}

function concerns({ recipient }: FaultTerms, recipients: readonly string[]): boolean {
  if (recipient === undefined) return true;
  const wanted = recipient.toLowerCase();
  return recipients.some((address) => {
    const given = address.toLowerCase();
    return wanted.startsWith("@") ? given.endsWith(wanted) : given === wanted;
  });
}

/** Mulberry32: small, and the same sequence for the same seed everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
