import type { Token, TokenResource } from "./token.ts";

const admin = 100;
const none = 0;

/** 10 may look, 100 may change; 0 neither. */
export type Level = 0 | 10 | 100;

/** What a token lets its holder see and change. */
export interface Permissions {
  /** On everything of the account. */
  readonly account: Level;
  /** On one domain and what belongs to it. */
  onDomain(domainId: number): Level;
  /** The domains that may be seen; undefined means all of them. */
  readonly visibleDomains: readonly number[] | undefined;
  /** On an organization and its accounts' names, but on nothing in these accounts. */
  onOrganization(organizationId: number): Level;
}

export function permissionsOf(token: Token): Permissions {
  const account = highest(token.resources.filter((resource) => isWholeAccount(resource, token)));
  return {
    account,
    onDomain: (domainId) =>
      highest(
        token.resources.filter((resource) => isDomain(resource, domainId) || isWholeAccount(resource, token)),
      ),
    visibleDomains:
      account === none
        ? token.resources.filter(({ resourceType }) => resourceType === "domain").map(idOf)
        : undefined,
    onOrganization: (organizationId) =>
      highest(
        token.resources.filter(
          ({ resourceType, resourceId }) => resourceType === "organization" && resourceId === organizationId,
        ),
      ),
  };
}

function highest(resources: readonly TokenResource[]): Level {
  return resources.reduce<Level>(
    (level, { accessLevel }) => (accessLevel > level ? accessLevel : level),
    none,
  );
}

function idOf({ resourceId }: TokenResource): number {
  return resourceId;
}

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
