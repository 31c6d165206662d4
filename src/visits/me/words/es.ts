import type { Words } from "../../../ground/language/say.ts";
import type { EN } from "./en.ts";

/** The same in Spanish. */
export const ES: Words<keyof typeof EN> = {
  title: "Qué se sabe de este navegador",
  back: "Ir a {shop}",
  isForgotten: "Lo que se sabía de este navegador se ha borrado.",
  nothing: "No se sabe nada de un visitante con este identificador.",
  beingForgotten: "Se está borrando: lo que queda desaparece en unos minutos.",
  seen: "Visto por primera vez el {first} y por última vez el {last}.",
  notKept: "No se guarda en qué días se vio.",
  lately:
    "En los últimos 90 días: {visits, plural, one {# visita} other {# visitas}}, {pages, plural, one {# página} other {# páginas}}, {events, plural, one {# evento} other {# eventos}}.",
  atLeast:
    "En los últimos 90 días, al menos: {visits, plural, one {# visita} other {# visitas}}, {pages, plural, one {# página} other {# páginas}}, {events, plural, one {# evento} other {# eventos}}.",
  goals: "Eventos que cuentan para objetivos de la tienda: {count, number}.",
  customer: "La tienda lo conoce como cliente.",
  stranger: "La tienda no lo conoce como cliente.",
  pages: "Páginas, de la más reciente a la más antigua",
  page: "{time}: {path}",
  carts: "Carritos",
  cart: "{time}: {items, plural, one {# artículo} other {# artículos}}",
  cartBought: "{time}: {items, plural, one {# artículo comprado} other {# artículos comprados}}",
  link: "Enlace",
  noClick: "Este navegador no guarda ningún identificador de clic de este sitio.",
  opened: "El {time} se abrió un enlace.",
  openedOf: "El {time} se abrió un enlace de {creator}.",
  openedTo: "El {time} se abrió un enlace a {shop}.",
  openedOfTo: "El {time} se abrió un enlace de {creator} a {shop}.",
  credited: "Hasta el {time}, un pedido puede atribuirse a quien lo compartió.",
  cookies: "Cookies de este sitio",
  clickKept: "Se guarda un identificador de clic.",
  clickNone: "No se guarda ningún identificador de clic.",
  outYes: "Has rechazado el seguimiento.",
  outNo: "No has rechazado el seguimiento.",
  granted: "A la pregunta de la tienda respondiste que sí.",
  denied: "A la pregunta de la tienda respondiste que no.",
  unanswered: "Aquí no se guarda ninguna respuesta a la pregunta de la tienda.",
  forget: "Hacer que se olvide todo",
  alsoOptOut: "Olvidar también que rechacé el seguimiento",
  button: "Olvidar este navegador",
  shopCookie:
    "El identificador lo guarda el sitio de la tienda, en una cookie que solo ese sitio puede borrar: recházala donde te pide tu consentimiento, o borra la cookie {cookie} en tu navegador.",
  forgotten: "Olvidado",
  forgottenText:
    "Lo que se sabía de un visitante con este identificador se ha borrado: lo que comunicaron las páginas desaparece en unos minutos, y lo que aún llegue en los próximos 30 días no se acepta. Se conservan los totales en los que no se distingue a nadie.",
  clickDeleted: "El identificador de clic de este sitio se ha borrado en este navegador.",
  look: "Ver qué se sabe ahora",
  failed: "No ha funcionado",
  bare: "Esta página lo muestra para una tienda cada vez. Ábrela desde las páginas de la tienda o pídele tu dirección de esta página.",
  bareOut:
    "Para rechazar aquí el seguimiento, añade un signo más al final de cualquier enlace corto de este sitio y abre su página.",
  wrong: "La dirección no está completa. Abre esta página de nuevo desde la tienda.",
  tooLong: "Era demasiado largo.",
  tooMany: "Se ha pedido demasiadas veces. Espera un minuto, por favor.",
  unavailable: "Ahora mismo no se puede consultar. Inténtalo de nuevo en un momento.",
};
