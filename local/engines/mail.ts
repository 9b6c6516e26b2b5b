/** A mail as SMTP hands it over: the envelope, and the message byte for byte. */
export interface Mail {
  from: string;
  to: string[];
  raw: Buffer;
}

/** Takes a mail; resolves once it is stored. */
export type Deliver = (mail: Mail) => Promise<void>;
