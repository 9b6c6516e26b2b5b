import { describe, expect, it } from "vitest";
import { type BounceCategory, bounceCategorySchema } from "../contracts/message-event.ts";
import { bounceCategoryOf, replyIn } from "./bounce-category.ts";

/** What servers are known to answer, and to which kind of trouble that belongs. */
const replies: Record<string, readonly (readonly [reply: string, category: BounceCategory])[]> = {
  Gmail: [
    [
      "550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 double-checking the recipient's email address for typos or\n550-5.1.1 unnecessary spaces. For more information, go to\n550 5.1.1  https://support.google.com/mail/?p=NoSuchUser a1-20020a05 - gsmtp",
      "badrecipient",
    ],
    [
      "550-5.2.1 The email account that you tried to reach is inactive. For more\n550-5.2.1 information, go to\n550 5.2.1  https://support.google.com/mail/?p=DisabledUser d9si123 - gsmtp",
      "badrecipient",
    ],
    [
      "552-5.2.2 The recipient's inbox is out of storage space and inactive. Please direct\n552-5.2.2 the recipient to\n552 5.2.2  https://support.google.com/mail/?p=OverQuotaPerm x-gsmtp",
      "overquota",
    ],
    [
      "452-4.2.2 The email account that you tried to reach is over quota. Please direct the recipient to\n452 4.2.2 https://support.google.com/mail/?p=OverQuotaTemp k7si - gsmtp",
      "overquota",
    ],
    [
      "421-4.7.28 Our system has detected an unusual rate of unsolicited mail originating\n421-4.7.28 from your IP address. To protect our users from spam, mail sent from your\n421 4.7.28 IP address has been temporarily rate limited. - gsmtp",
      "spam_gmail",
    ],
    [
      "550-5.7.26 This mail has been blocked because the sender is unauthenticated.\n550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.\n550 5.7.26 https://support.google.com/mail/answer/81126#authentication - gsmtp",
      "spam_gmail",
    ],
    [
      "550-5.7.1 [192.0.2.1      12] Our system has detected that this message is likely\n550-5.7.1 unsolicited mail. To reduce the amount of spam sent to Gmail, this\n550-5.7.1 message has been blocked. Please visit\n550 5.7.1 https://support.google.com/mail/?p=UnsolicitedMessageError - gsmtp",
      "spam_gmail",
    ],
    [
      "550-5.7.1 [192.0.2.1 19] Our system has detected that this message is likely suspicious due to the very low reputation of the sending domain. - gsmtp",
      "spam_gmail",
    ],
    [
      "550-5.7.26 Unauthenticated email from example.com is not accepted due to domain's DMARC policy. - gsmtp",
      "spam_gmail",
    ],
    ["421 4.3.0 Temporary System Problem.  Try again later (10). x13-gsmtp", "transientfail"],
    [
      "450-4.2.1 The user you are trying to contact is receiving mail at a rate that\n450-4.2.1 prevents additional messages from being delivered. Please resend your\n450 4.2.1 message at a later time. - gsmtp",
      "transientfail",
    ],
    [
      "552-5.7.0 This message was blocked because its content presents a potential\n552-5.7.0 security issue. Please visit\n552 5.7.0 https://support.google.com/mail/?p=BlockedMessage - gsmtp",
      "content",
    ],
    ["550 5.7.1 This message violates example.com email policy. - gcdp x1 - gsmtp", "serverpolicy"],
    ["552 5.3.4 Your message exceeded Google's message size limits. - gsmtp", "serverpolicy"],
  ],
  "Outlook.com and Exchange Online": [
    [
      "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302). [BL02EPF0001.eop]",
      "badrecipient",
    ],
    [
      "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient anna@example.org not found by SMTP address lookup",
      "badrecipient",
    ],
    [
      "550 5.4.1 Recipient address rejected: Access denied. For more information see https://aka.ms/EXOSmtpErrors [VE1EUR01FT.eop]",
      "badrecipient",
    ],
    [
      "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).",
      "block",
    ],
    [
      "421 RP-001 The mail server IP connecting to Outlook.com server has exceeded the rate limit allowed.",
      "block",
    ],
    ["550 SC-001 Mail rejected by Outlook.com for policy reasons.", "block"],
    ["550 5.7.606 Access denied, banned sending IP [192.0.2.1]. To request removal from this list", "block"],
    [
      "451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation.",
      "block",
    ],
    [
      "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded",
      "overquota",
    ],
    [
      "550 5.7.64 TenantAttribution; Relay Access Denied [ValidationStatus of '' is EmptyCertificate]",
      "relayfail",
    ],
    ["550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", "relayfail"],
    [
      "550 5.7.509 Access denied, sending domain example.com does not pass DMARC verification and has a DMARC policy of reject.",
      "serverpolicy",
    ],
    [
      "550 5.7.515 Access denied, sending domain example.com doesn't meet the required authentication level.",
      "serverpolicy",
    ],
    [
      "451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (AS77713) [SN1PEPF]",
      "transientfail",
    ],
    ["451 4.4.62 Mail sent to the wrong Office 365 region. ATTR35", "serverfail"],
    ["550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required", "serverpolicy"],
    [
      "550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy",
      "serverpolicy",
    ],
    ["550 5.0.350 Remote server returned message detected as spam -> 554 Spam detected", "spam"],
  ],
  "Yahoo and AOL": [
    [
      "554 delivery error: dd This user doesn't have a yahoo.com account (anna@yahoo.com) [0] - mta1.mail.bf1.yahoo.com",
      "badrecipient",
    ],
    ["552 1 Requested mail action aborted, mailbox not found", "badrecipient"],
    [
      "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1",
      "block",
    ],
    [
      "553 5.7.2 [TSS09] All messages from 192.0.2.1 will be permanently deferred; Retrying will NOT succeed.",
      "block",
    ],
    [
      "554 5.7.9 Message not accepted for policy reasons. See https://senders.yahooinc.com/error-codes",
      "serverpolicy",
    ],
    ["451 Resources temporarily not available - Please try again later [#4.16.5].", "transientfail"],
    ["552 5.2.2 The email account that you tried to reach is over quota", "overquota"],
  ],
  iCloud: [
    ["550 5.1.1 <anna@icloud.com>: user does not exist", "badrecipient"],
    ["552 5.2.2 <anna@icloud.com>: user is over quota (in reply to RCPT TO command)", "overquota"],
    [
      "554 5.7.1 [CS01] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137",
      "serverpolicy",
    ],
    ["550 5.7.1 [HME1] This message was blocked for appearing to be spam", "spam"],
    ["450 4.2.2 <anna@icloud.com>: user is overquota", "overquota"],
  ],
  "Exchange on premises": [
    ["550 5.1.1 User unknown", "badrecipient"],
    ["550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found", "badrecipient"],
    ["550 5.7.1 Client does not have permissions to send as this sender", "serverpolicy"],
    ["452 4.3.1 Insufficient system resources", "serverfail"],
    ["421 4.3.2 Service not available, closing transmission channel", "serverfail"],
    ["550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient", "serverpolicy"],
    ["550 5.7.1 Unable to relay", "relayfail"],
  ],
  Postfix: [
    [
      "550 5.1.1 <anna@example.org>: Recipient address rejected: User unknown in local recipient table",
      "badrecipient",
    ],
    [
      "550 5.1.1 <anna@example.org>: Recipient address rejected: User unknown in virtual mailbox table",
      "badrecipient",
    ],
    ["554 5.7.1 <anna@example.org>: Relay access denied", "relayfail"],
    [
      "450 4.2.0 <anna@example.org>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/example.org.html",
      "greylisting",
    ],
    [
      "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.1",
      "block",
    ],
    ["450 4.1.8 <shop@example.com>: Sender address rejected: Domain not found", "badsender"],
    ["450 4.1.2 <anna@example.invalid>: Recipient address rejected: Domain not found", "dnsFail"],
    ["452 4.3.1 Insufficient system storage", "serverfail"],
    ["552 5.3.4 Message size exceeds fixed limit", "serverpolicy"],
    ["450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]", "serverpolicy"],
    ["450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]", "serverpolicy"],
    ["451 4.3.0 <anna@example.org>: Temporary lookup failure", "transientfail"],
    [
      "550 5.1.1 <anna@example.org>: Recipient address rejected: undeliverable address: mail for example.org loops back to myself",
      "badrecipient",
    ],
    [
      "450 4.1.1 <anna@example.org>: Recipient address rejected: unverified address: Address verification in progress",
      "verifyfail",
    ],
    ["554 5.7.1 <shop@example.com>: Sender address rejected: Access denied", "badsender"],
    ["552 5.2.2 <anna@example.org>: Quota exceeded (mailbox for user is full)", "overquota"],
    ["550 5.7.1 Message rejected as spam by Content Filtering.", "spam"],
    [
      "550 5.7.23 <anna@example.org>: Recipient address rejected: Message rejected due to: SPF fail - not authorized.",
      "serverpolicy",
    ],
    ["530 5.7.0 Must issue a STARTTLS command first", "serverpolicy"],
  ],
  Exim: [
    ["550 No such user here", "badrecipient"],
    ["550 Unrouteable address", "badrecipient"],
    [
      "550-Verification failed for <shop@example.com>\n550-No Such User Here\n550 Sender verify failed",
      "verifyfail",
    ],
    ["550 relay not permitted", "relayfail"],
    ["550 This message was classified as SPAM and may not be delivered", "spam"],
    ["550-192.0.2.1 is listed at zen.spamhaus.org", "block"],
    ["451 Temporary local problem - please try later", "transientfail"],
    ["450 Greylisted, please try again in 300 seconds", "greylisting"],
    ["550 This message contains a virus (Eicar-Test-Signature).", "content"],
    ["retry timeout exceeded", "timeout"],
  ],
  Proofpoint: [
    ["550 5.7.0 Local Policy Violation", "serverpolicy"],
    ["554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.1", "block"],
    ["550 5.1.1 User Unknown", "badrecipient"],
    ["554 5.7.1 - Message blocked as spam by the recipient's Proofpoint", "spam"],
    ["421 4.7.1 - Connection refused - 192.0.2.1. Blocked for reputation", "block"],
  ],
  Mimecast: [
    ["550 Envelope blocked - User Entry - https://community.mimecast.com/docs/DOC-1369#550 [x]", "badsender"],
    ["550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550 [x]", "badrecipient"],
    [
      "451 Internal resources are temporarily unavailable - https://community.mimecast.com/docs/DOC-1369#451 [x]",
      "transientfail",
    ],
    ["550 Administrative prohibition - https://community.mimecast.com/docs/DOC-1369#550 [x]", "serverpolicy"],
    [
      "554 Email rejected due to security policies - https://community.mimecast.com/docs/DOC-1369#554 [x]",
      "serverpolicy",
    ],
    [
      "550 Rejected by header based Anti-Spoofing policy - https://community.mimecast.com/docs [x]",
      "serverpolicy",
    ],
  ],
  Barracuda: [
    ["550 permanent failure for one or more recipients (anna@example.org:blocked)", "block"],
    [
      "550 permanent failure for one or more recipients (anna@example.org:550 5.1.1 user unknown)",
      "badrecipient",
    ],
    [
      "554 Service unavailable; Client host [192.0.2.1] blocked using Barracuda Reputation; http://www.barracudanetworks.com/reputation/?r=1&ip=192.0.2.1",
      "block",
    ],
    ["550 sender domain not found (shop@example.com)", "badsender"],
    ["421 bsmtpd temporarily rejected: b.barracudacentral.org", "block"],
  ],
  "other services and servers": [
    ["550 5.1.1 <anna@gmx.net>: Requested action not taken: mailbox unavailable", "badrecipient"],
    [
      "554-gmx.net (mxgmx016) Nemesis ESMTP Service not available\n554-No SMTP service\n554-IP address is black listed.",
      "block",
    ],
    ["550 5.7.1 [C12] RBL Restriction: See https://www.spamcop.net", "block"],
    ["550 5.2.1 Mailbox disabled for this recipient", "badrecipient"],
    ["550 [SUSPEND] Mailbox currently suspended - Please contact correspondant directly", "badrecipient"],
    [
      "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. LPN416 [416]",
      "badrecipient",
    ],
    ["554 5.7.7 Email policy violation detected", "serverpolicy"],
    ["550 #5.1.0 Address rejected.", "badrecipient"],
    ["550 5.1.0 sender rejected", "badsender"],
    ["554 5.4.6 Too many hops", "serverfail"],
    ["550 5.6.0 Lone CR or LF in headers", "content"],
    ["550 Requested action not taken: mailbox unavailable", "badrecipient"],
    ["450 Requested mail action not taken: mailbox unavailable", "transientfail"],
    ["552 Message contains a prohibited attachment type", "content"],
    ["451 4.7.1 Please try again later", "transientfail"],
    ["421 Too many concurrent SMTP connections; please try again later.", "transientfail"],
    [
      "554 5.7.1 The message from (<shop@example.com>) with the subject of (Sale) matches a profile the Internet community may consider spam.",
      "spam",
    ],
    ["550 High probability of spam", "spam"],
    ["556 5.1.10 Recipient address has null MX", "dnsFail"],
    ["550 Administratively denied", "generalfail"],
    ["550 5.0.0 Sorry", "generalfail"],
    ["554 Transaction failed", "generalfail"],
    ["450 4.0.0 Sorry", "transientfail"],
  ],
  "what is said without a server": [
    ["queryMx ENOTFOUND example.invalid", "dnsFail"],
    ["DNS lookup error", "dnsFail"],
    ["Can't find an MX server for example.org", "dnsFail"],
    [
      "smtp; 550 4.4.7 Message expired: unable to deliver in 840 minutes.<421 4.4.0 Unable to lookup DNS for example.org>",
      "dnsFail",
    ],
    [
      "smtp; 550 4.4.7 Message expired: unable to deliver in 840 minutes.<421 4.4.1 Failed to establish connection>",
      "timeout",
    ],
    ["smtp; 5.4.7 - Delivery expired (message too old) 'timeout' (delivery attempts: 0)", "timeout"],
    ["smtp; 421 4.4.1 Unable to connect to remote host", "timeout"],
    ["Connection timeout", "timeout"],
    ["connect ETIMEDOUT 192.0.2.1:25", "timeout"],
    ["connect ECONNREFUSED 192.0.2.1:25", "serverfail"],
    ["Connection closed unexpectedly", "serverfail"],
    ["smtp; 550 5.1.1 user unknown", "badrecipient"],
    ["Something that nobody foresaw", "other"],
    ["", "other"],
  ],
};

