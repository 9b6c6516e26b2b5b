import type { Words } from "./words.ts";

export const pt: Words = {
  unsubscribe: {
    title: "Cancelar inscrição",
    text: "Não quer mais receber estes e-mails de {domain}?",
    button: "Cancelar inscrição",
  },
  unsubscribed: {
    title: "Inscrição cancelada",
    text: "Você não receberá mais estes e-mails de {domain}. Você pode fechar esta página.",
  },
  optOut: {
    title: "Desativar o rastreamento",
    text: "Você continuará recebendo e-mails de {domain}, mas não será mais registrado quando você os abre nem quais links segue.",
    button: "Desativar o rastreamento",
  },
  optedOut: {
    title: "O rastreamento está desativado",
    text: "Não se registra mais quando você abre os e-mails de {domain} nem quais links segue. Você pode fechar esta página.",
  },
  invitation: {
    title: "Aceitar o convite",
    text: "Foi convidado para a conta {account}. Se aceitar, {email} terá acesso a ela.",
    field: "O seu nome",
    button: "Aceitar",
  },
  invitationAccepted: {
    title: "O convite foi aceite",
    text: "{email} tem agora acesso à conta {account}. Pode fechar esta página.",
    secret: "Este é o seu token de API. Copie-o agora: só é mostrado aqui e uma única vez.",
  },
  invitationOver: {
    title: "Este convite já não é válido",
    text: "Foi retirado ou substituído por outro mais recente, ou o seu prazo terminou. Peça outro a quem o convidou.",
  },
  notFound: {
    title: "Página não encontrada",
    text: "Este link está incompleto ou foi alterado no caminho até você.",
  },
  unavailable: {
    title: "Tente novamente",
    text: "Não funcionou agora e nada foi alterado. Tente novamente em alguns minutos.",
  },
};
