/** A mail as SMTP hands it over: the envelope, and the message byte for byte. */
export interface Mail {
  from: string;
  to: string[];
  raw: Buffer;
}

/** Takes a mail; resolves once it is stored. */
export type Deliver = (mail: Mail) => Promise<void>;

/** A mailbox of which others learn what has arrived, once it is stored. */
export interface Announced {
  onArrival(listener: Deliver): void;
}

/** Where a listener fails, the mail has arrived all the same. */
export function announced<Box extends { readonly deliver: Deliver }>(mailbox: Box): Box & Announced {
  const listeners: Deliver[] = [];
  return {
    ...mailbox,
    onArrival: (listener) => void listeners.push(listener),
    async deliver(mail) {
      await mailbox.deliver(mail);
      for (const listener of listeners) {
        await listener(mail).catch((error: unknown) =>
          console.error("an arrived mail was not passed on:", error),
        );
      }
    },
  };
}
