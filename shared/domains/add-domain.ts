import type { DkimKeyClient } from "./dkim-key-client.ts";
import type { AddingCheck } from "./domain-adding-store.ts";
import { sendingDomainName } from "./domain-name.ts";
import type { DomainStore } from "./domain-store.ts";
import type { WantedDomain } from "./new-domain.ts";
import {
  type ComplianceStatus,
  type DeletedDomain,
  dkimSelectors,
  type SendingDomain,
} from "./sending-domain.ts";
import { type SetUpDomainDeps, setUpDomain } from "./set-up-domain.ts";

export interface AddDomainDeps extends SetUpDomainDeps {
  readonly domains: Pick<DomainStore, "list" | "add" | "lastDeleted" | "holder" | "changeIfAsRead">;
  readonly dkimKeys: Pick<DkimKeyClient, "create">;
}

export interface NewDomain {
  readonly accountId: number;
  /** As somebody typed it. */
  readonly typedName: string;
  readonly complianceStatus: ComplianceStatus;
}

/**
 * Adds a sending domain: its name checked, its DKIM keys made, its row written, and then, from what the row
 * says, all that it needs elsewhere. Cut off anywhere, the same call again completes it.
 *
 * @param mayAdd throws if the account may not have a domain of that name, by those that it has
 * @throws PosternError `validation_failed` for a name that cannot be added, or that another account has, and what
 * the check throws
 */
export async function addDomain(
  deps: AddDomainDeps,
  { accountId, typedName, complianceStatus }: NewDomain,
  mayAdd: (name: string, own: readonly SendingDomain[]) => void = () => undefined,
): Promise<SendingDomain> {
  const { domains, dkimKeys } = deps;
  const name = sendingDomainName(typedName);
  const check: AddingCheck = (own) => mayAdd(name, own);
  const own = await domains.list(accountId);
  check(own);
  const existing = own.find((domain) => domain.name === name);
  if (existing !== undefined) return setUpDomain(deps, existing);
  const beginning = stillRefused(complianceStatus, await domains.lastDeleted(accountId, name));
  const keys = await Promise.all(
    dkimSelectors.map((selector) => dkimKeys.create({ accountId, name }, selector)),
  );
  return setUpDomain(deps, await domains.add({ accountId, name, dkimKeys: keys, ...beginning }, check));
}

/** Whom the operator has turned away does not come back by deleting the domain and adding it again. */
function stillRefused(
  complianceStatus: ComplianceStatus,
  before: DeletedDomain | undefined,
): Pick<WantedDomain, "complianceStatus" | "reviewReasons"> {
  const status = before?.complianceStatus;
  const isRefused = status === "non_compliant" || status === "suspended";
  if (complianceStatus !== "unverified_dns" || !before || !isRefused) return { complianceStatus };
  return { complianceStatus: status, reviewReasons: before.reviewReasons };
}
