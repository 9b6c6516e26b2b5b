import type { DnsRecord } from "./record.ts";

const mailServers: Readonly<Record<string, readonly string[]>> = {
  "gmail.com": ["5 gmail-smtp-in.l.google.com", "10 alt1.gmail-smtp-in.l.google.com"],
  "outlook.com": ["5 outlook-com.olc.protection.outlook.com"],
  "hotmail.com": ["2 hotmail-com.olc.protection.outlook.com"],
  "yahoo.com": ["1 mta5.am0.yahoodns.net", "1 mta6.am0.yahoodns.net"],
  "icloud.com": ["10 mx01.mail.icloud.com", "10 mx02.mail.icloud.com"],
  "fastmail.com": ["10 in1-smtp.messagingengine.com"],
  "google-workspace.example": ["1 aspmx.l.google.com", "5 alt1.aspmx.l.google.com"],
  "office365.example": ["0 office365-example.mail.protection.outlook.com"],
};

/** What the local world knows before anybody sets anything: where large mailbox providers take mail, and what sends it. */
export const defaultRecords: readonly DnsRecord[] = [
  ...Object.entries(mailServers).flatMap(([name, servers]) =>
    servers.map((value) => ({ name, type: "MX" as const, value })),
  ),
  // On this machine Amazon SES sends from here.
  { name: "amazonses.com", type: "TXT", value: "v=spf1 ip4:127.0.0.1 -all" },
];
