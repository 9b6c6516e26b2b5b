/** What a topic is about, in a line or two, for who reads the description from top to bottom. */
export const topicWords: Readonly<Record<string, string>> = {
  Sending:
    "One host for each stream: what a user's doing triggers goes through the send host, what is promoted through the bulk host. One message, with an id of its own, for each recipient, and one billed email.",
  Domains:
    "What may stand behind the @ of From. A domain sends once its five DNS records are there and it has passed its review.",
  "Company info": "Who sends, once for each account, by whichever domain it is asked for.",
  "Email logs": "What was sent and what became of it, as long as the plan keeps it.",
  Statistics:
    "What became of messages, counted. Deliveries and bounces are parts of what was sent; opens, clicks and complaints of what was delivered.",
  Suppressions: "Addresses to which a domain sends no more, each for a stream.",
  "Tracking opt-outs": "Addresses that get mail, but whose opens and clicks are not recorded.",
  Webhooks: "Events, sent to your own endpoints in signed batches.",
  Accounts: "The token's account, and how it stands.",
  "API tokens": "What programs show. A secret is told once, when its token is made or reset.",
  "Account accesses": "Users and invitations: who has access, besides tokens.",
  Permissions: "What users may do.",
  Organizations: "An organization's sub-accounts, which share its plan and quota.",
  Billing: "The current period, closed ones, and what goes on beyond the month's emails.",
  "Audit log": "Who changed what, with each field before and after.",
  Notifications: "What the account's owner was told, also by email.",
  Links: "What the general host answers to whoever has the link.",
  "Pages for recipients":
    "Where links in mail lead, on the tracking host, and on customers' own tracking hosts. The signed token is all that is shown. GET and HEAD of a page change nothing, because programs that look through mail follow every link.",
};
