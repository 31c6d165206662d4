import { requires } from "../../ground/http/auth.ts";
import { unchanged } from "../../ground/http/change.ts";
import { carryOut, type Change, commit } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { Deps } from "../../ground/deps.ts";
import * as z from "../../ground/http/zod.ts";
import { PROVIDER_TABLE, type ProviderId } from "../../ground/model/provider.ts";
import { existingStore } from "../../programme/store/store.ts";
import { ShopFailure } from "../platform.ts";
import { CONNECTORS } from "../platforms-load.ts";
import { checkShop, webhookUrlOf } from "./check-run.ts";
import { planConnection, type PlannedConnection } from "./connect-change.ts";
import { followConnection, withdrawWebhooks } from "./connect-run.ts";
import { clearShopAlarms, endConnection } from "./end-store.ts";
import { noteFailure } from "./health-store.ts";
import { type ConnectionRow, openShop } from "./load-shop.ts";
import { auditedConnection, presentConnection } from "./present.ts";
import { type Connection, connectionSchema } from "./schema.ts";
import { openShopSecrets, type ShopSecrets } from "./seal.ts";
import { besideConnection, existingConnection } from "./store.ts";

const route = adminRoutes("Connected shops");
const params = idParams("store");

const router = createRouter();

/** The bodies by platform, for the reference: which of them is meant is the store's to say, not the body's. */
const bodies = Object.entries(CONNECTORS).map(([provider, { body }]) => ({
  name: `${PROVIDER_TABLE[provider as ProviderId].name.replaceAll(" ", "")}Connection`,
  body,
}));
for (const { name, body } of bodies) router.openAPIRegistry.register(name, body);
const request = z.looseObject({}).openapi("ConnectionRequest", {
  description:
    "What connects the store, by its provider. Secrets that are left out stay as they are for the same shop.",
  anyOf: bodies.map(({ name }) => ({ $ref: `#/components/schemas/${name}` })),
});

/** `/stores/{id}/connection`: the shop that a store is connected to. */
export const connectionRoutes = router
  .openapi(
    route("put", "/stores/{id}/connection", requires("settings:write", "orders:write"), {
      summary: "Connect a store to its shop",
      description:
        "The shop is asked within the request whether the credentials work and what they may do; its webhooks are registered, all codes of the store are made in it, and its orders are asked for from now on. One that can't be reached now is connected as `failing` and tried again. Secrets are sealed, and are never shown again.",
      request: { params, body: jsonRequest(request) },
      responses: {
        200: jsonContent(connectionSchema, "The connection"),
        ...problems(
          "not_found",
          "provider_differs",
          "shop_connected",
          "shop_differs",
          "not_supported_yet",
          "shop_refused",
          "unavailable",
        ),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = c.req.valid("param");
      const plans: PlannedConnection[] = [];
      await commit(c, async () => {
        const planned = await planConnection(deps, id, c.req.valid("json"), c.req.url);
        plans.push(planned);
        return planned;
      });
      const planned = plans.at(-1);
      if (planned !== undefined) {
        await followConnection(deps.env, planned, deps.now());
        if (planned.left !== null) deps.waitUntil(withdrawWebhooks(deps.env, planned.left.row, planned.left.secrets));
      }
      return c.json(await shown(deps, id), 200);
    },
  )
  .openapi(
    route("get", "/stores/{id}/connection", requires("settings:read"), {
      summary: "Read a store's connection",
      description: "With its health: webhooks, orders, codes, and what is wrong.",
      request: { params },
      responses: { 200: jsonContent(connectionSchema, "The connection"), ...problems("not_found") },
    }),
    async (c) => c.json(await shown(c.env.deps, c.req.valid("param").id), 200),
  )
  .openapi(
    route("post", "/stores/{id}/connection/check", requires("settings:write"), {
      summary: "Check a store's connection now",
      description:
        "Asks the shop what the credentials may do, and registers webhooks that are gone or paused. Connections are checked by themselves every day, and every hour while they fail.",
      request: { params },
      responses: {
        200: jsonContent(connectionSchema, "The connection as the check found it"),
        ...problems("not_found", "not_connected"),
      },
    }),
    async (c) =>
      carryOut(c, async () => {
        const { deps } = c.env;
        const { id } = c.req.valid("param");
        const row = await live(deps, id);
        await check(deps, row, `${new URL(c.req.url).origin}/webhooks/${row.provider}/${id}`);
        return unchanged(await shown(deps, id));
      }),
  )
  .openapi(
    route("delete", "/stores/{id}/connection", requires("settings:write", "orders:write"), {
      summary: "Disconnect a store from its shop",
      description:
        "Withdraws the webhooks and forgets the secrets. Codes stay in the shop as they are, and orders that came stay too.",
      request: { params },
      responses: { 204: { description: "Disconnected" }, ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = c.req.valid("param");
      const ended: Ended[] = [];
      const answer = await carryOut(c, async () => {
        const planned = await planEnd(deps, id);
        ended.push(planned);
        return planned;
      });
      const { row, secrets } = ended.at(-1) ?? { row: null, secrets: null };
      if (row !== null) {
        await clearShopAlarms(deps.d1, id, deps.now());
        await withdrawWebhooks(deps.env, row, secrets);
      }
      return answer;
    },
  );

/** The connection of a store that isn't deleted, as the API shows it. Throws a `Problem` (404). */
async function shown(deps: Deps, storeId: string): Promise<Connection> {
  await existingStore(deps, storeId);
  const row = await existingConnection(deps, storeId);
  return presentConnection(row, await besideConnection(deps, storeId));
}

/** The connection of a store, if it wasn't ended. Throws a `Problem`: 404, or 409 if it was. */
async function live(deps: Deps, storeId: string): Promise<ConnectionRow> {
  await existingStore(deps, storeId);
  const row = await existingConnection(deps, storeId);
  if (row.state === "disconnected") {
    throw new Problem("not_connected", `The store ${storeId} was disconnected: PUT /stores/${storeId}/connection.`);
  }
  return row;
}

/** Checks a shop; `own` is where its webhooks lead if nothing else is known. */
async function check({ env, now }: Deps, row: ConnectionRow, own: string): Promise<void> {
  try {
    const opened = await openShop(env, row.storeId);
    if (opened !== null) await checkShop(env, opened, webhookUrlOf(env, row, row.webhookUrl ?? own), now());
  } catch (error) {
    if (!(error instanceof ShopFailure)) throw error;
    await noteFailure(env.DB, row.storeId, error, now());
  }
}

/** The end of a connection that is planned, with what withdraws its webhooks; `row` is `null` where it was ended before. */
interface Ended extends Change<null> {
  row: ConnectionRow | null;
  secrets: ShopSecrets | null;
}

async function planEnd(deps: Deps, storeId: string): Promise<Ended> {
  await existingStore(deps, storeId);
  const row = await existingConnection(deps, storeId);
  if (row.state === "disconnected") {
    return { statements: [], audit: [], status: 204, body: null, row: null, secrets: null };
  }
  const secrets = await openShopSecrets(deps.env.VISITOR_KEY, storeId, row.secretsSealed);
  const before = auditedConnection(row, secrets === null ? null : Object.keys(secrets));
  return {
    statements: endConnection(deps.d1, storeId, deps.now()),
    audit: [{ action: "delete", entity: "shopConnection", entityId: storeId, before, after: null }],
    status: 204,
    body: null,
    row,
    secrets,
  };
}
