import { callingCodeOf } from "../../ground/phone.ts";

/** Characters of an order's number that its creator is shown, at most: enough to name it to the shop by its day. */
const SHOWN = 3;

/** The end of a shop's order number, such as `…042`: never more than half of it, and nothing that isn't seen. */
export function maskedNumber(number: string): string {
  const seen = Array.from(number.replaceAll(/[\p{C}\p{Z}]/gu, ""));
  const shown = Math.min(SHOWN, Math.floor(seen.length / 2));
  return `…${shown === 0 ? "" : seen.slice(-shown).join("")}`;
}

/** A phone number (E.164) by its country and its last two digits: `+33 … 42`; a mark alone where none is known. */
export function maskedPhone(number: string | null): string {
  return number === null ? "…" : `+${callingCodeOf(number)} … ${number.slice(-2)}`;
}
