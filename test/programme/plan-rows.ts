import { env } from "cloudflare:workers";
import { openDatabase } from "../../src/ground/db/client.ts";
import { campaignCreators, campaigns, codes, trackingPlans } from "../../src/ground/db/schema/plan.ts";
import { insertVersion, tenPercent } from "./rule-fixtures.ts";

let count = 0;

/** An id that no other row has. */
function freshId(prefix: string): string {
  count += 1;
  return `${prefix}_${String(count).padStart(16, "0")}`;
}

/** Puts a tracking plan into the database as the API would leave it; only what a test is about is given. */
export async function insertPlan(
  values: Partial<typeof trackingPlans.$inferInsert> & { storeId: string },
): Promise<{ id: string }> {
  const id = freshId("pln");
  const commission = values.commission ?? tenPercent();
  await openDatabase(env.DB)
    .insert(trackingPlans)
    .values({
      id,
      name: `Plan ${id}`,
      nameKey: `plan ${id}`,
      utm: {},
      affiliateLink: true,
      trackClicks: true,
      limits: {},
      commission,
      createdAt: 0,
      updatedAt: 0,
      ...values,
    });
  await insertVersion(values.id ?? id, commission);
  return { id };
}

/** Puts a campaign into the database as the API would leave it. */
export async function insertCampaign(values: Partial<typeof campaigns.$inferInsert> = {}): Promise<{ id: string }> {
  const id = freshId("cmp");
  await openDatabase(env.DB)
    .insert(campaigns)
    .values({
      id,
      name: `Campaign ${id}`,
      generateOn: "approval",
      creatorsSeePerformance: false,
      tracking: true,
      status: "draft",
      createdAt: 0,
      updatedAt: 0,
      ...values,
    });
  return { id };
}

/** Puts a code into the database, without the text's own row. */
export async function insertCode(
  values: Partial<typeof codes.$inferInsert> & { storeId: string; planId: string; creatorId: string },
): Promise<{ id: string }> {
  const id = freshId("cod");
  await openDatabase(env.DB)
    .insert(codes)
    .values({ id, text: "LEA10", state: "active", origin: "hand", createdAt: 0, updatedAt: 0, ...values });
  return { id };
}

/** Puts a creator into a campaign. */
export async function insertMember(
  campaignId: string,
  creatorId: string,
  status: "applied" | "approved" | "rejected",
): Promise<void> {
  await openDatabase(env.DB)
    .insert(campaignCreators)
    .values({ campaignId, creatorId, status, createdAt: 0, updatedAt: 0 });
}
