import { domainToUnicode } from "node:url";
import { getDomain } from "tldts";
import { brandLike } from "./brands.ts";

/** Domains whose mailboxes and subdomains are there to be thrown away. The best known only. */
const disposableDomains = new Set([
  ...["mailinator.com", "guerrillamail.com", "guerrillamail.info", "sharklasers.com", "grr.la"],
  ...["10minutemail.com", "10minutemail.net", "temp-mail.org", "tempmail.com", "tempmail.dev"],
  ...["throwawaymail.com", "trashmail.com", "trashmail.de", "yopmail.com", "yopmail.net", "yopmail.fr"],
  ...["getnada.com", "maildrop.cc", "mailnesia.com", "mintemail.com", "mohmal.com", "dispostable.com"],
  ...["fakeinbox.com", "spamgourmet.com", "mytemp.email", "emailondeck.com", "moakt.com", "tempr.email"],
]);

/** What was found out about a domain, for its review. */
export interface ReviewFacts {
  /** In lower-case A-labels. */
  readonly name: string;
  /** The name, or the registrable domain above it, leads to a server or takes mail. */
  readonly resolves: boolean;
  readonly hasCompanyInfo: boolean;
  /** The company's website answers. */
  readonly websiteAnswers: boolean;
}

/** Why a person should look at a domain before it sends, as its owner reads it; none means that it may. */
export function reasonsAgainst({ name, resolves, hasCompanyInfo, websiteAnswers }: ReviewFacts): string[] {
  const brand = brandLike(domainToUnicode(name));
  const reasons: [boolean, string][] = [
    [!resolves, "The domain leads to no website and takes no mail."],
    [
      disposableDomains.has(getDomain(name) ?? name),
      "The domain belongs to a provider of disposable addresses.",
    ],
    [brand !== undefined, `The domain looks like one of ${brand}.`],
    [!hasCompanyInfo, "The company information is incomplete."],
    [!websiteAnswers, "The website in the company information does not answer."],
  ];
  return reasons.filter(([applies]) => applies).map(([, reason]) => reason);
}
