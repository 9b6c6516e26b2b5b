import * as z from "zod";

/**
 * A fault in the AWS calls of functions. It acts on the call as the function sees it, after the SDK's own
 * retries. `before`: the call never goes out; `after`: it took effect, and the function does not learn of it.
 */
export const faultRuleSchema = z.strictObject({
  /** Logical id of the function, or `*`. */
  function: z.string().min(1).default("*"),
  /** Such as `dynamodb:UpdateItem`; `*` stands for any text. */
  call: z.string().min(1),
  when: z.enum(["before", "after"]).default("before"),
  /** `die` ends the function's thread, with all that is in flight in it. */
  effect: z.enum(["die", "throttle", "error", "timeout"]),
  probability: z.number().gt(0).max(1).default(1),
  /** After so many times the rule is spent. */
  times: z.number().int().positive().optional(),
  /** So many matching calls pass first. */
  skip: z.number().int().nonnegative().default(0),
});

export type FaultRule = z.infer<typeof faultRuleSchema>;
export type FaultMoment = FaultRule["when"];
export type FaultEffect = FaultRule["effect"];

export function concerns(rule: FaultRule, functionId: string, call: string, when: FaultMoment): boolean {
  return rule.when === when && isLike(rule.function, functionId) && isLike(rule.call, call);
}

/** The rules in force, with the memory of what they have done; threads come and go, this stays. */
export interface FaultRules {
  list(): readonly (FaultRule & { readonly seen: number; readonly done: number })[];
  add(rules: readonly FaultRule[]): void;
  clear(): void;
  /** What is to happen to a call now, if anything; counts the call. */
  strike(functionId: string, call: string, when: FaultMoment): FaultEffect | undefined;
}

/** @param random a number from 0 (included) to 1 */
export function faultRules(random: () => number = Math.random): FaultRules {
  let rules: (FaultRule & { seen: number; done: number })[] = [];
  return {
    list: () => rules,
    add: (added) => {
      rules = [...rules, ...added.map((rule) => ({ ...rule, seen: 0, done: 0 }))];
    },
    clear: () => {
      rules = [];
    },
    strike(functionId, call, when) {
      for (const rule of rules) {
        if (!concerns(rule, functionId, call, when)) continue;
        rule.seen += 1;
        const spent = rule.times !== undefined && rule.done >= rule.times;
        if (spent || rule.seen <= rule.skip || random() >= rule.probability) continue;
        rule.done += 1;
        return rule.effect;
      }
      return undefined;
    },
  };
}

function isLike(pattern: string, text: string): boolean {
  if (!pattern.includes("*")) return pattern === text;
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(text);
}
