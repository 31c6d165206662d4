import { env } from "cloudflare:workers";
import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { openDatabase } from "../../src/ground/db/client.ts";
import type { creators } from "../../src/ground/db/schema/link.ts";
import { campaigns, codes, type codeTexts, planCreators, trackingPlans } from "../../src/ground/db/schema/plan.ts";
import { stores } from "../../src/ground/db/schema/store.ts";
import { enqueueDue } from "../../src/programme/generation/due-store.ts";
import { GENERATION_QUEUE } from "../../src/programme/generation/send-wake.ts";
import worker from "../../src/index.ts";
import { insertVersion, tenPercent } from "./rule-fixtures.ts";

/** When the fixtures were made, and when runs happen unless told otherwise. */
export const NOW = Date.UTC(2026, 10, 20, 12);

const db = openDatabase(env.DB);

/** The id of a kind that ends in a number. */
export const id = (prefix: string, number: number): string => `${prefix}_${String(number).padStart(16, "0")}`;

export const STORE = id("str", 1);
export const PLAN = id("pln", 1);
export const CAMPAIGN = id("cmp", 1);

const times = { createdAt: NOW, updatedAt: NOW };

/** Puts a store into the database; Shopify unless told otherwise. */
export async function insertStore(values: Partial<typeof stores.$inferInsert> = {}): Promise<void> {
  const storeId = values.id ?? STORE;
  await db.insert(stores).values({
    id: storeId,
    key: storeId,
    name: "Shop",
    provider: "shopify",
    origins: [],
    currency: "EUR",
    timezone: "UTC",
    homeUrl: "https://shop.example/",
    clickParam: "wm_click",
    attribution: { model: "last_click", windowDays: 30, codePriority: false },
    secretHash: "",
    ...times,
    ...values,
  });
}

/** Puts a plan into the database: a code of the user name, and an affiliate link. */
export async function insertPlan(values: Partial<typeof trackingPlans.$inferInsert> = {}): Promise<void> {
  const planId = values.id ?? PLAN;
  const commission = values.commission ?? tenPercent();
  await db.insert(trackingPlans).values({
    id: planId,
    name: `Plan ${planId}`,
    nameKey: `plan ${planId}`,
    storeId: STORE,
    codePattern: "{{username|upper}}10",
    utm: {},
    affiliateLink: true,
    trackClicks: false,
    limits: {},
    commission,
    ...times,
    ...values,
  });
  await insertVersion(planId, commission);
}

/** Puts a campaign into the database, which generates on approval. */
export async function insertCampaign(values: Partial<typeof campaigns.$inferInsert> = {}): Promise<void> {
  await db.insert(campaigns).values({
    id: CAMPAIGN,
    name: "Summer",
    planId: PLAN,
    generateOn: "approval",
    creatorsSeePerformance: false,
    tracking: true,
    status: "launched",
    ...times,
    ...values,
  });
}

/** Puts creators into the database: the given ones, filled up to a number. Returns their ids. */
export async function insertCreators(
  given: readonly Partial<typeof creators.$inferInsert>[],
  total = given.length,
): Promise<string[]> {
  const rows = Array.from({ length: total }, (_none, index) => ({
    id: id("crt", index + 1),
    firstName: "Lea",
    lastName: `Martin ${index + 1}`,
    email: `lea${index + 1}@creator.example`,
    handles: { instagram: "lea" },
    ...times,
    ...given[index],
  }));
  await env.DB.prepare(
    `INSERT INTO creators (id, first_name, last_name, email, handles, created_at, updated_at)
     SELECT value ->> 'id', value ->> 'firstName', value ->> 'lastName', value ->> 'email', value -> 'handles',
       value ->> 'createdAt', value ->> 'updatedAt' FROM json_each(?1)`,
  )
    .bind(JSON.stringify(rows))
    .run();
  return rows.map((row) => row.id);
}

