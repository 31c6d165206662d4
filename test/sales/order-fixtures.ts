import { env } from "cloudflare:workers";
import { customerHasher } from "../../src/sales/capture/customer.ts";
import { insertCodes } from "../../src/programme/code/store.ts";
import { openDatabase } from "../../src/ground/db/client.ts";
import type { links } from "../../src/ground/db/schema/link.ts";
import type { AttributionSettings } from "../../src/ground/model/attribution.ts";
import { createIdSource } from "../../src/ground/id.ts";
import type { ClickRef, Evidence, EvidenceData } from "../../src/ground/model/evidence.ts";
import { type RecordDeps, recordEvidence } from "../../src/sales/order/record-run.ts";
import { insertLink } from "../links/link-fixtures.ts";
import {
  CAMPAIGN,
  id,
  insertCampaign,
  insertCreators,
  insertPlan,
  insertStore,
  NOW,
  PLAN,
  setMembers,
  STORE,
} from "../programme/generation-fixtures.ts";

/** The creators of these tests, each with an affiliate link and a code: `LEA10`, `ZOE10`. */
export const [LEA, ZOE] = [id("crt", 1), id("crt", 2)];
export const [LEA_LINK, ZOE_LINK] = [id("lnk", 901), id("lnk", 902)];
export const [LEA_CODE, ZOE_CODE] = [id("cod", 1), id("cod", 2)];

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export const POLICY: AttributionSettings = { model: "last_click", windowDays: 30, codePriority: false };

/** What recording needs, on another database if one is given. */
export function recordDeps(d1: D1Database = env.DB, now = NOW): RecordDeps {
  return {
    d1,
    db: openDatabase(d1),
    now: () => now,
    newId: createIdSource(Date.now, (bytes) => void crypto.getRandomValues(bytes)),
    customerHashOf: customerHasher(env.VISITOR_KEY),
  };
}

/** A store with a plan, a campaign of two creators, and what they share. */
export async function insertShop(plan: Parameters<typeof insertPlan>[0] = {}): Promise<void> {
  await insertStore({ provider: "ast" });
  await insertPlan(plan);
  await insertCampaign();
  await insertCreators([{ firstName: "Lea" }, { firstName: "Zoe" }]);
  await setMembers([LEA, ZOE], "approved").run();
  const owned = { storeId: STORE, planId: PLAN, campaignId: CAMPAIGN };
  await putLink({ id: LEA_LINK, creatorId: LEA });
  await putLink({ id: ZOE_LINK, creatorId: ZOE });
  const code = { ...owned, state: "active", origin: "generated", createdAt: 0, updatedAt: 0 } as const;
  const codes = [
    { ...code, id: LEA_CODE, creatorId: LEA, text: "LEA10" },
    { ...code, id: ZOE_CODE, creatorId: ZOE, text: "ZOE10" },
  ];
  await env.DB.batch(insertCodes({ d1: env.DB }, codes));
}

/** Puts an affiliate link of the plan into the database. */
export async function putLink(values: Partial<typeof links.$inferInsert>): Promise<void> {
  await insertLink({ kind: "affiliate", storeId: STORE, planId: PLAN, campaignId: CAMPAIGN, ...values });
}

/** A click on a link, an hour ago unless told otherwise. */
export function clickOn(linkId: string, time = NOW - HOUR): ClickRef {
  return { clickId: `clk_${linkId.slice(-3)}_${time}`, linkId, time };
}

let count = 0;

/** A piece of evidence, which came now. Its hash is of what it says, unless it is given. */
export function evidence(
  trust: Evidence["trust"],
  data: EvidenceData,
  values: Partial<Evidence> = {},
): { evidence: Evidence; inboxId: null } {
  count += 1;
  const receivedAt = values.receivedAt ?? NOW;
  const one: Evidence = {
    hash: String(count).padStart(8, "0").padEnd(64, "0"),
    source: trust === "claimed" ? "snippet" : "order",
    trust,
    sourceTime: receivedAt,
    receivedAt,
    externalId: "1001",
    data,
    ...values,
  };
  return { evidence: one, inboxId: null };
}

/** What a browser says of an order. */
export const claimed = (data: EvidenceData, values?: Partial<Evidence>) => evidence("claimed", data, values);

/** What a shop's server says of an order. */
export const confirmed = (data: EvidenceData, values?: Partial<Evidence>) => evidence("confirmed", data, values);

/** Records evidence of the store's orders, under a policy. Answers the orders' ids by the shop's own. */
export async function record(
  reported: readonly ReturnType<typeof evidence>[],
  policy: AttributionSettings = POLICY,
  deps = recordDeps(),
): Promise<Map<string, string>> {
  return new Map((await recordEvidence(deps, { id: STORE, attribution: policy }, reported)).ids);
}

/** Records evidence of one order. Answers its id. */
export async function recordOne(...reported: ReturnType<typeof evidence>[]): Promise<string> {
  const [orderId] = (await record(reported)).values();
  if (orderId === undefined) throw new Error("nothing was recorded");
  return orderId;
}

const TABLES = [
  "orders",
  "order_evidence",
  "code_uses",
  "customer_touches",
  "order_history",
  "settlements_due",
] as const;

/** All rows that recording writes, to the letter. */
export async function allRows(): Promise<Record<(typeof TABLES)[number], Record<string, unknown>[]>> {
  const found = await env.DB.batch<Record<string, unknown>>(
    TABLES.map((table) => env.DB.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3`)),
  );
  const [orders = [], evidence = [], uses = [], touches = [], history = [], due = []] = found.map(
    ({ results }) => results,
  );
  return {
    orders,
    order_evidence: evidence,
    code_uses: uses,
    customer_touches: touches,
    order_history: history,
    settlements_due: due,
  };
}

/** Deletes all that recording writes. */
export async function emptyRows(): Promise<void> {
  // What refers to orders goes before them.
  const tables = TABLES.filter((table) => table !== "orders");
  await env.DB.batch([...tables, "orders"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
}

/** All rows but for what tells when and in how many steps they were written. */
export async function essence() {
  const { orders, ...rows } = await allRows();
  const names = new Map(orders.map((order) => [order["id"], order["external_id"]]));
  const bare = ({ id: _id, version: _v, created_at: _c, updated_at: _u, ...row }: Record<string, unknown>) => row;
  return {
    orders: orders.map(bare).toSorted(byText),
    evidence: rows.order_evidence.map((row) => ({ ...row, order_id: names.get(row["order_id"]) })).toSorted(byText),
    uses: rows.code_uses.map(bare),
    touches: rows.customer_touches.map(bare),
  };
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
