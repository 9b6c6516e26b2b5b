import { createDomainToken } from "../accounts/domain-token.ts";
import type { TokenStore } from "../accounts/token-store.ts";
import type { Clock } from "../platform/clock.ts";
import { PosternError } from "../platform/errors.ts";
import type { DomainStore } from "./domain-store.ts";
import type { KeyZoneClient } from "./key-zone-client.ts";
import type { SendingDomain } from "./sending-domain.ts";
import { type SettleIdentityDeps, settleIdentity } from "./settle-identity.ts";

export interface SetUpDomainDeps extends SettleIdentityDeps {
  readonly domains: Pick<DomainStore, "holder" | "changeIfAsRead">;
  readonly keyZone: Pick<KeyZoneClient, "publish">;
  readonly tokens: Pick<TokenStore, "createUntold" | "list">;
  readonly clock: Clock;
}

/**
 * Makes what a domain needs elsewhere, from what its row says: its keys published, its identity at the mail provider,
 * and a token of its own. Cut off anywhere, the same call again completes it.
 *
 * @throws PosternError `not_found` if the domain was deleted meanwhile
 */
export async function setUpDomain(deps: SetUpDomainDeps, domain: SendingDomain): Promise<SendingDomain> {
  const { domains, keyZone, sesIdentities, tokens, clock } = deps;
  // Published before anybody signs.
  await keyZone.publish(domain);
  await sesIdentities.create(domain);
  await createDomainToken({ tokens }, domain);
  const done = await domains.changeIfAsRead(domain, { setUpAt: clock.now() }, { asRead: { id: domain.id } });
  if (done !== undefined) return done;
  await settleIdentity(deps, domain.name);
  throw new PosternError("not_found");
}
