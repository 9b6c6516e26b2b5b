import type { Words } from "./words.ts";

export const es: Words = {
  unsubscribe: {
    title: "Cancelar la suscripción",
    text: "¿Ya no desea recibir estos correos de {domain}?",
    button: "Cancelar la suscripción",
  },
  unsubscribed: {
    title: "Suscripción cancelada",
    text: "Ya no recibirá estos correos de {domain}. Puede cerrar esta página.",
  },
  optOut: {
    title: "Desactivar el seguimiento",
    text: "Seguirá recibiendo correos de {domain}, pero ya no se registrará cuándo los abre ni qué enlaces sigue.",
    button: "Desactivar el seguimiento",
  },
  optedOut: {
    title: "El seguimiento está desactivado",
    text: "Ya no se registra cuándo abre los correos de {domain} ni qué enlaces sigue. Puede cerrar esta página.",
  },
  invitation: {
    title: "Aceptar la invitación",
    text: "Le han invitado a la cuenta {account}. Si acepta, {email} tendrá acceso a ella.",
    field: "Su nombre",
    button: "Aceptar",
  },
  invitationAccepted: {
    title: "La invitación está aceptada",
    text: "{email} ya tiene acceso a la cuenta {account}. Puede cerrar esta página.",
    secret: "Este es su token de API. Cópielo ahora: solo se muestra aquí y una sola vez.",
  },
  invitationOver: {
    title: "Esta invitación ya no es válida",
    text: "Se ha retirado o sustituido por otra más reciente, o su plazo ha terminado. Pida otra a quien le invitó.",
  },
  notFound: {
    title: "Página no encontrada",
    text: "Este enlace está incompleto o se modificó antes de llegar a usted.",
  },
  unavailable: {
    title: "Inténtelo de nuevo",
    text: "No ha funcionado en este momento y no se ha cambiado nada. Inténtelo de nuevo dentro de unos minutos.",
  },
};
