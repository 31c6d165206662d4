import type { Deps } from "../../ground/deps.ts";
import { requires, sha256Hex } from "../../ground/http/auth.ts";
import { created, deleted, updated } from "../../ground/http/change.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { byId, pageQuery, readPage, type Stretch } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import { idOf } from "../../ground/id-text.ts";
import { markDueWhere } from "../../journal/due/write-settlement.ts";
import { followHome } from "../plan/follow-home-store.ts";
import { askForZone } from "../../journal/due/write-rebuild.ts";
import { ensureZones } from "../../ground/time/zones-store.ts";
import { newStore, storePatch, storeSchema, storeWithSecret } from "./schema.ts";
import { sealSecret } from "./secret.ts";
import {
  deleteStore,
  existingStore,
  insertStore,
  listStores,
  presentStore,
  storeConnected,
  storeInUse,
  updateStore,
  type StoreRow,
} from "./store.ts";

const route = adminRoutes("Stores");
const params = idParams("store");
const conflicts = { "stores.key": { code: "key_taken", path: "key" } } as const;

/** `/stores`: the merchants' shops. */
export const storeRoutes = createRouter()
  .openapi(
    route("get", "/stores", requires("settings:read"), {
      summary: "List stores",
      description: "A key that is limited to stores lists these.",
      request: { query: pageQuery },
      responses: { 200: jsonPage(storeSchema, "A page of stores, newest first"), ...problems() },
    }),
    async (c) => {
      const { storeIds } = c.var.actor;
      const read = (stretch: Stretch) => listStores(c.env.deps, stretch, storeIds);
      const { rows, nextCursor } = await readPage(c.req.valid("query"), byId, read);
      return c.json({ data: rows.map(presentStore), nextCursor }, 200);
    },
  )
  .openapi(
    route("post", "/stores", requires("settings:write", "orders:write"), {
      summary: "Create a store",
      request: { body: jsonRequest(newStore) },
      responses: { 201: jsonContent(storeWithSecret, "The store, with its secret"), ...problems("key_taken") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { key, ...given } = c.req.valid("json");
      return carryOut(c, async () => {
        const now = deps.now();
        const id = deps.newId("store");
        const secret = randomSecret(deps);
        const row: StoreRow = {
          id,
          key: key ?? `s${randomSecret(deps).slice(0, 11)}`,
          ...given,
          logoHash: null,
          ...(await keptSecret(deps, id, secret)),
          createdAt: now,
          updatedAt: now,
          deletedAt: null,
        };
        const store = presentStore(row);
        await ensureZones(deps.d1, [row.timezone]);
        return {
          ...created("store", store),
          body: { ...store, secret },
          statements: [insertStore(deps, row)],
          conflicts,
        };
      });
    },
  )
  .openapi(
    route("get", "/stores/{id}", requires("settings:read"), {
      summary: "Read a store",
      request: { params },
      responses: { 200: jsonContent(storeSchema, "The store"), ...problems("not_found") },
    }),
    async (c) => c.json(presentStore(await existingStore(c.env.deps, c.req.valid("param").id)), 200),
  )
  .openapi(
    route("patch", "/stores/{id}", requires("settings:write", "orders:write"), {
      summary: "Change a store",
      request: { params, body: jsonRequest(storePatch) },
      responses: { 200: jsonContent(storeSchema, "The store as it is now"), ...problems("not_found", "in_use") },
    }),
    async (c) => {
      const { deps } = c.env;
      const patch = c.req.valid("json");
      return carryOut(c, async () => {
        const before = await existingStore(deps, c.req.valid("param").id);
        if (
          patch.provider !== undefined &&
          patch.provider !== before.provider &&
          (await storeConnected(deps, before.id))
        )
          throw new Problem(
            "in_use",
            `A shop is connected to this store. First DELETE /stores/${before.id}/connection.`,
          );
        const changes = { ...patch, updatedAt: deps.now() };
        const attribution = { ...before.attribution, ...patch.attribution };
        const after: StoreRow = { ...before, ...changes, attribution };
        await ensureZones(deps.d1, [after.timezone]);
        return {
          ...updated("store", presentStore(before), presentStore(after)),
          statements: [
            ...(await followHome(deps, before, after, changes.updatedAt)),
            ...(patch.timezone === undefined
              ? []
              : [askForZone(deps.d1, before.id, patch.timezone, changes.updatedAt)]),
            ...updateStore(deps, before.id, changes),
            ...settleAnew(deps, before, after),
          ],
        };
      });
    },
  )
  .openapi(
    route("post", "/stores/{id}/rotate-secret", requires("settings:write", "orders:write"), {
      summary: "Give a store a new secret",
      description: "The old one is refused at once.",
      request: { params },
      responses: { 200: jsonContent(storeWithSecret, "The store, with its new secret"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      return carryOut(c, async () => {
        const before = await existingStore(deps, c.req.valid("param").id);
        const secret = randomSecret(deps);
        const changes = { ...(await keptSecret(deps, before.id, secret)), updatedAt: deps.now() };
        const store = presentStore({ ...before, ...changes });
        return {
          statements: updateStore(deps, before.id, changes),
          audit: [{ action: "rotate", entity: "store", entityId: before.id, before: null, after: store }],
          status: 200,
          body: { ...store, secret },
        };
      });
    },
  )
  .openapi(
    route("delete", "/stores/{id}", requires("settings:write", "orders:write"), {
      summary: "Delete a store",
      description:
        "Refused while a link, a domain, a tracking plan or a phone number belongs to it, or a shop is connected to it. Its history stays.",
      request: { params },
      responses: { 204: { description: "Deleted" }, ...problems("not_found", "in_use") },
    }),
    async (c) => {
      const { deps } = c.env;
      return carryOut(c, async () => {
        const row = await existingStore(deps, c.req.valid("param").id);
        if (await storeInUse(deps, row.id))
          throw new Problem(
            "in_use",
            "Links, domains, tracking plans or phone numbers belong to this store, or a shop is connected to it.",
          );
        return { ...deleted("store", presentStore(row)), statements: deleteStore(deps, row.id, deps.now()) };
      });
    },
  );

/** What is kept of a store's secret. */
async function keptSecret(
  { env, random }: Deps,
  id: string,
  secret: string,
): Promise<Pick<StoreRow, "secretHash" | "secretSealed">> {
  return {
    secretHash: await sha256Hex(secret),
    secretSealed: await sealSecret(env.VISITOR_KEY, random, id, secret),
  };
}

/** 160 random bits in letters that need no quoting anywhere. */
function randomSecret(deps: Deps): string {
  const bytes = new Uint8Array(20);
  deps.random(bytes);
  return idOf("", bytes);
}

/** Commissions go by the months of the store's time zone, and their caps and tiers by its currency. */
function settleAnew({ d1 }: Deps, before: StoreRow, after: StoreRow): D1PreparedStatement[] {
  if (before.timezone === after.timezone && before.currency === after.currency) return [];
  return [markDueWhere(d1, "SELECT id FROM orders WHERE store_id = ?1", before.id)];
}
