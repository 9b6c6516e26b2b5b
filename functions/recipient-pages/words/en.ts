import type { Words } from "./words.ts";

export const en: Words = {
  unsubscribe: {
    title: "Unsubscribe",
    text: "Do you no longer want to receive these emails from {domain}?",
    button: "Unsubscribe",
  },
  unsubscribed: {
    title: "You are unsubscribed",
    text: "You will no longer receive these emails from {domain}. You can close this page.",
  },
  optOut: {
    title: "Turn off tracking",
    text: "You will go on receiving emails from {domain}, but it will no longer be recorded when you open them or follow their links.",
    button: "Turn off tracking",
  },
  optedOut: {
    title: "Tracking is turned off",
    text: "It is no longer recorded when you open emails from {domain} or follow their links. You can close this page.",
  },
  invitation: {
    title: "Accept the invitation",
    text: "You are invited to the account {account}. If you accept, {email} has access to it.",
    field: "Your name",
    button: "Accept",
  },
  invitationAccepted: {
    title: "The invitation is accepted",
    text: "{email} now has access to the account {account}. You can close this page.",
    secret: "This is your API token. Copy it now: it is shown only here, and only once.",
  },
  invitationOver: {
    title: "This invitation has ended",
    text: "It was taken back or replaced by a newer one, or its time has run out. Ask whoever invited you for another.",
  },
  notFound: {
    title: "Page not found",
    text: "This link is incomplete, or it was changed on its way to you.",
  },
  unavailable: {
    title: "Please try again",
    text: "This did not work just now, and nothing was changed. Please try again in a few minutes.",
  },
};
