import { BEHAVIOUR_TYPES, type BehaviourType, type ConsentState } from "../../ground/model/visit.ts";
import { currencyDigits, minorOf } from "../../ground/money/amount.ts";
import { mostOfOrder } from "../../ground/money/bound.ts";
import { MAX_ORDER_ID } from "../../sales/capture/read-order.ts";
import { redactName } from "../../sales/capture/redact.ts";
import { cleanPath, hasCardNumber, ID } from "../plan/clean-path.ts";
import { CLICK_IDS } from "../source/marks.ts";
import { MAX_RULE, readZones } from "./read-zones.ts";
import { MAX_AGE_MS, type TakenFacts } from "./taken.ts";
import { fieldsOf, nobodys, textOf, textOrNull, Untold, wholeOf } from "./values.ts";

/** What an event says, before its ids are hashed and its click token is checked. */
export interface ToldEvent {
  type: BehaviourType;
  /** As its page drew it. */
  id: string;
  plan: number;
  age: number;
  path: string;
  /** Of a consenting visitor. */
  visit: ToldVisit | null;
  /** Where a visit that begins with this page came from, as far as that is counted without consent. */
  entry: ToldOrigin | null;
  /** Of a page on which consent was granted: the answer with which it was told before. */
  was: ConsentState | null;
  /** The page's own id of the cart that it is about; `null`: it has none. */
  cartId: string | null;
  facts: ToldFacts;
}

/** What happened; of a cart without its key. */
export type ToldFacts =
  | Exclude<TakenFacts, { cartKey: unknown }>
  | Omit<Extract<TakenFacts, { type: "cart" }>, "cartKey">
  | Omit<Extract<TakenFacts, { type: "bought" }>, "cartKey">
  | Omit<Extract<TakenFacts, { type: "step" }>, "cartKey">;

/** A visit as its browser keeps it. */
export interface ToldVisit {
  visitor: string;
  id: string;
  page: number;
  landing: string;
  before: string | null;
  origin: ToldOrigin;
}

/** What tells where a visit came from, with a click token as it came. */
export interface ToldOrigin {
  referrer: string | null;
  utmSource: string | null;
  utmMedium: string | null;
  utmCampaign: string | null;
  adIds: string[];
  click: string | null;
}

/** An id of an event, a visit or a visitor: chance, as base64url. */
const EVENT_ID = /^[\w-]{8,64}$/;
export const VISIT_ID = /^[\w-]{4,32}$/;
export const VISITOR = /^[\w-]{22}$/;
const CLICK = /^[\w-]{56}$/;

/** Bounds: of texts characters, of engagement ms, of others their number. */
const MAX = { text: 200, path: 1_000, url: 4_000, page: 10_000, plan: 1e9, engagedMs: 60_000, reports: 100_000 };
const MAX_ITEMS = 100;
const MAX_QUANTITY = 1_000_000;
const MAX_CART_ID = 200;

/** Kinds of which nothing is kept without consent. */
const WITH_CONSENT: ReadonlySet<BehaviourType> = new Set(["engage", "zones", "cart"]);

/** The type of an event, of which nothing else need be right; `null`: it has none of ours. */
export function typeOf(value: Readonly<Record<string, unknown>>): BehaviourType | null {
  return BEHAVIOUR_TYPES.find((known) => known === value["type"]) ?? null;
}

/** The rule or step that an event names, for whoever looks for what is wrong with it; empty: none. */
export function ruleOf(value: Readonly<Record<string, unknown>>): string {
  const { data } = value;
  const { rule, step } = (typeof data === "object" && data !== null ? data : {}) as Record<string, unknown>;
  const name = rule ?? step;
  return typeof name === "string" && name.length <= MAX_RULE ? name.toWellFormed() : "";
}

/**
 * Reads an event of the wire. Whatever consent doesn't cover is left out. `currency` (ISO 4217) is that of a cart that
 * names none. Throws `Untold`.
 */
