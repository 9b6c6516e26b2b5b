import { domainToUnicode } from "node:url";
import { isDisposableEmailDomain } from "disposable-email-domains-js";
import { getDomain } from "tldts";
import { brandLike } from "./brands.ts";

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
      isDisposableEmailDomain(getDomain(name) ?? name),
      "The domain belongs to a provider of disposable addresses.",
    ],
    [brand !== undefined, `The domain looks like one of ${brand}.`],
    [!hasCompanyInfo, "The company information is incomplete."],
    [!websiteAnswers, "The website in the company information does not answer."],
  ];
  return reasons.filter(([applies]) => applies).map(([, reason]) => reason);
}
