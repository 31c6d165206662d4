import type { ConsentSetting } from "../../ground/model/link.ts";
import { phoneOf } from "../../ground/phone.ts";
import type { StoreRow } from "../../programme/store/store.ts";
import { phoneName } from "./customer.ts";
import { QUERY_NAMES } from "./field-names.ts";
import { hinted, ignoredFields, type IgnoredFields, ignoredOfEvent } from "./ignored.ts";
import type { Report, ReportMeta } from "./inbox-store.ts";
import { parseBody, type Parsed, textOf } from "./parse.ts";
import { consentOf, readEvent } from "./read-event.ts";
import { type CaptureSource, isRecord, readOrder, type Refusal } from "./read-order.ts";
import { orderOfQuery, readQuery } from "./read-query.ts";
import { customerOf, redact, redactText } from "./redact.ts";
import { allowanceOf, countryOf, originOf, originProblem, pageMeta, type PageRequest } from "./request.ts";
import { type Signals, signalsOf, withSignals } from "./signal.ts";
import { isUnexpanded } from "./unexpanded.ts";

/** Hashes a store's customer: see `customerHasher`. */
export type CustomerHashOf = (storeId: string, customerId: string) => Promise<string | null>;

/** What reports are made with. */
export interface Reporting {
  storeKey: string;
  /** `null`: no store has the key, yet. */
  store: StoreRow | null;
  /** Of the deployment, for a store that states no policy. */
  policy: ConsentSetting;
  customerHashOf: CustomerHashOf;
  /** When it came, ms UTC. */
  receivedAt: number;
}

/** Most events of one request. */
export const MAX_EVENTS = 100;

/** Longest query that is read, characters: what many servers take for a whole address. */
const MAX_QUERY = 16_384;

const UNKNOWN_STORE: Refusal = {
  code: "unknown_store",
  path: "s",
  detail: "names no store. It is tried again once there is one.",
};

/** The events of a request to `/t/events`, which may be any JSON, or why it is refused as a whole. */
export function readEvents(body: Uint8Array): { events: unknown[] } | { refused: Refusal } {
  const parsed = parseBody(body);
  if ("refused" in parsed) return parsed;
  const refused = tooMany(parsed.value);
  if (refused !== null) return { refused };
  return { events: Array.isArray(parsed.value) ? (parsed.value as unknown[]) : [parsed.value] };
}

/** The reports of events, one each. */
export function eventReports(
  reporting: Reporting,
  request: PageRequest,
  events: readonly { value: unknown }[],
): Promise<Report[]> {
  return Promise.all(events.map(({ value }) => eventReport(reporting, request, value)));
}

/** The report of a request to `/t/events` that is refused as a whole. */
export function unreadableEvents(
  reporting: Reporting,
  request: PageRequest,
  body: Uint8Array,
  refused: Refusal,
): Report {
  return unreadable(reporting, "snippet", metaOf(request), body, refused);
}

function tooMany(value: unknown): Refusal | null {
  if (!Array.isArray(value) || value.length <= MAX_EVENTS) return null;
  return { code: "too_many_events", path: "", detail: `A request may have ${MAX_EVENTS} events at most.` };
}

async function eventReport(reporting: Reporting, request: PageRequest, event: unknown): Promise<Report> {
  // Of the snippet something is known always: a page that says nothing was not asked.
  const stated = isRecord(event) ? consentOf(event["consent"]) : "unknown";
  const consent = stated === "unstated" ? "unknown" : stated;
  const allowed = allowanceOf(request.headers, consent, policyOf(reporting));
  const data = isRecord(event) && isRecord(event["data"]) ? event["data"] : {};
  const isOrder = isRecord(event) && event["type"] === "order";
  // An order is known by its own id, and is nobody's visitor's.
  const signals = isRecord(event) && !isOrder ? signalsOf(event) : null;
  const hash = allowed.customer ? await hashOf(reporting, data["customerId"]) : null;
  let kept = redact(event, allowed.click);
  if (signals !== null && isRecord(kept)) {
    const visitor = allowed.customer ? await visitorHashOf(reporting, signals.visitor) : null;
    kept = withSignals(kept, signals, visitor);
  }
  if (hash !== null && isRecord(kept)) kept = { ...kept, customerHash: hash };
  if (isRecord(kept) && isRecord(kept["data"])) {
    kept = { ...kept, data: { ...kept["data"], ...unexpandedCustomer("customerId", data["customerId"]) } };
  }
  const ignored = isOrder ? ignoredOfEvent(event) : { ignored: signals?.malformed ?? [], ignoredMore: 0 };
  // The browser's clock tells when it was sent, which makes nothing new of what is said again.
  const identity = isRecord(kept) ? JSON.stringify({ ...kept, at: undefined }) : undefined;
  return {
    ...common(reporting, "snippet", kept),
    // Its id follows from what it says. Only of an order does it matter when.
    restates: isOrder,
    ...(identity !== undefined && { identity }),
    meta: { ...pageMeta(request, consent, allowed), ...told(ignored) },
    ...verdictOf(
      reporting,
      (store) => pageRefusal(store, request) ?? refusalOfEvent(kept, store, reporting.receivedAt, ignored),
    ),
  };
}

