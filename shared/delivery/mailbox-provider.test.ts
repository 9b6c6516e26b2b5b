import { describe, expect, it } from "vitest";
import { mailboxProviderOf } from "./mailbox-provider.ts";

describe("the mailbox provider", () => {
  it.each([
    ["gmail.com", "gmail-smtp-in.l.google.com", "Google"],
    ["googlemail.com", "alt1.gmail-smtp-in.l.google.com.", "Google"],
    ["example.org", "aspmx.l.google.com", "Google Workspace"],
    ["example.org", "SMTP.GOOGLE.COM", "Google Workspace"],
    ["example.org", "aspmx3.googlemail.com", "Google Workspace"],
    ["outlook.com", "outlook-com.olc.protection.outlook.com", "Outlook"],
    ["Hotmail.co.uk", "eur.olc.protection.outlook.com", "Outlook"],
    ["live.com.au", "apc.olc.protection.outlook.com", "Outlook"],
    ["example.org", "example-org.mail.protection.outlook.com", "Office 365"],
    ["example.org", "example-org.a-v1.mx.microsoft", "Office 365"],
    ["outlook-fans.com", "outlookfans-com.mail.protection.outlook.com", "Office 365"],
    ["yahoo.com", "mta5.am0.yahoodns.net", "Yahoo"],
    ["aol.com", "mx-aol.mail.gm0.yahoodns.net", "Yahoo"],
    ["hey.com", "work-mx.app.hey.com", "Hey"],
    ["example.org", "mx.zoho.eu", "Zoho Email"],
    ["proton.me", "mail.protonmail.ch", "ProtonMail"],
    ["yandex.ru", "mx.yandex.ru", "Yandex"],
    ["example.org", "mx.yandex.net", "Yandex"],
    ["icloud.com", "mx01.mail.icloud.com", "iCloud"],
    ["example.org", "inbound-smtp.us-east-1.amazonaws.com", "Amazon SES (Simple Email Service)"],
    ["example.org", "mx0a-00112233.pphosted.com", "Proofpoint Email Protection"],
    ["example.org", "mx1-us1.ppe-hosted.com", "Proofpoint Email Protection"],
    ["example.org", "eu-smtp-inbound-1.mimecast.com", "Mimecast Email Protection"],
    ["gmx.de", "mx00.gmx.net", "GMX.net"],
    ["example.org", "mx1.emailsrvr.com", "Rackspace"],
    ["example.org", "mx1.mail.ovh.net", "OVH hosted"],
    ["example.org", "li1234-5.members.linode.com", "Linode hosted"],
    ["example.org", "smtp.secureserver.net", "GoDaddy"],
    ["example.org", "cluster5.eu.messagelabs.com", "Symantec Email Protection"],
    ["example.org", "d12345a.ess.barracudanetworks.com", "Barracuda Email Protection"],
    ["example.org", "mx1.hc1234-56.iphmx.com", "Cisco Email Protection"],
    ["fastmail.com", "in1-smtp.messagingengine.com", "FastMail"],
    ["naver.com", "mx1.naver.com", "Naver"],
    ["seznam.cz", "mx1.seznam.cz", "Seznam"],
    ["comcast.net", "mx2h1.comcast.net", "Comcast"],
    ["charter.net", "mx0.charter.net", "Spectrum"],
    ["example.org", "mail.example.org", undefined],
    ["example.org", "notgoogle.com", undefined],
    ["gmail.com", "gmail-smtp-in.l.google.com.example.org", undefined],
  ])("of %s at %s is %s", (domain, mx, name) => {
    expect(mailboxProviderOf(domain, mx)).toBe(name);
  });
});
