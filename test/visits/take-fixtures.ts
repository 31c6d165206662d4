import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import worker from "../../src/index.ts";
import type { CheckoutPlan, PagePlan, TaggingRule } from "../../src/ground/model/visit.ts";
import { addWaitingSums } from "../../src/visits/log/add-run.ts";
import { VISIT_QUEUE } from "../../src/visits/queue-names.ts";
import { BROWSER_HEADERS } from "../edge/visit.ts";
import { call } from "../sales/capture-fixtures.ts";

/** A plan that asks for all there is, with a rule of each kind. */
export const PLAN = {
  pages: {
    engagement: true,
    scroll: true,
    heatmap: true,
    aliases: [{ pattern: "/products/*", alias: "/products/:name" }],
  } satisfies PagePlan,
  rules: [
    rule("buy", "click", { label: "Buy button" }),
    rule("guide", "download", { extensions: ["pdf"] }),
    rule("contact", "form", {}),
    rule("teaser", "visible", {}),
  ],
  checkout: {
    steps: [
      { name: "shipping", page: "/checkout/shipping" },
      { name: "payment", page: null },
    ],
    abandonedAfterMinutes: 30,
  } satisfies CheckoutPlan,
};

function rule(id: string, kind: TaggingRule["kind"], more: Partial<TaggingRule>): TaggingRule {
  return { id, kind, selector: `.${id}`, extensions: [], page: null, event: `${id}_${kind}`, label: null, ...more };
}

/** Gives a store an active plan, as its number `number`. */
export async function insertPlan(storeId: string, number = 1, plan: Partial<typeof PLAN> = {}): Promise<void> {
  const { pages, rules, checkout } = { ...PLAN, ...plan };
  await env.DB.prepare(
    `INSERT INTO tagging_plans (id, store_id, name, status, number, pages, rules, checkout, visit_minutes, activated_at,
       version, created_at, updated_at) VALUES (?1, ?2, 'Plan', 'active', ?3, ?4, ?5, ?6, 30, 1, 1, 1, 1)`,
  )
    .bind(`tgp_${storeId}${number}`, storeId, number, ...[pages, rules, checkout].map((part) => JSON.stringify(part)))
    .run();
}

/** Tells events as a page of a store does, and hands them on to the log. */
export async function tell(
  key: string,
  events: unknown,
  headers: Record<string, string> = {},
  more: Record<string, unknown> = {},
): Promise<{ response: Response; messages: string[] }> {
  const messages: string[] = [];
  const queue = { send: (body: string) => Promise.resolve(void messages.push(body)) };
  const bindings = { ...env, VISIT_QUEUE: queue, ...more } as unknown as Env;
  const response = await call(
    `/events?s=${key}`,
    {
      method: "POST",
      headers: { ...BROWSER_HEADERS, "Content-Type": "text/plain", ...headers },
      body: typeof events === "string" ? events : JSON.stringify(events),
    },
    bindings,
  );
  await deliver(messages);
  return { response, messages };
}

/** Brings messages by the queue, and answers which were acknowledged and which are to come again. */
export async function deliver(bodies: readonly string[], bindings: Env = env, queue = VISIT_QUEUE) {
  const messages = bodies.map((body, index) => ({ id: `m${index}`, timestamp: new Date(), attempts: 1, body }));
  const batch = createMessageBatch<string>(queue, messages);
  const context = createExecutionContext();
  await worker.queue(batch, bindings);
  return getQueueResult(batch, context);
}

/** All rows of a table, with all that waits to be added. */
export async function rowsIn(table: string): Promise<Record<string, unknown>[]> {
  await addWaitingSums(env.DB);
  return (await env.DB.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3`).all()).results;
}