/** What a report's own data keep of fields that nobody reads: nothing, where there are none. */
function told({ ignored, ignoredMore }: IgnoredFields): Pick<ReportMeta, "ignored" | "ignoredMore"> {
  return { ...(ignored.length > 0 && { ignored }), ...(ignoredMore > 0 && { ignoredMore }) };
}

/**
 * A placeholder that came as the customer names nobody, and is kept as such where customers are taken out, so
 * that the report is refused whenever it is read.
 */
function unexpandedCustomer(field: string, ...given: readonly unknown[]): Record<string, string> {
  return given.some(isUnexpanded) ? { [field]: "{customer}" } : {};
}

/** Whether a page's report says whose an order or a customer is, and not only what happened on the page. */
export function isClaim({ source, verdict, body }: Report): boolean {
  if (verdict === "refused") return false;
  if (source !== "snippet") return true;
  const event: unknown = JSON.parse(body);
  return isRecord(event) && (event["type"] === "order" || event["type"] === "identify");
}

/** Why an event can't be used, whose store is known; `null` if it can. */
function refusalOfEvent(
  event: unknown,
  store: Pick<StoreRow, "currency">,
  receivedAt: number,
  ignored: IgnoredFields,
): Refusal | null {
  const reading = readEvent(event);
  if ("refused" in reading) return reading.refused;
  if (reading.event.type !== "order") return null;
  const order = readOrder(reading.event.data, "snippet", fallbackOf("snippet", store), receivedAt);
  if (!("refused" in order)) return null;
  const refusal = hinted(order.refused, ignored);
  return { ...refusal, path: `data.${refusal.path}` };
}

/** The report of a request to the pixel. Never rejects for what the query says. */
export async function pixelReport(reporting: Reporting, request: PageRequest, search: string): Promise<Report> {
  if (search.length > MAX_QUERY) {
    const refusal: Refusal = {
      code: "query_too_long",
      path: "",
      detail: `A query may have ${MAX_QUERY} characters at most.`,
    };
    return unreadable(reporting, "pixel", metaOf(request), search.slice(0, MAX_QUERY), refusal);
  }
  const fields = readQuery(search);
  const consent = consentOf(fields["consent"]);
  const allowed = allowanceOf(request.headers, consent, policyOf(reporting));
  const hash = allowed.customer ? await hashOf(reporting, fields["customer"]) : null;
  const kept = {
    ...(redact(fields, allowed.click) as Record<string, unknown>),
    ...unexpandedCustomer("customer", fields["customer"]),
    ...(hash && { customerHash: hash }),
  };
  const ignored = ignoredFields(fields, "pixel");
  return {
    ...common(reporting, "pixel", kept),
    restates: true,
    meta: { ...pageMeta(request, consent, allowed), ...told(ignored) },
    ...verdictOf(reporting, (store) => {
      const reading = readOrder(orderOfQuery(kept), "pixel", fallbackOf("pixel", store), reporting.receivedAt);
      return pageRefusal(store, request) ?? ("refused" in reading ? ofQuery(reading.refused, ignored) : null);
    }),
  };
}

/** A refusal as a query's own names have it. */
function ofQuery(refusal: Refusal, ignored: IgnoredFields): Refusal {
  return hinted({ ...refusal, path: QUERY_NAMES[refusal.path] ?? refusal.path }, ignored);
}

/**
 * The currency of a report that names none: the store's own, but for a body that a server sends. That
 * is money, and a currency that was forgotten must not be guessed.
 */
export function fallbackOf(source: CaptureSource, store: Pick<StoreRow, "currency">): string | null {
  return source === "order" ? null : store.currency;
}

/** What a server's request says of itself. */
export interface Delivery {
  /** By what the server tells it from others; `null` if it doesn't. */
  delivery?: string | null;
  /** When it was signed at the latest, ms UTC: whoever sends a signed request once more says nothing new. */
  signedBy?: number;
}

/**
 * The report of a store's server that proved who it is, from a body or (`postback`) from a query.
 */
