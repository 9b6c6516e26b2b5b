import type { Words } from "./words.ts";

export const de: Words = {
  unsubscribe: {
    title: "Abmelden",
    text: "Möchten Sie diese E-Mails von {domain} nicht mehr erhalten?",
    button: "Abmelden",
  },
  unsubscribed: {
    title: "Sie sind abgemeldet",
    text: "Sie erhalten diese E-Mails von {domain} nicht mehr. Sie können diese Seite schließen.",
  },
  optOut: {
    title: "Nachverfolgung ausschalten",
    text: "Sie erhalten weiterhin E-Mails von {domain}, aber es wird nicht mehr aufgezeichnet, wann Sie sie öffnen und welchen Links Sie folgen.",
    button: "Nachverfolgung ausschalten",
  },
  optedOut: {
    title: "Die Nachverfolgung ist ausgeschaltet",
    text: "Es wird nicht mehr aufgezeichnet, wann Sie E-Mails von {domain} öffnen und welchen Links Sie folgen. Sie können diese Seite schließen.",
  },
  invitation: {
    title: "Einladung annehmen",
    text: "Sie sind zum Konto {account} eingeladen. Wenn Sie annehmen, hat {email} Zugang dazu.",
    field: "Ihr Name",
    button: "Annehmen",
  },
  invitationAccepted: {
    title: "Die Einladung ist angenommen",
    text: "{email} hat jetzt Zugang zum Konto {account}. Sie können diese Seite schließen.",
    secret: "Das ist Ihr API-Token. Kopieren Sie ihn jetzt: Er wird nur hier und nur einmal angezeigt.",
  },
  invitationOver: {
    title: "Diese Einladung gilt nicht mehr",
    text: "Sie wurde zurückgezogen oder durch eine neuere ersetzt, oder ihre Frist ist abgelaufen. Bitten Sie um eine neue, wer Sie eingeladen hat.",
  },
  notFound: {
    title: "Seite nicht gefunden",
    text: "Dieser Link ist unvollständig oder wurde auf dem Weg zu Ihnen verändert.",
  },
  unavailable: {
    title: "Bitte versuchen Sie es noch einmal",
    text: "Das hat gerade nicht geklappt, und nichts wurde geändert. Bitte versuchen Sie es in einigen Minuten noch einmal.",
  },
};
