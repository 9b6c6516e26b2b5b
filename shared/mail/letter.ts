export interface LetterMailbox {
  readonly email: string;
  readonly name?: string | undefined;
}

export interface LetterAttachment {
  readonly filename: string;
  /** Base64. */
  readonly content: string;
  readonly type?: string | undefined;
  readonly disposition: "attachment" | "inline";
  readonly contentId?: string | undefined;
}

/** One email as it is to be read by one recipient; there is no blind copy in it, by construction. */
export interface Letter {
  readonly from: LetterMailbox;
  readonly to: readonly LetterMailbox[];
  readonly cc: readonly LetterMailbox[];
  readonly replyTo?: LetterMailbox | undefined;
  readonly subject: string;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  readonly attachments: readonly LetterAttachment[];
  /** The customer's own fields by name; the service's own names among them are left out. */
  readonly headers: Readonly<Record<string, string>>;
  /** The service's fields by name; they win over the customer's. */
  readonly serviceHeaders: Readonly<Record<string, string>>;
  /** With its angle brackets. */
  readonly messageId: string;
  /** Epoch ms. */
  readonly date: number;
}
