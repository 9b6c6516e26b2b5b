/**
 * Domains under which anybody gets a mailbox: nobody who sends can own them, and their DMARC policies
 * refuse what others send in their name. The large providers only: every other such name fails at
 * verification, since its DNS records cannot be set.
 */
const mailboxDomains = new Set([
  ...["gmail.com", "googlemail.com"],
  ...["outlook.com", "hotmail.com", "hotmail.co.uk", "hotmail.fr", "live.com", "msn.com"],
  ...["yahoo.com", "yahoo.co.uk", "yahoo.co.jp", "yahoo.de", "yahoo.fr", "ymail.com", "rocketmail.com"],
  ...["icloud.com", "me.com", "mac.com", "aol.com"],
  ...["proton.me", "protonmail.com", "pm.me", "tutanota.com", "tuta.com", "fastmail.com", "hey.com"],
  ...["gmx.com", "gmx.net", "gmx.de", "gmx.at", "gmx.ch", "web.de", "t-online.de", "freenet.de"],
  ...["mail.com", "zoho.com", "zohomail.com", "yandex.com", "yandex.ru", "mail.ru", "ukr.net"],
  ...["orange.fr", "free.fr", "laposte.net", "libero.it", "wp.pl", "o2.pl", "onet.pl", "seznam.cz"],
  ...["qq.com", "163.com", "126.com", "sina.com", "naver.com", "daum.net", "rediffmail.com"],
  ...["comcast.net", "verizon.net", "att.net", "uol.com.br", "bol.com.br"],
]);

/** @param domain a registrable domain in lower case */
export function isPublicMailboxDomain(domain: string): boolean {
  return mailboxDomains.has(domain);
}
