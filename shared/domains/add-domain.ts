import type { DkimKeyClient } from "./dkim-key-client.ts";
import { sendingDomainName } from "./domain-name.ts";
import type { DomainStore } from "./domain-store.ts";
import { type ComplianceStatus, dkimSelectors, type SendingDomain } from "./sending-domain.ts";
import type { SesIdentityClient } from "./ses-identity-client.ts";

export interface AddDomainDeps {
  domains: DomainStore;
  dkimKeys: DkimKeyClient;
  sesIdentities: SesIdentityClient;
}

/**
 * Adds a sending domain: its name checked, its DKIM keys made, its row written, and then its identity at
 * the mail provider, from what the row says. Cut off anywhere, the same call again completes it.
 *
 * @param wanted.typedName as somebody typed it
 * @throws PosternError `invalid_request` for a name that cannot be added
 */
export async function addDomain(
  { domains, dkimKeys, sesIdentities }: AddDomainDeps,
  wanted: { accountId: number; typedName: string; complianceStatus: ComplianceStatus },
): Promise<SendingDomain> {
  const { accountId, complianceStatus } = wanted;
  const name = sendingDomainName(wanted.typedName);
  const domain =
    (await domains.find(accountId, name)) ??
    (await domains.add({
      accountId,
      name,
      complianceStatus,
      dkimKeys: await Promise.all(
        dkimSelectors.map((selector) => dkimKeys.create({ accountId, name }, selector)),
      ),
    }));
  await sesIdentities.create(domain);
  return domain;
}
