import { createDomainToken } from "../accounts/domain-token.ts";
import type { TokenStore } from "../accounts/token-store.ts";
import type { DkimKeyClient } from "./dkim-key-client.ts";
import { sendingDomainName } from "./domain-name.ts";
import type { DomainStore } from "./domain-store.ts";
import type { KeyZoneClient } from "./key-zone-client.ts";
import { type ComplianceStatus, dkimSelectors, type SendingDomain } from "./sending-domain.ts";
import type { SesIdentityClient } from "./ses-identity-client.ts";

export interface AddDomainDeps {
  readonly domains: Pick<DomainStore, "find" | "add">;
  readonly dkimKeys: DkimKeyClient;
  readonly keyZone: Pick<KeyZoneClient, "publish">;
  readonly sesIdentities: Pick<SesIdentityClient, "create">;
  readonly tokens: Pick<TokenStore, "create" | "list">;
}

/**
 * Adds a sending domain: its name checked, its DKIM keys made, its row written, and then, from what the row
 * says, its keys published, its identity made at the mail provider, and a token of its own. Cut off anywhere, the same
 * call again completes it.
 *
 * @param wanted.typedName as somebody typed it
 * @throws PosternError `validation_failed` for a name that cannot be added, or that another account has
 */
export async function addDomain(
  { domains, dkimKeys, keyZone, sesIdentities, tokens }: AddDomainDeps,
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
  // Published before anybody signs.
  await keyZone.publish(domain);
  await sesIdentities.create(domain);
  await createDomainToken({ tokens }, domain);
  return domain;
}