export async function serverReport(
  reporting: Reporting & { store: StoreRow },
  source: "order" | "postback",
  sent: Uint8Array | string,
  { delivery = null, signedBy = Infinity }: Delivery = {},
): Promise<{ report: Report; refused: Refusal | null; externalId: string | null }> {
  // Where the server stands says nothing of the shopper.
  const meta: ReportMeta = { origin: null, country: null, consent: "unstated" };
  const parsed: Parsed = typeof sent === "string" ? { value: readQuery(sent) } : parseBody(sent);
  if ("refused" in parsed) {
    const report = unreadable(reporting, source, meta, sent, parsed.refused);
    return { report, refused: parsed.refused, externalId: null };
  }
  const fields = isRecord(parsed.value) ? parsed.value : {};
  const customer = fields["customerId"] ?? fields["customer"];
  const [hash, phoneHash] = await Promise.all([
    hashOf(reporting, customer),
    source === "order" ? phoneHashOf(reporting, fields["phone"]) : null,
  ]);
  const kept = redact(parsed.value, true);
  const body = isRecord(kept)
    ? {
        ...kept,
        ...unexpandedCustomer(source === "order" ? "customerId" : "customer", customer),
        ...(hash !== null && { customerHash: hash }),
        ...(phoneHash !== null && { phoneHash }),
      }
    : kept;
  const ignored = ignoredFields(fields, source);
  const order = source === "order" ? body : orderOfQuery(body as Record<string, unknown>);
  const reading = readOrder(order, source, fallbackOf(source, reporting.store), reporting.receivedAt);
  const refusal = "refused" in reading ? reading.refused : null;
  const refused = refusal === null ? null : source === "order" ? hinted(refusal, ignored) : ofQuery(refusal, ignored);
  const kind = common(reporting, source, body);
  const report = {
    ...kind,
    ...(delivery !== null && { identity: `${delivery}\n${kind.body}` }),
    ...(signedBy < reporting.receivedAt && { statedAt: signedBy }),
    restates: delivery === null && "order" in reading && reading.order.updatedAt === null,
    meta: { ...meta, ...told(ignored) },
    ...verdictOf(reporting, () => refused),
  };
  return { report, refused, externalId: "order" in reading ? reading.order.externalId : null };
}

function common({ storeKey, store }: Reporting, source: CaptureSource, kept: unknown) {
  // JSON, which has no control character left that could end a text in SQLite.
  return { source, storeKey, storeId: store?.id ?? null, body: JSON.stringify(kept) };
}

function verdictOf(
  { store }: Reporting,
  refusalOf: (store: StoreRow) => Refusal | null,
): Pick<Report, "verdict" | "reason"> {
  if (store === null) return { verdict: "waiting", reason: UNKNOWN_STORE };
  const reason = refusalOf(store);
  return { verdict: reason === null ? "pending" : "refused", reason };
}

function pageRefusal(store: StoreRow, request: PageRequest): Refusal | null {
  return originProblem(originOf(request), store.origins);
}

/** The report of what can't be read: its text, as far as it names nobody. */
function unreadable(
  reporting: Reporting,
  source: CaptureSource,
  meta: ReportMeta,
  sent: Uint8Array | string,
  reason: Refusal | null,
): Report {
  const text = redactText(typeof sent === "string" ? sent : textOf(sent));
  return { ...common(reporting, source, text), restates: false, meta, verdict: "refused", reason };
}

function metaOf(request: PageRequest): ReportMeta {
  return { origin: originOf(request), country: countryOf(request), consent: "unknown" };
}

/** `null` where no store has the key yet, whose policy it would be. */
function policyOf({ store, policy }: Reporting): ConsentSetting | null {
  return store === null ? null : (store.consentPolicy ?? policy);
}

/** A customer is known within a store only: what comes before its store is nobody's. */
async function hashOf({ store, customerHashOf }: Reporting, customer: unknown): Promise<string | null> {
  const id = customerOf(customer);
  return store === null || id === null ? null : customerHashOf(store.id, id);
}

/** A phone number is known within a store only, too. One that doesn't say its country is nobody's. */
async function phoneHashOf({ store, customerHashOf }: Reporting, given: unknown): Promise<string | null> {
  const phone = typeof given === "string" ? phoneOf(given) : null;
  return store === null || phone === null ? null : customerHashOf(store.id, phoneName(phone));
}

/** A visitor is known within a store only, too. No customer's hash is that of a visitor. */
async function visitorHashOf(
  { store, customerHashOf }: Reporting,
  visitor: Signals["visitor"],
): Promise<string | null> {
  return store === null || visitor === null ? null : customerHashOf(store.id, `visitor:${visitor}`);
}
