import * as z from "./zod.ts";
import { endOf, isDate, NO_MOMENT, startOf } from "../time/moment.ts";
import { ID_PREFIXES, type IdKind } from "../id.ts";
import { ID_LENGTH } from "../id-text.ts";
import { currencyProblem } from "../money/withdrawn.ts";
import { NO_PHONE, phoneOf } from "../phone.ts";
import { isOneLine } from "./one-line.ts";

/** Makes each schema once: they are never changed, and each costs a request that comes first. */
function once<Key, Schema>(make: (key: Key) => Schema): (key: Key) => Schema {
  const made = new Map<Key, Schema>();
  return (key) => {
    const schema = made.get(key) ?? make(key);
    made.set(key, schema);
    return schema;
  };
}

/** An id of one kind. */
export const idField = once((kind: IdKind) => {
  const prefix = ID_PREFIXES[kind];
  return z
    .string()
    .regex(new RegExp(`^${prefix}[0-9a-hjkmnp-tv-z]{${ID_LENGTH}}$`), `must be an id that starts with ${prefix}`)
    .openapi({ example: `${prefix}06c4v8e5m1k2n3p4` });
});

/** A list of 1 to `max` ids of one kind, each of them once. */
export function idsField(kind: IdKind, max: number) {
  return z
    .array(idField(kind))
    .min(1)
    .max(max)
    .superRefine((ids, context) => {
      const seen = new Set<string>();
      for (const [index, id] of ids.entries()) {
        if (seen.has(id)) context.addIssue({ code: "custom", path: [index], message: "is in the list twice" });
        seen.add(id);
      }
    });
}

/** Ids that one query names at most: what a page of a list has. */
const MOST_IDS = 200;

/** One id of a kind or several, with commas between them, for a query. The text stays as it was sent. */
export const idsInQuery = once((kind: IdKind) => {
  const id = `${ID_PREFIXES[kind]}[0-9a-hjkmnp-tv-z]{${ID_LENGTH}}`;
  return z
    .string()
    .regex(
      new RegExp(`^${id}(?:,${id})*$`),
      `must be an id that starts with ${ID_PREFIXES[kind]}, or several with commas between them`,
    )
    .refine((text) => text.split(",").length <= MOST_IDS, `must be ${MOST_IDS} ids at most`)
    .openapi({ example: `${ID_PREFIXES[kind]}06c4v8e5m1k2n3p4` });
});

/** The `{id}` in the path of one thing of a kind. */
export const idParams = once((kind: IdKind) => z.object({ id: idField(kind) }));

/** What is wrong with a text that isn't well-formed: no encoding has such halves, so it can't be kept as it was sent. */
export const NOT_WELL_FORMED = "must not have half of a surrogate pair";

/**
 * A line of text without control characters, trimmed, 1 to `max` characters. Control characters have
 * no place in a name and would let one be read as several lines of a log.
 */
export const textField = once((max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine(isOneLine, "must not have control characters")
    .refine((text) => text.isWellFormed(), NOT_WELL_FORMED),
);

/** The same to the letter, blanks around it and all, but not of blanks alone: what something is known by elsewhere. */
export function letteredField(max: number) {
  return z
    .string()
    .min(1)
    .max(max)
    .refine((text) => text.trim() !== "", "must not be blank")
    .refine(isOneLine, "must not have control characters")
    .refine((text) => text.isWellFormed(), NOT_WELL_FORMED);
}

/** A date or a time on the wire (see `startOf`), to be read by {@link msOf} where something begins, else by {@link endMsOf}. */
export const timeField = z
  .string()
  .refine((text) => startOf(text) !== null, NO_MOMENT)
  .openapi({ example: "2026-11-21T09:00:00Z" });

/** A calendar day, whatever time zone it is of. */
export const dayField = z
  .string()
  .refine((text) => isDate(text) && startOf(text) !== null, "must be a day such as 2026-11-22")
  .openapi({ example: "2026-11-22" });

/** A time as the API writes it. */
export const timeOut = z.string().openapi({ example: "2026-11-21T09:00:00.000Z" });

/** ms UTC → ISO 8601 UTC. */
export function isoOf(time: number): string;
export function isoOf(time: number | null): string | null;
export function isoOf(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

/** A {@link timeField} → ms UTC, of a date the day's first moment; keeps `null` and `undefined`, which a patch tells apart. */
export function msOf(time: string): number;
export function msOf<Absent extends null | undefined>(time: string | Absent): number | Absent;
export function msOf<Absent extends null | undefined>(time: string | Absent): number | Absent {
  return typeof time === "string" ? (startOf(time) ?? Number.NaN) : time;
}

/** The same where something ends: of a date the day is still in. */
export function endMsOf(time: string): number;
export function endMsOf<Absent extends null | undefined>(time: string | Absent): number | Absent;
export function endMsOf<Absent extends null | undefined>(time: string | Absent): number | Absent {
  return typeof time === "string" ? (endOf(time) ?? Number.NaN) : time;
}

/** A currency of ISO 4217 that amounts can be in. */
export const currencyField = z
  .string()
  .superRefine((code, context) => {
    const problem = currencyProblem(code);
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
  })
  .openapi({ example: "EUR" });

/** Longest URL accepted: what every browser and server takes. */
export const MAX_URL = 2048;

/** Why a text can't be used as a web address, or `null` if it can. */
export function urlProblem(text: string): string | null {
  if (text.length > MAX_URL) return `must have ${MAX_URL} characters at most`;
  // RFC 3986 has no backslash, and readers disagree on where a host ends that is followed by one.
  if (/[\p{Cc}\s\\]/u.test(text)) return "must not have spaces, backslashes or control characters";
  if (!text.isWellFormed()) return NOT_WELL_FORMED;
  const url = URL.parse(text);
  if (url === null) return "must be an absolute URL such as https://shop.example/sale";
  if (url.protocol !== "https:" && url.protocol !== "http:") return "must start with https:// or http://";
  if (!/^https?:\/\/[^/]/i.test(text)) return "must have a host right after its scheme";
  if (/^https?:\/\/[^/?#]*@/i.test(text)) return "must not have a user name or password";
  return null;
}

/** A web address. */
export const urlField = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    const problem = urlProblem(text);
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
  })
  .openapi({ example: "https://shop.example/sale" });

/** A phone number, however it is written (see `phoneOf`), as E.164. */
export const phoneField = z
  .string()
  .overwrite((text) => phoneOf(text) ?? text)
  .refine((text) => phoneOf(text) === text, NO_PHONE)
  .openapi({ example: "+49301234567" });

/** A host name (RFC 1123) in lower case, without scheme, port or path. */
export const hostnameField = z
  .string()
  .max(253)
  .toLowerCase()
  .regex(/^(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*$/, "must be a host name such as go.brand.com");

/** Whether a name is in the IANA time zone database. */
export function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
