import type { Words } from "../../../ground/language/say.ts";
import type { EN } from "./en.ts";

/** The same in Spanish. */
export const ES: Words<keyof typeof EN> = {
  title: "{page}: {name}",
  yours: "Tus enlaces, códigos y ventas",
  tabs: "Páginas",
  overview: "Resumen",
  orders: "Pedidos",
  links: "Enlaces",
  money: "Dinero",
  asOf: "Datos del {time}.",
  secret: "Quien tenga la dirección de esta página puede verla: no la compartas.",
  until: "Funciona hasta el {time}.",
  language: "Idioma",
  nothing: "Aquí no hay nada",
  nothingText: "Si alguien te dio esta dirección, pídele una nueva.",
  tooMany: "Espera un minuto, por favor",
  tooManyText: "Se han probado demasiadas direcciones que no llevan a nada.",
  failed: "No ha funcionado",
  failedBack: "Volver a tu página",
  foreign: "Esto tiene que enviarse desde tu propia página.",
};
