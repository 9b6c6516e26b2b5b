import type { Token, TokenResource } from "./token.ts";

const admin = 100;

/** A token sends from a domain if it is admin of that domain or of the whole account. */
export function canSendFrom(token: Token, domainId: number): boolean {
  return token.resources.some(
    (resource) =>
      resource.accessLevel === admin && (isDomain(resource, domainId) || isWholeAccount(resource, token)),
  );
}

function isDomain(resource: TokenResource, domainId: number): boolean {
  return resource.resourceType === "domain" && resource.resourceId === domainId;
}

function isWholeAccount(resource: TokenResource, token: Token): boolean {
  return resource.resourceType === "account" && resource.resourceId === token.accountId;
}
