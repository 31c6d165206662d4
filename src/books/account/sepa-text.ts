import { toAscii } from "../../programme/code/ascii.ts";

/** Longest name of who pays or is paid, and longest text of a payment (European Payments Council, EPC132-08). */
export const MAX_NAME = 70;
export const MAX_REMITTANCE = 140;

/** What SEPA writes otherwise than it is read aloud (EPC217-08), and how German banks write umlauts. */
const WRITTEN: Readonly<Record<string, string>> = {
  ä: "ae",
  ö: "oe",
  ü: "ue",
  Ä: "Ae",
  Ö: "Oe",
  Ü: "Ue",
  "&": "+",
  _: "-",
  "@": "(at)",
};

/** All that banks of SEPA have to take is letters and digits of ASCII, blanks, and these: `/ - ? : ( ) . , ' +`. */
const OTHERS = /[^A-Za-z0-9/\-?:().,'+ ]+/g;

/**
 * A text in the letters that every bank of SEPA takes, `max` characters at most: `Jörg Müller & Söhne` is
 * `Joerg Mueller + Soehne`, `Łukasz` is `Lukasz`. Empty if nothing of it can be written so. No `/` stands at its
 * beginning or end, or beside another, which banks refuse.
 */
export function sepaText(text: string, max: number): string {
  const written = Array.from(text.normalize("NFC"), (character) => WRITTEN[character] ?? character).join("");
  const ascii = toAscii(written)
    .replaceAll(OTHERS, " ")
    .replaceAll(/\/{2,}/g, "/")
    .replaceAll(/ +/g, " ");
  return trimmed(trimmed(ascii).slice(0, max));
}

function trimmed(text: string): string {
  return text.replace(/^[ /]+/, "").replace(/[ /]+$/, "");
}
