import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { codeDetail, codeLeak, codeUsesResult } from "../../src/programme/code/schema.ts";
import { openDatabase } from "../../src/ground/db/client.ts";
import { campaignCreators, campaigns, type trackingPlans } from "../../src/ground/db/schema/plan.ts";
import { api, bodyOf, pagesOf } from "../ground/api.ts";
import { createCreator, createStore } from "./fixtures.ts";
import { insertPlan as insertPlanRow } from "./plan-rows.ts";

let count = 0;

/** A new id of a kind, for rows that a test writes itself. */
export function nextId(prefix: "pln_" | "cmp_" | "lnk_" | "clk_"): string {
  count += 1;
  return `${prefix}${String(count).padStart(16, "0")}`;
}

/** Puts a tracking plan into the database, of a new store unless one is given. */
export async function insertPlan(
  values: Partial<typeof trackingPlans.$inferInsert> = {},
  store: Record<string, unknown> = {},
): Promise<{ id: string; storeId: string }> {
  const storeId = values.storeId ?? (await createStore(store)).id;
  const id = nextId("pln_");
  const codeAlone = { codePattern: "{{username}}10", affiliateLink: false, trackClicks: false };
  await insertPlanRow({ id, ...codeAlone, ...values, storeId });
  return { id, storeId };
}

/** Puts a campaign with these members into the database. */
export async function insertCampaign(planId: string, creatorIds: readonly string[] = []): Promise<string> {
  const id = nextId("cmp_");
  const db = openDatabase(env.DB);
  const times = { createdAt: 0, updatedAt: 0 };
  await db.insert(campaigns).values({
    id,
    name: "Summer",
    planId,
    generateOn: "approval",
    creatorsSeePerformance: false,
    tracking: true,
    status: "launched",
    ...times,
  });
  for (const creatorId of creatorIds) {
    await db.insert(campaignCreators).values({ campaignId: id, creatorId, status: "approved", ...times });
  }
  return id;
}

/** Creates a creator whose profile is complete. */
export async function createFull(name = "lea") {
  return createCreator({ email: `${name}@creator.example`, handles: { instagram: name } });
}

/** Gives a creator a code by hand. */
export async function createCode(body: { planId: string; code: string; creatorId?: string; campaignId?: string }) {
  const creatorId = body.creatorId ?? (await createFull()).id;
  return bodyOf(codeDetail, await api("POST", "/codes", { ...body, creatorId }));
}

/** Reads a code. */
export async function readCode(id: string) {
  return bodyOf(codeDetail, await api("GET", `/codes/${id}`));
}

let orders = 0;

/** Reports uses of a text, one order each, at these times (ms UTC). */
export async function useCode(
  storeId: string,
  code: string,
  times: readonly number[],
  country: string | null = null,
): Promise<void> {
  const uses = times.map((time) => {
    orders += 1;
    return { storeId, code, orderId: `order-${orders}`, usedAt: new Date(time).toISOString(), country };
  });
  const result = bodyOf(codeUsesResult, await api("POST", "/codes/uses", { uses }));
  expect(result).toEqual({ recorded: times.length, repeated: 0, unknown: [] });
}

/** All leaks, with a query such as `days=30`. */
export async function leaks(query = "") {
  return (await pagesOf(codeLeak, `/codes/leaks?limit=50&${query}`)).flat();
}
