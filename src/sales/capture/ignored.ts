import {
  CACHE_BUSTERS,
  EVENT_FIELDS,
  EVENT_NAMES,
  ITEM_FIELDS,
  ITEM_NAMES,
  ORDER_NAMES,
  QUERY_NAMES,
  SERVER_FIELDS,
  WAY_FIELDS,
} from "./field-names.ts";
import { nearestName } from "../../ground/http/nearest.ts";
import { type CaptureSource, isRecord, type Refusal } from "./read-order.ts";
import { customerOf, redactName } from "./redact.ts";

/** A field that came with an order and that nobody reads. */
export interface IgnoredField {
  /** Its name as it was sent, `items[].qty` in a line; never its value. */
  field: string;
  /** The field that was meant, as far as can be told. */
  nearest?: string;
  /** `unknown`: no field has the name; `server_only`: it is read of servers, and a browser sent it; `malformed`: it can't be what it should. */
  reason: "unknown" | "server_only" | "malformed";
}

/** The fields of one order that nobody reads, each name once. */
export interface IgnoredFields {
  ignored: IgnoredField[];
  /** How many more there were. */
  ignoredMore: number;
}

/** Names that are kept of one order. */
export const MAX_IGNORED = 20;

/** Longest name that is looked at, characters. */
const MAX_NAME = 64;

/** A name of a field, as opposed to a text that somebody's data was taken for one from. */
const IDENTIFIER = /^(?!.*\d{5})[\p{L}_$][\p{L}\p{N}_.$:-]*$/u;

/** Stands for a name that may be somebody's. */
const UNNAMED = "[removed]";

/**
 * The fields of an order, as they came by `way`, that nobody reads. Only names are looked at, so that no value
 * is kept by it; a name that may itself be of a person is left out. Never throws.
 */
export function ignoredFields(fields: Readonly<Record<string, unknown>>, way: CaptureSource): IgnoredFields {
  const found = new Found();
  const known = WAY_FIELDS[way];
  const isQuery = way === "pixel" || way === "postback";
  const names = isQuery ? IN_QUERIES : ORDER_NAMES;
  const isPage = way === "pixel" || way === "snippet";
  for (const [name, value] of Object.entries(fields)) {
    if (known.includes(name) || (isQuery && CACHE_BUSTERS.has(name.toLowerCase()))) continue;
    // A server may name its customer so, too.
    if (!isPage && (name === "customer" || name === "customerId") && customerOf(value) !== null) continue;
    if (isPage && SERVER_FIELDS.includes(name)) found.add("", name, "server_only", () => undefined);
    else found.add("", name, "unknown", () => nearestName(name, known, names));
  }
  const { items } = fields;
  if (isQuery || !Array.isArray(items)) return found;
  for (const item of items as unknown[]) {
    for (const name of isRecord(item) ? Object.keys(item) : []) {
      if (ITEM_FIELDS.some((known) => known === name)) continue;
      found.add("items[].", name, "unknown", () => nearestName(name, ITEM_FIELDS, ITEM_NAMES));
    }
  }
  return found;
}

/** The same of an event of the snippet's that tells of an order: around its data, and in it. */
export function ignoredOfEvent(event: Readonly<Record<string, unknown>>): IgnoredFields {
  const around = new Found();
  for (const name of Object.keys(event)) {
    if (EVENT_FIELDS.some((known) => known === name)) continue;
    around.add("", name, "unknown", () => nearestName(name, EVENT_FIELDS, EVENT_NAMES));
  }
  const { data } = event;
  const within = ignoredFields(isRecord(data) ? data : {}, "snippet");
  const ignored = [...within.ignored, ...around.ignored];
  return {
    ignored: ignored.slice(0, MAX_IGNORED),
    ignoredMore: within.ignoredMore + around.ignoredMore + Math.max(0, ignored.length - MAX_IGNORED),
  };
}

/** A refusal that names the field which was meant for the one that is missing, if there is one. */
export function hinted(refusal: Refusal, { ignored }: IgnoredFields): Refusal {
  const meant = ignored.find(({ nearest }) => nearest !== undefined && nearest === refusal.path);
  if (meant === undefined) return refusal;
  return {
    ...refusal,
    detail: `${refusal.detail}: ${meant.field} was sent, which is not read; call it ${meant.nearest}`,
  };
}

/** Other names of an order's fields, by what a query names them. */
const IN_QUERIES: ReadonlyMap<string, string> = new Map(
  [...ORDER_NAMES, ...Object.keys(QUERY_NAMES).map((name) => [name.toLowerCase(), name] as const)].map(
    ([other, name]) => [other, QUERY_NAMES[name] ?? name],
  ),
);

class Found implements IgnoredFields {
  readonly ignored: IgnoredField[] = [];
  ignoredMore = 0;
  readonly #names = new Set<string>();

  add(prefix: string, name: string, reason: IgnoredField["reason"], nearestOf: () => string | undefined): void {
    const isTold = name.length <= MAX_NAME && IDENTIFIER.test(name) && redactName(name) === name;
    const field = prefix + (isTold ? name : UNNAMED);
    if (this.#names.has(field)) return;
    this.#names.add(field);
    if (this.ignored.length === MAX_IGNORED) {
      this.ignoredMore += 1;
      return;
    }
    const nearest = isTold ? nearestOf() : undefined;
    this.ignored.push({ field, ...(nearest !== undefined && { nearest: prefix + nearest }), reason });
  }
}