/** Statement that makes creators members of a campaign, or changes their status. */
export function setMembers(creatorIds: readonly string[], status: string, campaignId = CAMPAIGN): D1PreparedStatement {
  return env.DB.prepare(
    `INSERT INTO campaign_creators (campaign_id, creator_id, status, created_at, updated_at)
     SELECT ?1, value, ?3, ?4, ?4 FROM json_each(?2) WHERE true
     ON CONFLICT (campaign_id, creator_id) DO UPDATE SET status = ?3`,
  ).bind(campaignId, JSON.stringify(creatorIds), status, NOW);
}

/** Makes creators members of a campaign and queues what is due, as the API does. */
export async function addMembers(
  creatorIds: readonly string[],
  status = "approved",
  campaignId = CAMPAIGN,
  now = NOW,
): Promise<void> {
  await env.DB.batch([setMembers(creatorIds, status, campaignId), ...enqueueDue({ d1: env.DB }, campaignId, now)]);
}

/** A store, a plan and a campaign with creators that are queued. Returns the creators' ids. */
export async function queueCreators(
  given: readonly Partial<typeof creators.$inferInsert>[],
  total = given.length,
): Promise<string[]> {
  await insertStore();
  await insertPlan();
  await insertCampaign();
  const creatorIds = await insertCreators(given, total);
  await addMembers(creatorIds);
  return creatorIds;
}

/** Delivers a message of the queue to the Worker. */
export async function deliver(bindings: Env = env) {
  const batch = createMessageBatch<string>(GENERATION_QUEUE, [
    { id: "wake", body: PLAN, attempts: 1, timestamp: new Date(NOW) },
  ]);
  const context = createExecutionContext();
  await worker.queue(batch, bindings);
  return getQueueResult(batch, context);
}

/** Every assignment, by plan and creator. */
export async function assignments(): Promise<(typeof planCreators.$inferSelect)[]> {
  return db.select().from(planCreators).orderBy(planCreators.planId, planCreators.creatorId);
}

/** Every code, by creator. */
export async function allCodes(): Promise<(typeof codes.$inferSelect)[]> {
  return db.select().from(codes).orderBy(codes.creatorId, codes.id);
}

/** A link as tests look at it. */
export interface FoundLink {
  id: string;
  domain: string;
  slug: string;
  url: string;
  kind: string;
  creator_id: string;
  code_id: string | null;
  plan_id: string;
  campaign_id: string | null;
  store_id: string;
  disabled: number;
}

/** Every link, by creator and kind. */
export async function allLinks(): Promise<FoundLink[]> {
  const { results } = await env.DB.prepare("SELECT * FROM links ORDER BY creator_id, kind").all<FoundLink>();
  return results;
}

/** Every text that a store's codes ever had. */
export async function allTexts(): Promise<Pick<typeof codeTexts.$inferSelect, "storeId" | "textKey" | "codeId">[]> {
  const { results } = await env.DB.prepare(
    "SELECT store_id AS storeId, text_key AS textKey, code_id AS codeId FROM code_texts ORDER BY 1, 2",
  ).all<{ storeId: string; textKey: string; codeId: string }>();
  return results;
}

/** How many assignments are in each state. */
export async function states(): Promise<Record<string, number>> {
  const { results } = await env.DB.prepare("SELECT state, count(*) AS n FROM plan_creators GROUP BY state").all<{
    state: string;
    n: number;
  }>();
  return Object.fromEntries(results.map(({ state, n }) => [state, n]));
}

/** D1 that fails from its nth batch on, or loses the answer of that one alone. */
export function failingAfter(batches: number, answerLost = false): D1Database {
  let sent = 0;
  return new Proxy(env.DB, {
    get(database, name) {
      if (name === "batch") {
        return async (statements: D1PreparedStatement[]) => {
          sent += 1;
          if (sent < batches) return database.batch(statements);
          if (answerLost && sent > batches) return database.batch(statements);
          if (answerLost) await database.batch(statements);
          throw new Error("D1_ERROR: Network connection lost.");
        };
      }
      const value = Reflect.get(database, name) as unknown;
      return typeof value === "function" ? (value.bind(database) as unknown) : value;
    },
  });
}
