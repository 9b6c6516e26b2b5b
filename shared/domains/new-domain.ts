import { randomBytes } from "node:crypto";
import { stateToTell } from "./notices.ts";
import { type SendingDomain, settingsOfNewDomains } from "./sending-domain.ts";

export type WantedDomain = Pick<SendingDomain, "accountId" | "name" | "complianceStatus" | "dkimKeys"> &
  Partial<Pick<SendingDomain, "reviewReasons">>;

/** A domain as it begins. Of the status that it begins with its owner need not be told. */
export function newDomain(id: number, now: number, wanted: WantedDomain): SendingDomain {
  return {
    ...{ id, reviewReasons: [], ...wanted },
    returnPathLabel: `mt${randomBytes(4).toString("hex")}`,
    ...settingsOfNewDomains,
    ...{ createdAt: now, demo: false, demoSent: 0 },
    toldState: stateToTell(wanted),
    ...(wanted.complianceStatus === "compliant" && { approvedAt: now }),
  };
}