export function readTold(
  value: Readonly<Record<string, unknown>>,
  { consent, currency }: { consent: ConsentState; currency: string },
): ToldEvent {
  if (value["v"] !== undefined && value["v"] !== 1) throw new Untold("malformed");
  const type = typeOf(value);
  if (type === null) throw new Untold("malformed");
  if (consent !== "granted" && WITH_CONSENT.has(type)) throw new Untold("no_consent");
  const data = value["data"] == null ? {} : fieldsOf(value["data"]);
  const facts = factsOf(type, data, currency);
  const was = consent === "granted" && facts.type === "page" ? wasOf(value["was"]) : null;
  const begins = facts.type === "page" && (consent !== "granted" || was !== null) && value["entry"] === true;
  return {
    type,
    id: matching(value["id"], EVENT_ID),
    plan: wholeOf(value["plan"], 0, MAX.plan),
    age: value["age"] == null ? 0 : wholeOf(value["age"], 0, MAX_AGE_MS),
    path: pathOfUrl(value["url"]),
    visit: consent === "granted" ? visitOf(value) : null,
    entry: begins ? { ...toldOriginOf(value["origin"]), click: null, utmCampaign: null } : null,
    was,
    cartId: consent === "granted" ? textOrNull(data["cartId"], MAX_CART_ID) : null,
    facts,
  };
}

function wasOf(value: unknown): ConsentState | null {
  return value === "unknown" || value === "denied" ? value : null;
}

function factsOf(type: BehaviourType, data: Readonly<Record<string, unknown>>, currency: string): ToldFacts {
  switch (type) {
    case "page":
      return { type };
    case "engage":
      return {
        type,
        ms: wholeOf(data["ms"], 0, MAX.engagedMs),
        scroll: data["scroll"] == null ? 0 : wholeOf(data["scroll"], 0, 100),
        n: wholeOf(data["n"], 1, MAX.reports),
      };
    case "click":
    case "form":
    case "visible":
      return { type, rule: textOf(data["rule"], MAX_RULE) };
    case "download":
      return { type, rule: textOf(data["rule"], MAX_RULE), file: fileOf(textOf(data["file"], MAX.url)) };
    case "cart":
      if (data["orderId"] != null) return { type: "bought", orderId: orderIdOf(data["orderId"]) };
      return { type, items: piecesOf(data["items"]), ...worthOf(data, currency) };
    case "step":
      return { type, step: textOf(data["step"], MAX.text) };
    case "zones":
      return readZones(data);
    case "banner": {
      const state = (["shown", "granted", "denied"] as const).find((known) => known === data["state"]);
      if (state === undefined) throw new Untold(data["state"] == null ? "missing" : "malformed");
      return { type, state };
    }
  }
}

function visitOf(value: Readonly<Record<string, unknown>>): ToldVisit {
  const visit = fieldsOf(value["visit"]);
  return {
    visitor: matching(value["visitor"], VISITOR),
    id: matching(visit["id"], VISIT_ID),
    page: wholeOf(visit["page"], 1, MAX.page),
    landing: pathOf(textOf(visit["landing"], MAX.url)),
    before: visit["before"] == null ? null : pathOf(textOf(visit["before"], MAX.url)),
    origin: toldOriginOf(visit["origin"]),
  };
}

/** Reads where a visit came from. Throws `Untold`. */
export function toldOriginOf(value: unknown): ToldOrigin {
  const origin = value == null ? {} : fieldsOf(value);
  const named = (field: string): string | null => {
    const text = textOrNull(origin[field], MAX.url)?.slice(0, MAX.text) ?? null;
    return text === null ? null : nobodys(text.toWellFormed());
  };
  const adIds: unknown = origin["adIds"] ?? [];
  const click = origin["click"];
  if (!Array.isArray(adIds)) throw new Untold("malformed");
  return {
    referrer: named("referrer"),
    utmSource: named("utmSource"),
    utmMedium: named("utmMedium"),
    utmCampaign: named("utmCampaign"),
    // Any other name of a query may be a person's.
    adIds: adIds
      .map((id: unknown) => String(id).toLowerCase())
      .filter((id, place, all) => Object.hasOwn(CLICK_IDS, id) && all.indexOf(id) === place),
    click: typeof click === "string" && CLICK.test(click) ? click : null,
  };
}

