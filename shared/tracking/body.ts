/** One recipient's own addresses; none has a character that means something in HTML. */
export interface RecipientLinks {
  readonly unsubscribe: string;
  readonly optOut: string;
  readonly open: string;
  click(target: string): string;
}

/** What is to be put into a body. */
export interface Marks {
  readonly unsubscribeFooter: boolean;
  readonly optOutFooter: boolean;
  readonly opens: boolean;
  readonly clicks: boolean;
}

/** A body of an email: text, or HTML. */
export interface Body {
  readonly kind: "plain" | "html";
  readonly text: string;
  /** Set for text with one character per byte: by it a link's address is read. */
  readonly charset?: string | undefined;
  /** Set for text whose lines go out as they are, and so must not become longer than mail allows. */
  readonly isUnencoded?: boolean | undefined;
}
