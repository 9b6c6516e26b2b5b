import type { BounceCategory } from "../contracts/message-event.ts";

export interface BounceRule {
  readonly category: BounceCategory;
  readonly texts: readonly RegExp[];
  /** Holds only for replies of this kind (RFC 5321 §4.2.1); for both unless given. */
  readonly only?: "permanent" | "temporary";
  /** Does not hold where the enhanced status code is of this kind. */
  readonly except?: RegExp;
}

// Who is suppressed for a reply that told of something else never hears of it: words that could also tell of
// the sender do not count where the status code speaks of the system (3) or of policy (7).
const notOfTheMailbox = /^5\.[37]\./;

/**
 * What replies say, most telling words first: the first rule that matches decides. Texts are matched as one
 * line without the codes in between.
 */
export const textRules: readonly BounceRule[] = [
  // Gmail judges authentication, volume and reputation in one, and signs its replies "gsmtp".
  {
    category: "spam_gmail",
    texts: [
      // "gcdp" is a rule of the recipient's own organisation.
      /(?=.*(?:gsmtp|support\.google\.com))(?!.*gcdp).*(?:unsolicited|unusual rate|rate limit|unauthenticated|not authenticated|authenticat(?:ion|e) (?:information|checks?)|sender is unauthenticated|dmarc|reputation|suspicious|sender guidelines)/,
    ],
  },
  {
    category: "greylisting",
    texts: [
      /gr[ea]y[- ]?list|postgrey|gr[ea]y-?ed/,
      /(?:try again|retry|come back) (?:later )?in (?:the next )?\d+ ?(?:s\b|sec|min)/,
      /first (?:time|attempt).*(?:try again|retry)/,
    ],
  },
  {
    category: "serverfail",
    texts: [
      /insufficient system (?:storage|resources)/,
      /system (?:storage|resources)/,
      /disk (?:is )?full/,
      /no space left|out of memory/,
    ],
  },
  {
    category: "overquota",
    texts: [
      /(?:over|exceed\w*|out of)[^.]{0,40}(?:quota|storage|mailbox size|space)/,
      /quota[^.]{0,30}(?:exceed|full|reached|violat)/,
      /(?:mailbox|inbox|mail ?box|mailfolder|mail folder|account|user|recipient|store)(?:'s)?[^.]{0,60}\b(?:is )?full\b/,
      /mailbox full/,
      /not enough (?:storage )?space/,
      /(?:insufficient|no) (?:mailbox |disk )?(?:storage|space)/,
      /quotaexceeded|storage full/,
    ],
  },
  {
    category: "relayfail",
    texts: [
      /relay(?:ing)?(?: access)? (?:is )?(?:denied|not (?:permitted|allowed)|prohibited|rejected)/,
      /(?:unable|not permitted|not allowed|refus\w+|cannot) to relay/,
      /not (?:an )?open relay/,
      /do(?:es)?(?: not|n't) relay/,
      /relaytogetdenied|non-accepted domain|not in my list of allowed rcpthosts|rcpthosts/,
      /not (?:a )?local (?:domain|host)/,
    ],
  },
  {
    category: "block",
    texts: [
      /spamhaus|spamcop|sorbs|barracudacentral|abuseat|uceprotect|invaluement|\bcbl\b/,
      /proofpoint\.com\/(?:csi|#)/,
      /ipcheck\.proofpoint|cloudmark|senderscore|senderbase|talosintelligence|sophosxl|abusix|spfbl/,
      /blocklist\.de|black ?list|black-list|block ?list|block-list|banned sending|\bdnsbl|\brbl\b/,
      /listed (?:at|in|by|on)/,
      /is listed|\btss\d\d/,
      /\b(?:s3140|s3150)\b/,
      /\b(?:sc|dy|ou|rp)-00\d/,
      /(?:ip|host|client|server|sender|address|network|connection)s?[^.]{0,60}\b(?:blocked|banned|blacklisted|denied access)/,
      /recipients? \([^ ]+:blocked\)/,
      /blocked for reputation|ip reputation/,
      /blocked[^.]{0,40}(?:\bip\b|host|using)/,
      /(?:bad|poor|low|untrusted|negative)[ -]reputation/,
      /reputation[^.]{0,40}(?:bad|poor|low|too)/,
      /prohibited from sending/,
      /access denied, (?:banned|traffic)/,
      /temporarily deferred due to[^.]*(?:complaints|unexpected volume)/,
      /not accepted from your ip/,
    ],
  },
  {
    category: "verifyfail",
    texts: [
      /verif(?:y|ication)[^.]{0,20}(?:fail|error|problem)/,
      /(?:could|can)(?: ?not|n't) (?:be )?verif/,
      /unable to verify/,
      /unverified (?:address|recipient|sender)/,
      /callout|call-?back/,
    ],
  },
  {
    category: "badsender",
    texts: [
      /(?:sender|from|envelope sender|return[- ]path|mail from)(?: address| domain)?[^.]{0,60}(?:rejected|denied|not allowed|does not exist|doesn't exist|invalid|unknown|refused|not accepted|not found|must resolve|no(?:t)? valid|does not resolve|has no)/,
      /domain of (?:the )?sender/,
      /invalid (?:sender|return)/,
      /you are not (?:allowed|authorized|permitted) to send/,
      /sender(?: is)? not (?:authenticated for sending|authorized)/,
      /not (?:allowed|authorized) to send (?:mail|to|from)/,
      /bad sender|envelope blocked|does not accept mail from/,
    ],
  },
  {
    category: "content",
    texts: [
      /virus|malware|phish|infected|trojan/,
      /(?:attachment|file)[^.]{0,60}(?:not (?:allowed|permitted)|rejected|blocked|prohibited|banned|forbidden|type)/,
      /(?:blocked|rejected|banned|prohibited|illegal)[^.]{0,30}attachment/,
      /content (?:is )?(?:rejected|restriction|not (?:allowed|accept)|denied|presents)/,
      /because (?:of )?its content/,
      /security issue|message content|objectionable/,
      /forbidden (?:word|content|link)/,
      /(?:url|link|domain)s? in (?:the )?(?:message|body|email)/,
      /surbl|uribl|unacceptable content/,
      /header[^.]{0,40}(?:missing|invalid|duplicate|malformed|not rfc)/,
      /messages? missing a valid|rfc ?5322/,
      /bare (?:lf|newline)/,
      /line too long/,
    ],
  },
  {
    category: "spam",
    texts: [
      /\bspam(?!haus|cop)/,
      /\bjunk\b|unsolicited|\buce\b|\bube\b/,
      /bulk (?:e-?mail|mail)/,
      /mass mail/,
      /high (?:probability|score)/,
      /looks like advert|spamassassin|rspamd|hits? exceed|message score/,
    ],
  },
  {
    category: "badrecipient",
    only: "permanent",
    texts: [
      /(?:user|recipient|mailbox|account|addressee|alias)s? (?:is )?(?:unknown|not found|not known)/,
      /(?:user|recipient|mailbox|account|addressee|alias)[^.]{0,40} (?:does not|doesn't|doesn.t) (?:exist|have)/,
      /(?:unknown|invalid|no such) (?:local )?(?:user|recipient|mailbox|addressee|alias)/,
    ],
  },
  {
    category: "badrecipient",
    only: "permanent",
    except: notOfTheMailbox,
    texts: [
      /(?:user|recipient|mailbox|account|address|addressee|alias|mail ?drop|destination|person|name|local part|e-?mail|customer|member)s?\b[^.]{0,60}\b(?:unknown|not (?:be )?(?:found|known|exist|valid|listed|here|local|active|available|a valid|recogni[sz]ed|in use|handled|hosted)|doesn't exist|does not exist|do not exist|doesn't have|doesn['’]t have|no longer|invalid|unavailable|disabled|inactive|suspended|closed|deactivated|deleted|discontinued|terminated|expired|locked|doesn.t)/,
      /(?:unknown|invalid|bad|no such|not a known|nonexistent|non-existent|inactive|disabled|illegal|undeliverable|not a valid)\s+(?:local )?(?:user|recipient|mailbox|account|address|addressee|alias|person|name|destination|local[ -]?part|email|rcpt|virtual user)/,
      /recipient ?not ?found|recipnotfound|recipient address rejected: access denied/,
      /recipient (?:address )?(?:rejected|refused|denied)(?!:? (?:domain|policy|message|due))/,
      /no (?:mailbox|account|user|one|recipient)\b[^.]{0,30}(?:here|by that name|with that|found|exist|such)/,
      /(?:mailbox|account|user) (?:is )?(?:disabled|unavailable|inactive)/,
      /dd this user doesn|unrouteable address|unroutable address|not our customer/,
      /has (?:been )?(?:disabled|moved)/,
      /resolver\.adr|adrnotfound|addressee not|5\.1\.1 <|not a gmail user|no valid recipients/,
      /address rejected|known user/,
      /rcpt to[^.]*(?:unknown|invalid)/,
    ],
  },
  {
    category: "dnsFail",
    texts: [
      /host (?:or domain name )?(?:name )?(?:lookup|not found|unknown)/,
      /(?:host|domain)(?: name)? (?:not found|does(?: not|n't) exist|unknown|lookup fail)/,
      /domain[^.]{0,40}(?:not found|does(?: not|n't) exist|has no mx|no mx|unresolvable|does not accept (?:any )?(?:e?-?mail|messages))/,
      /\bnxdomain\b|\benotfound\b|\bservfail\b|\benodata\b|\bdns\b/,
      /no (?:valid )?mx\b/,
      /null ?mx/,
      /mx (?:record|lookup|server)s?[^.]{0,40}(?:fail|not found|missing|no|invalid)/,
      /unable to (?:resolve|route|lookup)/,
      /can.t find an mx|querymx/,
      /name (?:server|service)[^.]{0,40}(?:fail|timed|error|not known)/,
      /illegal host/,
      /unknown (?:host|domain)/,
      /all relevant mx records point/,
    ],
  },
  {
    category: "timeout",
    texts: [
      /tim(?:ed?|ing)[ -]?out/,
      /\betimedout\b|greeting never received|no answer from host/,
      /(?:unable|failed|could ?n.t|cannot|can.t) (?:to )?(?:make a |establish a )?connect/,
      /(?:delivery|message|retry)[^.]{0,30}(?:expired|too old|time limit|time exceeded)/,
      /expired before/,
      /too long (?:in|without)/,
      /not respond|no response from/,
      /host (?:is )?(?:unreachable|down)/,
      /network is unreachable|\behostunreach\b|\benetunreach\b/,
    ],
  },
  {
    category: "serverpolicy",
    texts: [
      /polic(?:y|ies)/,
      /\bspf\b|\bdkim\b|\bdmarc\b|sender id|unauthenticated/,
      /authentication[- ](?:required|failed|checks?)/,
      /must (?:be )?authenticat/,
      /(?:tls|starttls|encryption) (?:is )?(?:required|needed)/,
      /must issue a starttls|reverse dns|\bptr\b|\brdns\b|\bhelo\b|\behlo\b|not authori[sz]ed|restrict/,
      /administrative(?:ly)? prohibit/,
      /prohibited|only accepts|not permitted|permission/,
      /too (?:big|large)/,
      /(?:message|size)[^.]{0,40}(?:exceeds?|exceeded|too large|limit)/,
      /maximum[^.]{0,30}size|geo|country|refused by/,
      /not accept(?:ed|ing)? (?:mail|messages) from/,
      /transport\.rules|delivery not authori[sz]ed/,
    ],
  },
  {
    category: "transientfail",
    only: "temporary",
    texts: [
      /too (?:many|quickly|fast|much)/,
      /rate|throttl|defer/,
      /try (?:it )?(?:again|later)/,
      /later|temporar|busy|being limited|limit/,
    ],
  },
  {
    category: "serverfail",
    texts: [
      /service (?:is )?(?:currently )?(?:not available|unavailable)/,
      /(?:server|system|internal|local|configuration|lookup|database|ldap|backend|processing|software)[^.]{0,40}(?:error|fail|problem|trouble|busy|down|unavailable|not accepting|shutting)/,
      /\bloop|too many hops|hop count/,
      /connection (?:was )?(?:refused|closed|lost|reset|dropped|unexpectedly)/,
      /\beconn(?:refused|reset)\b/,
      /socket|protocol error|\bconfig|misconfigur|shutting down/,
      /cannot (?:process|deliver)/,
      /aborted|exceeded storage allocation|overloaded|maintenance/,
    ],
  },
];

/** What enhanced status codes say where the text tells nothing: subject and detail (RFC 3463 §3, IANA). */
export const statusRules: Readonly<Record<string, BounceCategory>> = {
  "1.0": "badrecipient",
  "1.1": "badrecipient",
  "1.2": "dnsFail",
  "1.3": "badrecipient",
  "1.4": "badrecipient",
  "1.6": "badrecipient",
  "1.7": "badsender",
  "1.8": "badsender",
  "1.9": "relayfail",
  "1.10": "dnsFail",
  "2.1": "badrecipient",
  "2.2": "overquota",
  "2.3": "serverpolicy",
  "2.4": "serverfail",
  "3.4": "serverpolicy",
  "4.1": "timeout",
  "4.2": "serverfail",
  "4.3": "dnsFail",
  "4.4": "dnsFail",
  "4.5": "transientfail",
  "4.6": "serverfail",
  "4.7": "timeout",
  "7.17": "badrecipient",
  "7.13": "badrecipient",
};

/** By subject alone. */
export const subjectRules: Readonly<Record<string, BounceCategory>> = {
  "1": "badrecipient",
  "3": "serverfail",
  "4": "serverfail",
  "6": "content",
  "7": "serverpolicy",
};
