import { recordsOf, textOf } from "../fields.ts";
import { orNull, type ShopAccess, ShopFailure, type WebhookState } from "../platform.ts";
import type { Calls } from "./calls-send.ts";
import { TOPICS } from "./message.ts";

interface Hook {
  id: string;
  scope: string;
  destination: string;
  isActive: boolean;
}

/** How the webhooks of a connection stand, one a scope. */
export async function hookStates(calls: Calls, webhookUrl: string): Promise<WebhookState[]> {
  const hooks = (await listed(calls)).filter(({ destination }) => destination === webhookUrl);
  return TOPICS.map((topic) => stateOf(topic, hooks));
}

/**
 * Has one active webhook a scope lead to the address. Those that BigCommerce switched off, after two days of failures or 90
 * of silence, are switched on again; those of this store that lead elsewhere go, and before the new ones are made: there
 * can't be more than ten of a scope.
 */
export async function registerHooks(calls: Calls, access: ShopAccess, webhookUrl: string): Promise<WebhookState[]> {
  const ours = (await listed(calls)).filter((hook) => isOurs(hook, access.storeId));
  const here: Hook[] = [];
  for (const hook of ours) {
    const isFirst = !here.some(({ scope }) => scope === hook.scope);
    if (hook.destination === webhookUrl && isFirst && TOPICS.some((topic) => topic === hook.scope)) here.push(hook);
    else await remove(calls, hook.id);
  }
  for (const scope of TOPICS) {
    const hook = here.find((one) => one.scope === scope);
    if (hook?.isActive === true) continue;
    const body = { scope, destination: webhookUrl, is_active: true };
    if (hook === undefined) await make(calls, body);
    else await calls.call("PUT", `/v3/hooks/${hook.id}`, { body, scope: "none" });
  }
  return hookStates(calls, webhookUrl);
}

/** Makes a webhook. One that is there already, by a try whose answer got lost, is refused, and fine. */
async function make(calls: Calls, body: { scope: string; destination: string; is_active: boolean }): Promise<void> {
  try {
    await calls.call("POST", "/v3/hooks", { body, idempotent: true, scope: "none" });
  } catch (error) {
    if (!(error instanceof ShopFailure) || error.code !== "refused") throw error;
    const there = (await listed(calls)).some(
      ({ scope, destination }) => scope === body.scope && destination === body.destination,
    );
    if (!there) throw error;
  }
}

/** Removes all webhooks of this store. */
export async function withdrawHooks(calls: Calls, storeId: string): Promise<void> {
  for (const hook of await listed(calls)) if (isOurs(hook, storeId)) await remove(calls, hook.id);
}

async function remove(calls: Calls, id: string): Promise<void> {
  await orNull(calls.call("DELETE", `/v3/hooks/${id}`, { scope: "none" }));
}

/** All webhooks that were made by the API account; those of others aren't shown. */
async function listed(calls: Calls): Promise<Hook[]> {
  const rows = await calls.pages("/v3/hooks", { scope: "none" });
  return recordsOf(rows).flatMap(({ id, scope, destination, is_active }) => {
    const [topic, to] = [textOf(scope), textOf(destination)];
    if ((typeof id !== "number" && typeof id !== "string") || topic === null || to === null) return [];
    return [{ id: String(id), scope: topic, destination: to, isActive: is_active === true }];
  });
}

/** Whatever its host: the address of this installation may have changed. */
function isOurs({ destination }: Hook, storeId: string): boolean {
  return destination.endsWith(`/webhooks/bigcommerce/${storeId}`);
}

function stateOf(topic: string, hooks: readonly Hook[]): WebhookState {
  const ofTopic = hooks.filter(({ scope }) => scope === topic);
  const hook = ofTopic.find(({ isActive }) => isActive) ?? ofTopic[0];
  if (hook === undefined) return { topic, externalId: null, state: "missing" };
  return { topic, externalId: hook.id, state: hook.isActive ? "active" : "paused" };
}
