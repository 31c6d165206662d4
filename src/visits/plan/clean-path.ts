import type { PageAlias } from "../../ground/model/visit.ts";
import { pathPattern } from "../../ground/path-pattern.ts";
import { redactName } from "../../sales/capture/redact.ts";

/** Longest cleaned path, and longest segment of one, UTF-16 units. */
const MAX_PATH = 200;
const MAX_SEGMENT = 100;

/** What is looked at of a path, UTF-16 units: more than what of it is kept, even where all of it is encoded. */
const MAX_RAW = 4_096;

/** Stands for a part of a path that tells one shopper, order or session from others. */
export const ID = ":id";

const ENCODED = /(?:%[\da-f]{2})+/gi;

/** What SQLite ends a text at or no database keeps. */
const UNKEPT = /[\p{Cc}\p{Cs}]/gu;

/** A part as which numbers of orders and people appear; years and small numbers say nothing of anybody. */
const NUMBER = /^\d{6,}$/;
/** A run of digits as long as a telephone number's, whatever stands beside it. */
const LONG_NUMBER = /\d{9,}/;
/** Digits as a card's number has them, in groups or not. */
const CARD = /(?:\d[ -]?){12,18}\d/g;
/** As keys are written: hexadecimal, or without a break; both have a digit. */
const KEY = /^(?=.*\d)(?:[\da-f-]{16,}|\w{16,})$/i;
/** Where chance alternates between letters and digits, or cases: names of goods do it a time or three. */
const CHANGE = /[a-z](?=[A-Z])|\d(?=[a-z])|[a-z](?=\d)|\d(?=[A-Z])|[A-Z](?=\d)/g;
const MOST_CHANGES = 3;
const SHORTEST_TOKEN = 10;

/**
 * A path as it is counted: the first alias whose pattern it meets; else decoded, without a slash at its end, and with
 * `:id` for each part that looks like the number of an order, a key, an e-mail address or a card. At most 200
 * characters: what follows is left out, by whole parts. Cleaning what was cleaned without aliases changes nothing.
 */
export function cleanPath(path: string, aliases: readonly PageAlias[]): string {
  const parts = partsOf(path);
  const whole = `/${parts.join("/")}`;
  const alias = compiled(aliases).find(({ meets }) => meets.test(whole));
  if (alias !== undefined) return alias.alias;
  let clean = "";
  for (const part of parts) {
    const next = `${clean}/${cleanPart(part)}`;
    if (next.length > MAX_PATH) break;
    clean = next;
  }
  return clean === "" ? "/" : clean;
}

function partsOf(path: string): string[] {
  const parts = path.slice(0, MAX_RAW).split("/");
  // Half a part may look like another.
  if (path.length > MAX_RAW) parts.pop();
  return decoded(parts.join("/"))
    .split("/")
    .filter((part) => part !== "");
}

/** Decoded until nothing is left to decode: encoded twice, an address would pass for none. */
function decoded(path: string): string {
  let [before, text] = ["", path];
  while (before !== text) {
    before = text;
    text = text.replaceAll(ENCODED, utf8Of).replaceAll(UNKEPT, "\uFFFD");
  }
  return text;
}

function utf8Of(run: string): string {
  return new TextDecoder().decode(Uint8Array.from(run.slice(1).split("%"), (byte) => Number.parseInt(byte, 16)));
}

function cleanPart(part: string): string {
  if (part.length > MAX_SEGMENT || isTelling(part)) return ID;
  // A file is named by what it is of.
  const stem = part.replace(/\.\w{1,5}$/, "");
  return stem !== part && isTelling(stem) ? ID : part;
}

function isTelling(part: string): boolean {
  if (NUMBER.test(part) || LONG_NUMBER.test(part) || KEY.test(part) || part.includes("@")) return true;
  if (part.length >= SHORTEST_TOKEN && (part.match(CHANGE)?.length ?? 0) > MOST_CHANGES) return true;
  return hasCardNumber(part) || redactName(part) !== part;
}

/** Whether digits in a text, in groups or not, are what a card could have. */
export function hasCardNumber(text: string): boolean {
  return (text.match(CARD) ?? []).some((found) => isCardNumber(found.replaceAll(/\D/g, "")));
}

/** Luhn's check. */
function isCardNumber(digits: string): boolean {
  let sum = 0;
  for (const [place, digit] of Array.from(digits).toReversed().entries()) {
    const twice = Number(digit) * (place % 2 === 0 ? 1 : 2);
    sum += twice > 9 ? twice - 9 : twice;
  }
  return sum % 10 === 0;
}

interface CompiledAlias {
  meets: RegExp;
  alias: string;
}

/** By the list itself: a plan's is read once and held against thousands of events. */
const COMPILED = new WeakMap<readonly PageAlias[], readonly CompiledAlias[]>();

function compiled(aliases: readonly PageAlias[]): readonly CompiledAlias[] {
  const known = COMPILED.get(aliases);
  if (known !== undefined) return known;
  const made = aliases.map(({ pattern, alias }) => ({ meets: new RegExp(pathPattern(pattern)), alias }));
  COMPILED.set(aliases, made);
  return made;
}
