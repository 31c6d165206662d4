import { env } from "cloudflare:workers";
import { vi } from "vitest";
import type { Platform, Shop } from "../../../src/shops/platform.ts";
import { syncCodes, type Synced, type SyncOptions } from "../../../src/shops/code/run.ts";
import { api } from "../../ground/api.ts";
import { createCode, createFull, insertPlan } from "../../programme/code-fixtures.ts";
import { connect } from "../../programme/shop-rows.ts";
import { MODEL_TERMS, type ModelShop } from "./shop-model.ts";

/** When runs happen unless told otherwise, ms UTC. */
export const NOW = Date.UTC(2026, 10, 20, 12);

/** A day, ms. */
export const DAY = 86_400_000;

/** Keeps the queue from working on codes on its own time, so that a test sees each state; answers what was sent. */
export function holdShopQueue() {
  return vi.spyOn(env.SHOP_QUEUE, "send").mockResolvedValue(undefined as never);
}

/** Runs the work on a store's codes against a shop in memory. */
export async function syncWith(
  model: ModelShop,
  storeId: string,
  now = NOW,
  options: Partial<SyncOptions> = {},
): Promise<Synced> {
  const opened = {
    shop: model as unknown as Shop,
    platform: MODEL_TERMS as Platform,
    requests: () => model.calls.length,
  };
  return syncCodes(env, storeId, now, { open: async () => opened, ...options });
}

/** A connected store with a plan that gives a discount. */
export async function connectedPlan(
  values: Parameters<typeof insertPlan>[0] = {},
): Promise<{ planId: string; storeId: string }> {
  const discount = { type: "percentage", basisPoints: 1_000 } as const;
  const { id: planId, storeId } = await insertPlan(
    { name: "Autumn", discount, ...values },
    { provider: "shopify", currency: "EUR" },
  );
  await connect(storeId);
  return { planId, storeId };
}

/** A code as generation makes them, of a creator of its own. */
export async function generatedCode(planId: string, text: string) {
  const creatorId = (await createFull(text.toLowerCase())).id;
  const code = await createCode({ planId, creatorId, code: text });
  await env.DB.prepare("UPDATE codes SET origin = 'generated' WHERE id = ?1").bind(code.id).run();
  return code;
}

/** Codes that generation made, many at once: the first is `CODE1`. Each `series` has ids of its own. Returns them. */
export async function manyCodes(planId: string, storeId: string, count: number, series = 0): Promise<string[]> {
  const rows = Array.from({ length: count }, (_none, index) => {
    const number = String(series).padStart(7, "0") + String(index + 1).padStart(8, "0");
    return { id: `cod_9${number}`, creatorId: `crt_9${number}`, text: `CODE${index + 1}` };
  });
  const json = JSON.stringify(rows);
  const now = Date.now();
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO creators (id, first_name, last_name, handles, created_at, updated_at)
       SELECT value ->> 'creatorId', 'Lea', value ->> 'text', '{}', ?2, ?2 FROM json_each(?1)`,
    ).bind(json, now),
    env.DB.prepare(
      `INSERT INTO codes (id, store_id, plan_id, creator_id, text, state, origin, created_at, updated_at)
       SELECT value ->> 'id', ?2, ?3, value ->> 'creatorId', value ->> 'text', 'active', 'generated', ?4, ?4
       FROM json_each(?1)`,
    ).bind(json, storeId, planId, now),
    env.DB.prepare(
      `INSERT INTO code_texts (store_id, text_key, text, code_id, created_at)
       SELECT ?2, lower(value ->> 'text'), value ->> 'text', value ->> 'id', ?3 FROM json_each(?1)`,
    ).bind(json, storeId, now),
  ]);
  return rows.map(({ id }) => id);
}

/** How many codes of a store stand where in the shop. */
export async function places(storeId: string): Promise<Record<string, number>> {
  const { results } = await env.DB.prepare(
    "SELECT state, count(*) AS n FROM shop_codes WHERE store_id = ?1 GROUP BY state",
  )
    .bind(storeId)
    .all<{ state: string; n: number }>();
  return Object.fromEntries(results.map(({ state, n }) => [state, n]));
}

/** The open alarm of a kind about something, as the API shows it. */
export async function openAlarm(kind: string, subject: string): Promise<Record<string, unknown> | undefined> {
  const { data } = (await api("GET", `/alarms?open=true&kind=${kind}`)).body as { data: Record<string, unknown>[] };
  return data.find((alarm) => alarm["subject"] === subject);
}
