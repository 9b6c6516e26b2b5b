import type { Words } from "./words.ts";

export const fr: Words = {
  unsubscribe: {
    title: "Se désabonner",
    text: "Vous ne souhaitez plus recevoir ces e-mails de {domain} ?",
    button: "Se désabonner",
  },
  unsubscribed: {
    title: "Vous êtes désabonné(e)",
    text: "Vous ne recevrez plus ces e-mails de {domain}. Vous pouvez fermer cette page.",
  },
  optOut: {
    title: "Désactiver le suivi",
    text: "Vous continuerez à recevoir les e-mails de {domain}, mais leur ouverture et vos clics sur leurs liens ne seront plus enregistrés.",
    button: "Désactiver le suivi",
  },
  optedOut: {
    title: "Le suivi est désactivé",
    text: "L’ouverture des e-mails de {domain} et vos clics sur leurs liens ne sont plus enregistrés. Vous pouvez fermer cette page.",
  },
  invitation: {
    title: "Accepter l’invitation",
    text: "Vous êtes invité au compte {account}. Si vous acceptez, {email} y aura accès.",
    field: "Votre nom",
    button: "Accepter",
  },
  invitationAccepted: {
    title: "L’invitation est acceptée",
    text: "{email} a maintenant accès au compte {account}. Vous pouvez fermer cette page.",
    secret: "Voici votre jeton d’API. Copiez-le maintenant : il n’est affiché qu’ici et une seule fois.",
  },
  invitationOver: {
    title: "Cette invitation n’est plus valable",
    text: "Elle a été retirée ou remplacée par une plus récente, ou son délai est écoulé. Demandez-en une autre à la personne qui vous a invité.",
  },
  notFound: {
    title: "Page introuvable",
    text: "Ce lien est incomplet ou a été modifié avant de vous parvenir.",
  },
  unavailable: {
    title: "Veuillez réessayer",
    text: "Cela n’a pas fonctionné pour l’instant et rien n’a été modifié. Veuillez réessayer dans quelques minutes.",
  },
};
