import { mustChange } from "../../ground/db/premise.ts";
import type { Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { requires } from "../../ground/http/auth.ts";
import type { Change } from "../../ground/http/commit.ts";
import { commit, respond } from "../../ground/http/commit.ts";
import { idParams, msOf } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { SyncProgress } from "../../ground/model/shop.ts";
import { existingStore } from "../../programme/store/store.ts";
import { presentConnection } from "../../shops/connection/present.ts";
import { type Connection, connectionSchema } from "../../shops/connection/schema.ts";
import { besideConnection, existingConnection } from "../../shops/connection/store.ts";
import { syncBody } from "./sync-schema.ts";
import { syncShops } from "./sync-run.ts";

const route = adminRoutes("Connected shops");

/** `/stores/{id}/connection/sync`: the backfill of a shop's orders. */
export const syncRoutes = createRouter().openapi(
  route("post", "/stores/{id}/connection/sync", requires("settings:write", "orders:write"), {
    summary: "Read a shop's orders since a time",
    description:
      "Begins at once, and goes on behind the answer and every minute until all is read: `GET /stores/{id}/connection` says how far it is. Orders that are known change nothing. Another one takes the place of one that is under way; the same again changes nothing.",
    request: { params: idParams("store"), body: jsonRequest(syncBody) },
    responses: {
      202: jsonContent(connectionSchema, "The connection, with how far it is"),
      ...problems("not_found", "not_connected"),
    },
  }),
  async (c) => {
    const { deps } = c.env;
    const { id } = c.req.valid("param");
    const from = msOf(c.req.valid("json").from);
    const answer = await commit(c, () => planSync(deps, id, from));
    deps.waitUntil(
      syncShops(deps.env, deps.now(), { storeId: id })
        .then(() => deps.settle({ timeMs: SETTLING_MS }))
        .catch((error: unknown) =>
          console.warn(JSON.stringify({ event: "shop_sync_left_to_cron", storeId: id, message: errorText(error) })),
        ),
    );
    return respond(answer);
  },
);

/** How long orders are settled behind the answer, ms. */
const SETTLING_MS = 5_000;

async function planSync(deps: Deps, storeId: string, from: number): Promise<Change<Connection>> {
  await existingStore(deps, storeId);
  const row = await existingConnection(deps, storeId);
  if (row.state === "disconnected") {
    throw new Problem("not_connected", `The store ${storeId} was disconnected: PUT /stores/${storeId}/connection.`);
  }
  const now = deps.now();
  if (from > now) throw Problem.invalid("from", "must not be in the future");
  const beside = await besideConnection(deps, storeId);
  if (row.sync?.from === from && row.sync.finishedAt === null) {
    return { statements: [], audit: [], status: 202, body: presentConnection(row, beside) };
  }
  const sync: SyncProgress = {
    from,
    cursor: null,
    orders: 0,
    skipped: 0,
    startedAt: now,
    updatedAt: now,
    finishedAt: null,
  };
  const body = presentConnection({ ...row, sync }, beside);
  return {
    statements: [
      deps.d1
        .prepare("UPDATE shop_connections SET sync = ?2 WHERE store_id = ?1 AND state <> 'disconnected'")
        .bind(storeId, JSON.stringify(sync)),
      mustChange(deps.d1),
    ],
    audit: [
      { action: "import", entity: "shopConnection", entityId: storeId, before: null, after: { sync: body.sync } },
    ],
    status: 202,
    body,
  };
}
