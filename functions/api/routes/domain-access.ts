import type { DomainStore } from "../../../shared/domains/domain-store.ts";
import type { SendingDomain } from "../../../shared/domains/sending-domain.ts";
import { PosternError } from "../../../shared/platform/errors.ts";
import type { ApiRequest } from "../door/route.ts";

type Asked = Pick<ApiRequest, "account" | "permissions" | "params">;

/** @throws PosternError `not_found` for a domain that is not there or that the token may not see */
export async function domainToSee(
  { domains }: { domains: Pick<DomainStore, "get"> },
  { account, permissions, params }: Asked,
): Promise<SendingDomain> {
  const id = Number(params["id"]);
  const isSeen = Number.isSafeInteger(id) && permissions.onDomain(id) >= 10;
  const domain = isSeen ? await domains.get(account.id, id) : undefined;
  if (domain === undefined) throw new PosternError("not_found");
  return domain;
}

/** @throws PosternError `not_found` as above, `forbidden` for one that the token may only see */
export async function domainToChange(
  deps: { domains: Pick<DomainStore, "get"> },
  request: Asked,
): Promise<SendingDomain> {
  const domain = await domainToSee(deps, request);
  if (request.permissions.onDomain(domain.id) < 100) throw new PosternError("forbidden");
  return domain;
}
