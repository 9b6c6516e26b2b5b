/**
 * What a page says. In its text `{domain}` stands for the sending domain; of an invitation, `{account}` for the
 * account's name and `{email}` for whose it is.
 */
export interface Saying {
  readonly title: string;
  readonly text: string;
}

/** Says what a button is for before it is pressed. */
export interface Question extends Saying {
  readonly button: string;
  /** What is to be written into a field; without it there is none. */
  readonly field?: string;
}

/** Hands something over that is shown but once. */
export interface Handover extends Saying {
  /** Stands before what is handed over. */
  readonly secret: string;
}

/** Everything that the pages say in one language. */
export interface Words {
  readonly unsubscribe: Question;
  readonly unsubscribed: Saying;
  readonly optOut: Question;
  readonly optedOut: Saying;
  readonly invitation: Question;
  readonly invitationAccepted: Handover;
  readonly invitationOver: Saying;
  readonly notFound: Saying;
  readonly unavailable: Saying;
}