describe.each(Object.entries(replies))("a reply of %s", (_who, cases) => {
  it.each(cases)("%j means %s", (text, category) => {
    expect(bounceCategoryOf(replyIn(text))).toBe(category);
  });
});

it("the table has every category", () => {
  const met = new Set(Object.values(replies).flatMap((cases) => cases.map(([, category]) => category)));
  expect(bounceCategorySchema.options.filter((category) => !met.has(category))).toEqual([]);
});

describe("where the words tell nothing, a reply", () => {
  it.each([
    ["550 5.1.1 x", "badrecipient"],
    ["550 5.1.8 x", "badsender"],
    ["552 5.2.2 x", "overquota"],
    ["450 4.4.3 x", "dnsFail"],
    ["450 4.4.7 x", "timeout"],
    ["550 5.6.1 x", "content"],
    ["550 5.7.9 x", "serverpolicy"],
    ["554 x", "generalfail"],
    ["431 x", "transientfail"],
  ])("%s means %s by its codes", (text, category) => {
    expect(bounceCategoryOf(replyIn(text))).toBe(category);
  });
});

describe("the codes of a reply", () => {
  it.each([
    ["550 5.1.1 no", 550, "5.1.1"],
    ["550-5.1.1 no\n550 5.1.1 never", 550, "5.1.1"],
    ["smtp; 550 5.1.1 no", 550, "5.1.1"],
    ["smtp; 5.4.7 - Delivery expired", undefined, "5.4.7"],
    ["421 busy", 421, undefined],
    ["421", 421, undefined],
    ["connect ETIMEDOUT", undefined, undefined],
  ])("%j are read off", (text, responseCode, enhancedStatus) => {
    expect(replyIn(text)).toMatchObject({ responseCode, enhancedStatus });
  });

  it("stay with a reply that is cut", () => {
    expect(replyIn(`550 5.1.1 ${"x".repeat(10_000)}`).response).toHaveLength(500);
  });
});
