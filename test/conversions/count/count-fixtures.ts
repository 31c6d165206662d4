import { env } from "cloudflare:workers";
import { importTokenKeys } from "../../../src/edge/click/token.ts";
import type { CountDeps } from "../../../src/conversions/count/plan-run.ts";
import type { ClickProof, CountEvent } from "../../../src/conversions/count/work.ts";
import { id, NOW, STORE } from "../../programme/generation-fixtures.ts";
import { clickOn, recordDeps } from "../../sales/order-fixtures.ts";

export const VISITOR = "visitor-hash-1";
export const [ANN, BEN] = [id("con", 1), id("con", 2)];
/** What the store knows them by. */
export const [ANN_HASH, BEN_HASH] = ["customer-hash-ann", "customer-hash-ben"];

/** What counting needs. */
export async function countDeps(now = NOW, d1: D1Database = env.DB): Promise<CountDeps> {
  return { ...recordDeps(d1, now), keys: await importTokenKeys(env.CLICK_TOKEN_KEYS) };
}

let count = 0;

/** A page's event of the store of these tests, a goal of its own unless told otherwise. */
export function event(values: Partial<CountEvent> = {}): CountEvent {
  count += 1;
  return {
    key: `e:${count}`,
    storeId: STORE,
    kind: "conversion",
    name: "trial",
    page: null,
    country: null,
    data: {},
    visitorHash: null,
    customerHash: null,
    view: null,
    trust: "claimed",
    time: NOW,
    ...values,
  };
}

/** A click on a link that a page brings along. */
export function claimedClick(linkId: string, time?: number): ClickProof {
  const click = clickOn(linkId, time);
  return { ...click, trust: "claimed", claims: [click.clickId], claimedAt: NOW };
}

/** Puts a contact into the database. */
export async function insertContact(contactId: string, hash: string, fields: object = {}): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO contacts (id, store_id, customer_hash, fields, trust, version, created_at, updated_at)
     VALUES (?1, ?2, ?3, ?4, 'claimed', 1, 0, 0)`,
  )
    .bind(contactId, STORE, hash, JSON.stringify(fields))
    .run();
}

/** Has a visitor be known as a contact from a time on. */
export async function link(visitorHash: string, contactId: string, time = 0): Promise<void> {
  await env.DB.prepare(
    "INSERT INTO visitor_contacts (store_id, visitor_hash, time, contact_id) VALUES (?1, ?2, ?3, ?4)",
  )
    .bind(STORE, visitorHash, time, contactId)
    .run();
}

/** What a plan pays for a conversion from a time on. */
export async function rate(
  planId: string,
  definitionId: string,
  amountMinor: number,
  values: { effectiveFrom?: number; holdDays?: number | null } = {},
): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO conversion_rates (plan_id, definition_id, effective_from, amount_minor, currency, hold_days, actor, created_at)
     VALUES (?1, ?2, ?3, ?4, 'EUR', ?5, 'test', 0)`,
  )
    .bind(planId, definitionId, values.effectiveFrom ?? 0, amountMinor, values.holdDays ?? null)
    .run();
}

/** A conversion as it is kept. */
export type Kept = Record<string, unknown>;

/** All conversions, by their definitions' keys and events. */
export async function kept(): Promise<Kept[]> {
  const { results } = await env.DB.prepare(
    `SELECT c.*, d.key FROM conversions c JOIN conversion_definitions d ON d.id = c.definition_id
     ORDER BY d.key, c.event_key`,
  ).all<Kept>();
  return results;
}

/** All commissions of conversions. */
export async function commissions(): Promise<Kept[]> {
  const { results } = await env.DB.prepare(
    `SELECT k.creator_id, k.amount_minor, k.currency, k.hold_days, c.event_key FROM conversion_commissions k
     JOIN conversions c ON c.id = k.conversion_id ORDER BY c.event_key, k.creator_id`,
  ).all<Kept>();
  return results;
}
