import type { SesFaults } from "./ses-faults.ts";

/** What becomes of an accepted email at one recipient. */
export type Fate = "delivered" | "bounced" | "complained" | "suppressed";

// Out-of-office answers go to the return path, not to the events: for SES such mail is delivered.
const simulated: Record<string, Fate> = {
  success: "delivered",
  ooto: "delivered",
  bounce: "bounced",
  complaint: "complained",
  suppressionlist: "suppressed",
};

/** Amazon's mailbox simulator (its addresses may carry a `+label`), and the faults that act like it. */
export function fateOf(address: string, faults: SesFaults): Fate {
  const [local = "", domain] = address.toLowerCase().split("@");
  const name = local.split("+")[0] ?? local;
  if (domain === "simulator.amazonses.com" && Object.hasOwn(simulated, name)) {
    return simulated[name] ?? "delivered";
  }
  const fault = faults.strike(["bounce", "complaint"], [address]);
  if (!fault) return "delivered";
  return fault.effect === "bounce" ? "bounced" : "complained";
}
