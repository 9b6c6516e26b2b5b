import { recipientPages as pages } from "../contracts/recipient-pages.ts";
import type { RecipientLinks } from "./body.ts";
import { readLink, signLink, type TrackingLink, type UnsubscribeLink } from "./link-token.ts";

/** One recipient of one email. */
export type Mail = Omit<UnsubscribeLink, "kind">;

/** Base URLs, without a trailing slash. */
export interface LinkHosts {
  /** Of the pages that recipients see. */
  readonly pages: string;
  /** Of pixels and links: the domain's own host, or the same as for pages. */
  readonly tracking: string;
}

/** What every link begins with that records a click. */
export function clickBaseOf({ tracking }: LinkHosts): string {
  return tracking + pages.click.path;
}

export interface OwnLinks extends RecipientLinks {
  /** What is signed in the unsubscribe link. */
  readonly unsubscribeToken: string;
}

/** All of a recipient's own addresses in an email. */
export function recipientLinks(mail: Mail, hosts: LinkHosts, key: string): OwnLinks {
  const { stream: _stream, ...who } = mail;
  const { accountId, messageId } = mail;
  const clicks = new Map<string, string>();
  const unsubscribeToken = signLink({ kind: "unsubscribe", ...mail }, key);
  return {
    unsubscribeToken,
    unsubscribe: hosts.pages + pages.unsubscribe.path + unsubscribeToken,
    optOut: hosts.pages + pages["opt-out"].path + signLink({ kind: "opt-out", ...who }, key),
    open: hosts.tracking + pages.open.path + signLink({ kind: "open", accountId, messageId }, key),
    click(url) {
      // A picture and the words under it lead to the same place.
      const known = clicks.get(url);
      if (known !== undefined) return known;
      const address = clickBaseOf(hosts) + signLink({ kind: "click", accountId, messageId, url }, key);
      clicks.set(url, address);
      return address;
    },
  };
}

/** What a path of the tracking host means; undefined for one that is none of ours. */
export function linkAt(path: string, key: string): TrackingLink | undefined {
  const [, kind, token] = /^\/([a-z-]+)\/([\w-]+)$/.exec(path) ?? [];
  const link = token === undefined ? undefined : readLink(token, key);
  return link !== undefined && pages[link.kind].path === `/${kind}/` ? link : undefined;
}

/** What an unsubscribe token means that came by mail; undefined for one that is none of ours. */
export function unsubscribeLinkIn(token: string, key: string): UnsubscribeLink | undefined {
  const link = readLink(token, key);
  return link?.kind === "unsubscribe" ? link : undefined;
}
