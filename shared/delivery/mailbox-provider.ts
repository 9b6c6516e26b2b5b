/**
 * Mailbox providers by the names of their mail servers (MX). A provider that serves its own addresses and
 * companies' domains from the same servers has two names: the addresses tell which.
 */
interface Provider {
  readonly name: string;
  /** What the names of its servers end in. */
  readonly servers: readonly string[];
}

interface TwofoldProvider {
  /** For the provider's own, free addresses. */
  readonly own: string;
  /** For companies' domains. */
  readonly hosted: string;
  readonly servers: readonly string[];
  readonly ownDomains: RegExp;
}

const twofold: readonly TwofoldProvider[] = [
  {
    own: "Google",
    hosted: "Google Workspace",
    servers: ["google.com", "googlemail.com", "psmtp.com"],
    ownDomains: /^(?:gmail|googlemail)\.com$/,
  },
  {
    own: "Outlook",
    hosted: "Office 365",
    servers: ["protection.outlook.com", "mx.microsoft", "hotmail.com", "outlook.de"],
    ownDomains: /^(?:(?:outlook|hotmail|live|msn|windowslive|passport)(?:\.[a-z]{2,3}){1,2})$/,
  },
];

const providers: readonly Provider[] = [
  { name: "Yahoo", servers: ["yahoodns.net", "yahoo.com", "yahoo.co.jp", "aol.com", "biglobe.ne.jp"] },
  { name: "Hey", servers: ["hey.com"] },
  {
    name: "Zoho Email",
    servers: ["zoho.com", "zoho.eu", "zoho.in", "zoho.com.au", "zoho.jp", "zohomail.com"],
  },
  { name: "ProtonMail", servers: ["protonmail.ch", "proton.ch", "proton.me"] },
  { name: "Yandex", servers: ["yandex.ru", "yandex.net", "yandex.com"] },
  { name: "iCloud", servers: ["icloud.com", "apple.com"] },
  { name: "Amazon SES (Simple Email Service)", servers: ["amazonaws.com", "amazonses.com", "awsapps.com"] },
  { name: "Proofpoint Email Protection", servers: ["pphosted.com", "ppe-hosted.com", "gpphosted.com"] },
  {
    name: "Mimecast Email Protection",
    servers: ["mimecast.com", "mimecast.co.za", "mimecast-offshore.com"],
  },
  { name: "GMX.net", servers: ["gmx.net", "gmx.com", "gmx.de"] },
  { name: "Rackspace", servers: ["emailsrvr.com"] },
  { name: "OVH hosted", servers: ["ovh.net", "ovh.com", "ovh.ca"] },
  { name: "Linode hosted", servers: ["linode.com", "linodeusercontent.com"] },
  { name: "GoDaddy", servers: ["secureserver.net"] },
  { name: "Symantec Email Protection", servers: ["messagelabs.com", "messagelabs.net"] },
  { name: "Barracuda Email Protection", servers: ["barracudanetworks.com", "cudamail.com"] },
  { name: "Cisco Email Protection", servers: ["iphmx.com"] },
  { name: "FastMail", servers: ["messagingengine.com", "fastmail.com"] },
  { name: "Naver", servers: ["naver.com", "navercorp.com", "worksmobile.com"] },
  { name: "Seznam", servers: ["seznam.cz", "email.cz"] },
  { name: "Comcast", servers: ["comcast.net", "comcast.com"] },
  { name: "Spectrum", servers: ["charter.net", "rr.com", "twc.com", "spectrum.com", "spectrum.net"] },
];

/**
 * The name of the mailbox provider behind a mail server.
 *
 * @param recipientDomain what follows the `@` in the recipient's address
 * @param mx name of one of that domain's mail servers
 * @returns undefined for a provider without a name here
 */
export function mailboxProviderOf(recipientDomain: string, mx: string): string | undefined {
  const server = plain(mx);
  const serves = ({ servers }: Pick<Provider, "servers">) =>
    servers.some((name) => server === name || server.endsWith(`.${name}`));
  const both = twofold.find(serves);
  if (both) return both.ownDomains.test(plain(recipientDomain)) ? both.own : both.hosted;
  return providers.find(serves)?.name;
}

/** Names of domains are the same in any case, and with the root's dot (RFC 1034 §3.1). */
function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
