import { env } from "cloudflare:workers";
import type { InferInsertModel } from "drizzle-orm";
import { openDatabase } from "../../src/ground/db/client.ts";
import { behaviourSums, carts, heatDays, pageSums, taggingPlans, visitSums } from "../../src/ground/db/schema/visit.ts";
import type { CartEvent } from "../../src/ground/model/visit.ts";
import { id, NOW, STORE } from "../programme/generation-fixtures.ts";

const db = openDatabase(env.DB);

/** Sums of a page. */
export type PageRow = InferInsertModel<typeof pageSums>;
/** Sums of visits. */
export type VisitRow = InferInsertModel<typeof visitSums>;
/** Sums of what is planned. */
export type BehaviourRow = InferInsertModel<typeof behaviourSums>;

/** Puts an active plan into the database, of a checkout in two steps unless told otherwise. */
export async function putPlan(values: Partial<InferInsertModel<typeof taggingPlans>> = {}): Promise<void> {
  await db.insert(taggingPlans).values({
    id: id("tgp", values.number ?? 1),
    storeId: STORE,
    name: "Shop",
    status: "active",
    number: 1,
    pages: { engagement: true, scroll: true, heatmap: true, aliases: [] },
    rules: [],
    checkout: {
      steps: [
        { name: "address", page: null },
        { name: "pay", page: null },
      ],
      abandonedAfterMinutes: 30,
    },
    visitMinutes: 30,
    version: 1,
    activatedAt: NOW,
    createdAt: NOW,
    updatedAt: NOW,
    ...values,
  });
}

/** Puts sums of pages into the database: a measured view of the store's `/` today unless told otherwise. */
export async function putPage(values: Partial<PageRow> = {}): Promise<void> {
  await db.insert(pageSums).values({
    storeId: STORE,
    span: "2026-11-20T11",
    page: "/",
    consent: "granted",
    views: 1,
    entries: 0,
    nexts: 0,
    engagedMs: 0,
    engaged: 0,
    scroll: 0,
    visitors: null,
    ...values,
  });
}

/** Puts sums of visits into the database: a measured one from nowhere today unless told otherwise. */
export async function putVisits(values: Partial<VisitRow> = {}): Promise<void> {
  await db.insert(visitSums).values({
    storeId: STORE,
    span: "2026-11-20T11",
    source: "direct",
    name: "",
    rule: "none",
    campaign: "",
    landing: "/",
    linkId: "",
    consent: "granted",
    visits: 1,
    seconds: 0,
    views: 1,
    engagedMs: 0,
    ...values,
  });
}

/** Puts sums of what is planned into the database: a measured click today unless told otherwise. */
export async function putBehaviour(values: Partial<BehaviourRow> = {}): Promise<void> {
  await db.insert(behaviourSums).values({
    storeId: STORE,
    span: "2026-11-20T11",
    kind: "click",
    name: "buy",
    label: "",
    page: "/",
    consent: "granted",
    count: 1,
    ...values,
  });
}

/** Puts a day of a heat map into the database. */
export async function putHeat(values: Partial<InferInsertModel<typeof heatDays>> = {}): Promise<void> {
  await db.insert(heatDays).values({
    storeId: STORE,
    page: "/",
    band: "wide",
    day: "2026-11-20",
    views: 1,
    counts: { cells: {}, elements: {}, scroll: {}, rage: {} },
    ...values,
  });
}

/** A cart with something in it, worth ten euros a piece. */
export function filled(time: number, quantity = 1): CartEvent {
  return { time, kind: "cart", items: quantity, valueMinor: 1000 * quantity, currency: "EUR" };
}

/** A step of a cart. */
export function stepped(time: number, step: string): CartEvent {
  return { time, kind: "step", step };
}

/** That a page said that a cart was bought. */
export function boughtAs(time: number, orderId: string): CartEvent {
  return { time, kind: "bought", orderId };
}

let count = 0;

/** Puts a cart into the database as those are kept that were told of these events, of a visitor of its own unless told otherwise. */
export async function putCart(
  events: readonly CartEvent[],
  values: Partial<InferInsertModel<typeof carts>> = {},
): Promise<string> {
  count += 1;
  const sorted = events.toSorted((a, b) => a.time - b.time);
  const state = sorted.findLast((event) => event.kind === "cart");
  const cartKey = `cart-${String(count).padStart(6, "0")}`;
  await db.insert(carts).values({
    storeId: STORE,
    cartKey,
    visitorHash: `visitor-${count}`,
    events: sorted,
    firstAt: sorted[0]?.time ?? NOW,
    lastAt: sorted.at(-1)?.time ?? NOW,
    items: state?.items ?? 0,
    valueMinor: state?.valueMinor ?? null,
    currency: state?.currency ?? null,
    step: sorted.findLast((event) => event.kind === "step")?.step ?? null,
    orderExternalId: sorted.findLast((event) => event.kind === "bought")?.orderId ?? null,
    source: "direct",
    toldAt: null,
    ...values,
  });
  return cartKey;
}

/** Has it known that a visitor is a customer. Answers the contact's id. */
export async function identify(visitorHash: string, customerHash: string, time = NOW): Promise<string> {
  count += 1;
  const contactId = id("con", count);
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO contacts (id, store_id, customer_hash, fields, trust, version, created_at, updated_at)
       VALUES (?1, ?2, ?3, '{}', 'confirmed', 1, ?4, ?4) ON CONFLICT DO NOTHING`,
    ).bind(contactId, STORE, customerHash, NOW),
    env.DB.prepare(
      `INSERT INTO visitor_contacts (store_id, visitor_hash, time, contact_id)
       SELECT ?1, ?2, ?3, id FROM contacts WHERE store_id = ?1 AND customer_hash = ?4`,
    ).bind(STORE, visitorHash, time, customerHash),
  ]);
  const row = await env.DB.prepare("SELECT id FROM contacts WHERE customer_hash = ?1")
    .bind(customerHash)
    .first<{ id: string }>();
  return row?.id ?? contactId;
}
