/** Where a server takes mail in, by STARTTLS. */
export interface MailServer {
  readonly name: string;
  readonly port: number;
  /** Of the envelope's sender, and of the From field. */
  readonly senderDomain: string;
  /** Initial response of AUTH PLAIN; without it the server trusts the machine it runs on. */
  readonly auth?: string;
  /** After so many messages the server wants a new connection. */
  readonly messagesPerConnection: number;
  stop(): Promise<void>;
}

/** Why a server takes no part. */
export class Skipped extends Error {}