function matching(value: unknown, pattern: RegExp): string {
  if (value == null || value === "") throw new Untold("missing");
  if (typeof value !== "string" || !pattern.test(value)) throw new Untold("malformed");
  return value;
}

/** The path of a page's address, without what names a person. Throws `Untold`. */
export function pathOfUrl(value: unknown): string {
  const url = URL.parse(textOf(value, MAX.url));
  if (url === null) throw new Untold("malformed");
  return pathOf(url.pathname);
}

/** A path as it came; one that names somebody is cleaned before it travels. */
function pathOf(text: string): string {
  const path = (text.split(/[?#]/, 1)[0] ?? "").slice(0, MAX.path).toWellFormed();
  const isTelling =
    /[@+]|%(?:40|2b|25)/i.test(path) ||
    redactName(path) !== path ||
    hasCardNumber(path.replaceAll(/%[\da-f]{2}/gi, " "));
  return isTelling ? cleanPath(path, []) : path;
}

/** A file's name, without where it is and what was asked of it. */
function fileOf(text: string): string {
  const name = (text.split(/[?#]/, 1)[0] ?? "").split("/").at(-1) ?? "";
  if (name === "") throw new Untold("malformed");
  const file = name.slice(-MAX.text).toWellFormed();
  // An invoice is named by its order: told of as pages are.
  const isTelling = cleanPath(`/${file}`, []) === `/${ID}`;
  return isTelling ? `${ID}${/\.\w{1,5}$/.exec(file)?.[0] ?? ""}` : nobodys(file);
}

/** It is the shop's own, and stays to the letter. */
function orderIdOf(value: unknown): string {
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  return textOf(text, MAX_ORDER_ID);
}

/** Pieces of all items; what is sold by weight is rounded up. */
function piecesOf(value: unknown): number {
  if (value == null) throw new Untold("missing");
  if (!Array.isArray(value)) throw new Untold("malformed");
  if (value.length > MAX_ITEMS) throw new Untold("implausible");
  const quantities = value.map((item: unknown) => {
    const { sku, quantity } = fieldsOf(item);
    mustBeSku(sku);
    return quantityOf(quantity);
  });
  return Math.ceil(quantities.reduce((sum, quantity) => sum + quantity, 0));
}

/** What it is of is looked at, so that a mistake is seen, and not kept. */
function mustBeSku(value: unknown): void {
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  textOf(text, MAX.text);
}

function quantityOf(value: unknown): number {
  if (value == null) return 1;
  const quantity = typeof value === "string" && /^\d{1,7}(?:\.\d{1,3})?$/.test(value) ? Number(value) : value;
  if (typeof quantity !== "number" || !(quantity > 0)) throw new Untold("malformed");
  if (quantity > MAX_QUANTITY) throw new Untold("implausible");
  return quantity;
}

function worthOf(
  data: Readonly<Record<string, unknown>>,
  fallback: string,
): { valueMinor: number | null; currency: string | null } {
  const { value } = data;
  if (value == null) return { valueMinor: null, currency: null };
  const currency = textOrNull(data["currency"], 3)?.toUpperCase() ?? fallback;
  if (currencyDigits(currency) === null) throw new Untold("malformed");
  const valueMinor = typeof value === "string" || typeof value === "number" ? minorOf(value, currency) : null;
  if (valueMinor === null) throw new Untold("malformed");
  if (valueMinor > mostOfOrder(currency)) throw new Untold("implausible");
  return { valueMinor, currency };
}
