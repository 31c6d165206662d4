import { REMOVED, withoutAddresses } from "../../ground/redact-text.ts";
import { isRecord } from "./read-order.ts";
import { isUnexpanded, saysNothing } from "./unexpanded.ts";

/**
 * Names of fields that say who somebody is, in lower case without punctuation. Fields that nobody reads
 * are kept too, so a shop that sends its whole order must not leave its customer here.
 */
const PERSONAL =
  /customer|user|visitor|buyer|shopper|person|member|recipient|client|account|mail|phone|mobile|firstname|lastname|fullname|surname|address|billing|street|city|postcode|postal|zip|birth|gender|password|secret|token|session|fingerprint|cookie|^(?:ip|uid|tel|name|company|deviceid|remoteaddr)$|ipv[46]|clientip|browserip|remoteip/;

/** Names of fields that carry click ids: ours, and those of ad networks. */
const CLICK = /click|clid$/;

/** Where a `name` is that of an item or of an event, and nobody's. */
const NAMED: ReadonlySet<string> = new Set(["items", "data"]);

/** The order's id is the shop's own, and what reports meet on: it stays to the letter. */
const ORDER_ID: ReadonlySet<string> = new Set(["orderid", "order"]);

/** Names of fields with addresses of pages, whose query may hold anything; any other text that is one counts too. */
const PAGE = /(?:url|uri|href|referrer|referer|page|location)$/;
const ADDRESS = /^https?:\/\//i;

// Each repetition has a bound: a text of 64 KiB made for it must not take seconds.
/** A telephone number as E.164 begins it; an offset follows a time's digits, and is none. */
const PHONE = /(?<![\w.])\+\d[\d ()./-]{6,18}\d/g;
/** As long as a click token is, or longer. */
const TOKEN = /[\w-]{56,}/g;

/** A part of a page's path that nobody can guess, such as that of an order's status page: who has it may look. */
const SECRET_PART =
  /(?<=\/)(?=[^/]{0,200}\d)(?:\w{16,}|[\da-f-]{16,}|(?=[^/]{0,200}[A-Z])(?=[^/]{0,200}[a-z])[\w-]{20,})(?=\/|$)/g;

/** A field in a text that is no JSON, with its value as far as can be told. */
const FIELD_IN_TEXT =
  /([\w-]{0,40}(?:customer|user|mail|phone|name|address|city|street|zip|click|token|secret)[\w-]{0,40}["']?\s{0,9}[:=]\s{0,9})("[^"]*"?|[^\s,&}]*)/gi;

/**
 * A value of JSON (see `parseBody`) without what says who somebody is, and, unless `identifiers` were
 * allowed, without click ids. What a customer was known by must be hashed before.
 */
export function redact(value: unknown, identifiers: boolean): unknown {
  return redacted(value, identifiers, false);
}

function redacted(value: unknown, identifiers: boolean, isNamed: boolean): unknown {
  if (typeof value === "string") return withoutPersons(value, identifiers);
  if (Array.isArray(value)) return value.map((entry) => redacted(entry, identifiers, isNamed));
  if (!isRecord(value)) return value;
  const kept: [string, unknown][] = [];
  for (const [name, part] of Object.entries(value)) {
    const known = name.toLowerCase().replaceAll(/[^a-z\d]/g, "");
    const isPersonal = PERSONAL.test(known) && !(isNamed && known === "name");
    if (isPersonal || (!identifiers && CLICK.test(known)) || withoutPersons(name, identifiers) !== name) continue;
    // A click token has nothing to do with the patterns of persons, and none of its letters may go.
    if (CLICK.test(known) && typeof part === "string" && /^[\w-]{56}$/.test(part)) kept.push([name, part]);
    else if (ORDER_ID.has(known) && typeof part === "string") kept.push([name, part]);
    else if (typeof part === "string" && (PAGE.test(known) || ADDRESS.test(part))) {
      const page = (part.split(/[?#]/, 1)[0] ?? "").replaceAll(SECRET_PART, REMOVED);
      kept.push([name, withoutPersons(page, identifiers)]);
    } else kept.push([name, redacted(part, identifiers, NAMED.has(known))]);
  }
  // As own fields, whatever their names: `__proto__` among them.
  return Object.fromEntries(kept);
}

function withoutPersons(text: string, identifiers: boolean): string {
  const plain = withoutAddresses(text).replaceAll(PHONE, REMOVED);
  return identifiers ? plain : plain.replaceAll(TOKEN, REMOVED);
}

/**
 * A text that is no JSON, so that no field of it can be told for sure, without what looks like a person
 * or a click id. Control characters, at which SQLite would end the text, go too.
 */
export function redactText(text: string): string {
  return withoutPersons(text.replaceAll(FIELD_IN_TEXT, `$1${REMOVED}`), false).replaceAll(/[^\P{Cc}\n\t]/gu, "\uFFFD");
}

/** A field's name without what looks like a person or a click id. */
export function redactName(name: string): string {
  return withoutPersons(name, false);
}

/**
 * What a shop knows a customer by: a text, or a whole number; `null` if it isn't one. A placeholder, or a word
 * such as `undefined`, would make one customer of many.
 */
export function customerOf(value: unknown): string | null {
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== "string" || text.length > MAX_CUSTOMER_ID) return null;
  return text.trim() === "" || isUnexpanded(text) || saysNothing(text) ? null : text.trim();
}

/** Longest id of a customer: an e-mail address has 254 characters at most. */
const MAX_CUSTOMER_ID = 320;
