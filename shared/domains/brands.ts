import { parse } from "tldts";

/** Names that deceivers like to look like, with the registrable domains that are theirs. */
const brands: Readonly<Record<string, readonly string[]>> = {
  paypal: ["paypal.com", "paypal.me"],
  amazon: ["amazon.com", "amazon.co.uk", "amazon.de", "amazon.fr", "amazon.it", "amazon.es", "amazon.co.jp"],
  apple: ["apple.com"],
  icloud: ["icloud.com"],
  microsoft: ["microsoft.com"],
  office365: ["office365.com"],
  google: ["google.com", "google.co.uk", "google.de", "google.fr"],
  facebook: ["facebook.com"],
  instagram: ["instagram.com"],
  whatsapp: ["whatsapp.com"],
  linkedin: ["linkedin.com"],
  netflix: ["netflix.com"],
  spotify: ["spotify.com"],
  dropbox: ["dropbox.com"],
  docusign: ["docusign.com", "docusign.net"],
  coinbase: ["coinbase.com"],
  binance: ["binance.com"],
  metamask: ["metamask.io"],
  chase: ["chase.com"],
  wellsfargo: ["wellsfargo.com"],
  bankofamerica: ["bankofamerica.com"],
  hsbc: ["hsbc.com", "hsbc.co.uk"],
  dhl: ["dhl.com", "dhl.de"],
  fedex: ["fedex.com"],
  usps: ["usps.com"],
};

/** What is read as another letter at a glance (Unicode TR 39 calls them confusables). */
const confusables: readonly (readonly [RegExp, string])[] = [
  [/0/g, "o"],
  [/[1|!]/g, "l"],
  [/3/g, "e"],
  [/4/g, "a"],
  [/5/g, "s"],
  [/rn/g, "m"],
  [/vv/g, "w"],
  [/[аạàáâãäå]/g, "a"],
  [/[еéèêë]/g, "e"],
  [/[іìíîï]/g, "i"],
  [/[оòóôõöø]/g, "o"],
  [/[рṗ]/g, "p"],
  [/[сç]/g, "c"],
  [/[ѕś]/g, "s"],
];
/** A name of fewer letters is one letter away from too many honest words. */
const shortestFuzzy = 6;

/**
 * The brand that a domain could be taken for, without being the brand's own.
 *
 * @param name in Unicode, so that foreign letters show
 */
export function brandLike(name: string): string | undefined {
  const { domain, domainWithoutSuffix } = parse(name, { allowPrivateDomains: false });
  if (domain === null || domainWithoutSuffix === null) return undefined;
  const label = domainWithoutSuffix.toLowerCase();
  return Object.entries(brands).find(([brand, own]) => !own.includes(domain) && looksLike(label, brand))?.[0];
}

function looksLike(label: string, brand: string): boolean {
  const words = [label, ...label.split("-"), label.replaceAll("-", "")].map(plain);
  return words.some(
    (word) => word === plain(brand) || (brand.length >= shortestFuzzy && isOneEditAway(word, plain(brand))),
  );
}

function plain(word: string): string {
  return confusables.reduce((text, [letters, letter]) => text.replace(letters, letter), word);
}

/** One letter more, less, other, or two swapped. */
function isOneEditAway(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false;
  const start = [...one].findIndex((letter, place) => letter !== other[place]);
  if (start < 0) return true;
  const rest = (text: string, from: number) => text.slice(start + from);
  const isSwapped =
    one[start] === other[start + 1] && one[start + 1] === other[start] && rest(one, 2) === rest(other, 2);
  return (
    isSwapped ||
    rest(one, 1) === rest(other, 1) ||
    rest(one, 1) === rest(other, 0) ||
    rest(one, 0) === rest(other, 1)
  );
}
