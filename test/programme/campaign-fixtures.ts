import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { campaignSchema, memberSchema } from "../../src/programme/campaign/schema.ts";
import { generate } from "../../src/programme/generation/run.ts";
import { planSchema } from "../../src/programme/plan/schema.ts";
import { api, type ApiAnswer, bodyOf } from "../ground/api.ts";
import { createCreator, createStore } from "./fixtures.ts";

let count = 0;

/** A number that no other fixture has. */
function next(): number {
  count += 1;
  return count;
}

/** What every plan of these tests makes, unless they say otherwise: a code of the creator's handle, and both links. */
export function planBody(storeId: string, body: Record<string, unknown> = {}) {
  return {
    name: `Plan ${next()}`,
    storeId,
    discount: { type: "percentage", value: 10 },
    codePattern: "{{username}}",
    landingUrl: "https://shop.example/sale",
    affiliateLink: true,
    trackClicks: true,
    ...body,
  };
}

/** Creates a tracking plan, in a store of its own unless one is given. */
export async function createPlan(body: Record<string, unknown> = {}) {
  const storeId = typeof body["storeId"] === "string" ? body["storeId"] : (await createStore()).id;
  return bodyOf(planSchema, await api("POST", "/tracking-plans", planBody(storeId, body)));
}

/** Creates a campaign. */
export async function createCampaign(body: Record<string, unknown> = {}) {
  return bodyOf(campaignSchema, await api("POST", "/campaigns", { name: "Autumn", ...body }));
}

/** The campaign as it is now. */
export async function readCampaign(id: string) {
  return bodyOf(campaignSchema, await api("GET", `/campaigns/${id}`));
}

/** Creates a creator of whom everything that a code needs is known. */
export async function createReadyCreator(body: Record<string, unknown> = {}) {
  const name = `lea${next()}`;
  return createCreator({ email: `${name}@creator.example`, handles: { instagram: name }, ...body });
}

/** Adds creators to a campaign and answers with the API's answer. */
export async function addCreators(
  campaignId: string,
  creatorIds: readonly string[],
  status?: "applied" | "approved",
): Promise<ApiAnswer> {
  return api("POST", `/campaigns/${campaignId}/creators`, { creatorIds, ...(status && { status }) });
}

/** Creates a creator and adds them to a campaign. */
export async function addCreator(
  campaignId: string,
  status: "applied" | "approved" = "applied",
  body: Record<string, unknown> = {},
) {
  const creator = await createReadyCreator(body);
  const answer = await addCreators(campaignId, [creator.id], status);
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return creator;
}

/** A creator in a campaign as they are now. */
export async function readMember(campaignId: string, creatorId: string) {
  return bodyOf(memberSchema, await api("GET", `/campaigns/${campaignId}/creators/${creatorId}`));
}

/** Does something about a creator in a campaign. */
export async function act(campaignId: string, creatorId: string, action: string): Promise<ApiAnswer> {
  return api("POST", `/campaigns/${campaignId}/creators/${creatorId}/${action}`);
}

/** Makes every code and link that is queued. */
export async function generateAll(): Promise<void> {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  await generate(env, Date.now());
}

/** Keeps the queue from generating on its own time, so that a test sees each state; answers what was sent. */
export function holdQueue() {
  return vi.spyOn(env.GENERATION_QUEUE, "send").mockResolvedValue(undefined as never);
}

/** Records that the creator's code under a plan was used in an order. */
export async function recordSale(codeId: string): Promise<void> {
  await env.DB.prepare(
    "INSERT INTO code_uses (code_id, order_id, text_key, used_at, created_at) VALUES (?1, 'order-1', 'x', 0, 0)",
  )
    .bind(codeId)
    .run();
}
