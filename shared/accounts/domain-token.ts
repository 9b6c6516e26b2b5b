import type { Token } from "./token.ts";
import type { TokenStore } from "./token-store.ts";

/**
 * Makes the token that every new domain has: admin of that domain. Nobody knows its secret until it is reset.
 * A domain that has a token of its own already gets no other.
 */
export async function createDomainToken(
  { tokens }: { readonly tokens: Pick<TokenStore, "createUntold" | "list"> },
  domain: { readonly accountId: number; readonly id: number; readonly name: string },
): Promise<Token> {
  const isOwn = ({ resourceType, resourceId }: Token["resources"][number]) =>
    resourceType === "domain" && resourceId === domain.id;
  const existing = (await tokens.list(domain.accountId)).find(({ resources }) => resources.some(isOwn));
  if (existing !== undefined) return existing;
  return await tokens.createUntold(domain.accountId, (id) => ({
    name: `${domain.name} token ${id}`,
    resources: [{ resourceType: "domain", resourceId: domain.id, accessLevel: 100 }],
    // It works for nobody before it is reset, and then it is given an end.
    expiresAt: null,
  }));
}
