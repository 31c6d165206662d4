import type { Words } from "../../../ground/language/say.ts";
import type { EN } from "./en.ts";

/** The same in German. */
export const DE: Words<keyof typeof EN> = {
  title: "Was über diesen Browser bekannt ist",
  back: "Zu {shop}",
  isForgotten: "Dieser Browser wurde vergessen.",
  nothing: "Über jemanden mit dieser ID ist nichts bekannt.",
  beingForgotten: "Er wird gerade vergessen: Was übrig ist, verschwindet in wenigen Minuten.",
  seen: "Zuerst gesehen am {first}, zuletzt am {last}.",
  notKept: "An welchen Tagen er gesehen wurde, wird nicht gespeichert.",
  lately:
    "In den letzten 90 Tagen: {visits, plural, one {# Besuch} other {# Besuche}}, {pages, plural, one {# Seite} other {# Seiten}}, {events, plural, one {# Ereignis} other {# Ereignisse}}.",
  atLeast:
    "In den letzten 90 Tagen mindestens: {visits, plural, one {# Besuch} other {# Besuche}}, {pages, plural, one {# Seite} other {# Seiten}}, {events, plural, one {# Ereignis} other {# Ereignisse}}.",
  goals: "Ereignisse, die für Ziele des Shops zählen: {count, number}.",
  customer: "Im Shop ist dazu ein Kundenkonto bekannt.",
  stranger: "Im Shop ist dazu kein Kundenkonto bekannt.",
  pages: "Seiten, die neueste zuerst",
  page: "{time}: {path}",
  carts: "Warenkörbe",
  cart: "{time}: {items, plural, one {# Artikel} other {# Artikel}}",
  cartBought: "{time}: {items, plural, one {# Artikel} other {# Artikel}}, gekauft",
  link: "Der Link",
  noClick: "Dieser Browser hat keine Klick-ID dieser Website.",
  opened: "Am {time} wurde ein Link geöffnet.",
  openedOf: "Am {time} wurde ein Link von {creator} geöffnet.",
  openedTo: "Am {time} wurde ein Link zu {shop} geöffnet.",
  openedOfTo: "Am {time} wurde ein Link von {creator} zu {shop} geöffnet.",
  credited: "Bis {time} kann eine Bestellung der Person gutgeschrieben werden, die ihn geteilt hat.",
  cookies: "Cookies dieser Website",
  clickKept: "Eine Klick-ID ist gespeichert.",
  clickNone: "Es ist keine Klick-ID gespeichert.",
  outYes: "Du hast Tracking abgelehnt.",
  outNo: "Du hast Tracking nicht abgelehnt.",
  granted: "Auf die Frage des Shops hast du ja gesagt.",
  denied: "Auf die Frage des Shops hast du nein gesagt.",
  unanswered: "Hier ist keine Antwort auf die Frage des Shops gespeichert.",
  forget: "Vergessen lassen",
  alsoOptOut: "Auch vergessen, dass ich Tracking abgelehnt habe",
  button: "Diesen Browser vergessen",
  shopCookie:
    "Die ID selbst speichert die Website des Shops, in einem Cookie, das nur sie löschen kann: Lehne dort ab, wo sie nach deiner Einwilligung fragt, oder lösche das Cookie {cookie} in deinem Browser.",
  forgotten: "Vergessen",
  forgottenText:
    "Was über jemanden mit dieser ID bekannt war, ist gelöscht: Was Seiten gemeldet haben, verschwindet in wenigen Minuten, und was in den nächsten 30 Tagen noch kommt, wird nicht angenommen. Summen, die niemanden von anderen unterscheiden, bleiben.",
  clickDeleted: "Die Klick-ID dieser Website ist in diesem Browser gelöscht.",
  look: "Ansehen, was jetzt bekannt ist",
  failed: "Das hat nicht geklappt",
  bare: "Diese Seite zeigt es für jeweils einen Shop. Öffne sie von den Seiten des Shops aus oder frag ihn nach deiner Adresse dafür.",
  bareOut:
    "Um hier Tracking abzulehnen, häng ein Pluszeichen an irgendeinen Kurzlink dieser Website und öffne seine Seite.",
  wrong: "Die Adresse ist nicht vollständig. Bitte öffne diese Seite noch einmal vom Shop aus.",
  tooLong: "Das war zu lang.",
  tooMany: "Das war zu oft. Bitte warte eine Minute.",
  unavailable: "Das lässt sich gerade nicht nachsehen. Bitte versuch es gleich noch einmal.",
};
