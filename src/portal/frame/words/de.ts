import type { Words } from "../../../ground/language/say.ts";
import type { EN } from "./en.ts";

/** The same in German. */
export const DE: Words<keyof typeof EN> = {
  title: "{page}: {name}",
  yours: "Deine Links, Codes und Verkäufe",
  tabs: "Seiten",
  overview: "Überblick",
  orders: "Bestellungen",
  links: "Links",
  money: "Geld",
  asOf: "Stand: {time}.",
  secret: "Wer die Adresse dieser Seite hat, kann sie sehen: Behalte sie für dich.",
  until: "Sie funktioniert bis {time}.",
  language: "Sprache",
  nothing: "Hier ist nichts",
  nothingText: "Wenn dir jemand diese Adresse gegeben hat, bitte um eine neue.",
  tooMany: "Bitte warte eine Minute",
  tooManyText: "Es wurden zu viele Adressen aufgerufen, hinter denen nichts ist.",
  failed: "Das hat nicht geklappt",
  failedBack: "Zurück zu deiner Seite",
  foreign: "Das muss von deiner eigenen Seite abgeschickt werden.",
};
