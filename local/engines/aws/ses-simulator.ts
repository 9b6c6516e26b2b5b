import type { SesFaultRule, SesFaults } from "./ses-faults.ts";

/** What becomes of an accepted email at one recipient. */
export type Fate = "delivered" | "delayed" | "bounced" | "complained" | "suppressed" | "answered";

const simulated: Record<string, Fate> = {
  success: "delivered",
  // The answer "out of office" arrives at the return path, and SES tells of it as a bounce that passes.
  ooto: "answered",
  bounce: "bounced",
  complaint: "complained",
  suppressionlist: "suppressed",
};

const fatesByEffect: Partial<Record<SesFaultRule["effect"], Fate>> = {
  bounce: "bounced",
  complaint: "complained",
  delay: "delayed",
};

/** Amazon's mailbox simulator (its addresses may carry a `+label`), and the faults that act like it. */
export function fateOf(address: string, faults: SesFaults): Fate {
  const [local = "", domain] = address.toLowerCase().split("@");
  const name = local.split("+")[0] ?? local;
  if (domain === "simulator.amazonses.com" && Object.hasOwn(simulated, name)) {
    return simulated[name] ?? "delivered";
  }
  const fault = faults.strike(["bounce", "complaint", "delay"], [address]);
  return fault ? (fatesByEffect[fault.effect] ?? "delivered") : "delivered";
}
