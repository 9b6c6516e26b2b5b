/** What a page says. `{domain}` stands for the sending domain. */
export interface Saying {
  readonly title: string;
  readonly text: string;
}

/** Says what a button is for before it is pressed. */
export interface Question extends Saying {
  readonly button: string;
}

/** Everything that the pages say in one language. */
export interface Words {
  readonly unsubscribe: Question;
  readonly unsubscribed: Saying;
  readonly optOut: Question;
  readonly optedOut: Saying;
  readonly notFound: Saying;
  readonly unavailable: Saying;
}
