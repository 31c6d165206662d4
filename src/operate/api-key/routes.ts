import { allows, KEY_PREFIX, requires, sha256Hex } from "../../ground/http/auth.ts";
import { created, unchanged, updated } from "../../ground/http/change.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { endMsOf, idParams, isoOf } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { byId, listHandler, pageQuery } from "../../ground/http/pagination.ts";
import { orNotFound, Problem } from "../../ground/http/problem.ts";
import { idOf } from "../../ground/id-text.ts";
import { apiKeyPatch, apiKeySchema, apiKeyWithKey, callingKey, newApiKey } from "./schema.ts";
import {
  type ApiKeyRow,
  findApiKey,
  insertApiKey,
  listApiKeys,
  mustBeStores,
  presentApiKey,
  renameApiKey,
  revokeApiKey,
} from "./store.ts";

const route = adminRoutes("API keys");

/** Random bytes of a key: 160 bits can't be guessed, so a plain hash keeps them safe. */
const KEY_BYTES = 20;
/** Characters of a key that stay readable: enough to tell keys apart, 120 bits short of using one. */
const SHOWN_CHARACTERS = 12;

/** How the key is called that is in no table, but in the deployment's settings. */
const BOOTSTRAP_NAME = "ADMIN_API_KEY";

const params = idParams("apiKey");
const existing = orNotFound("API key", findApiKey);

/** `/api-keys`: who may call this API. */
export const apiKeyRoutes = createRouter()
  .openapi(
    route("get", "/api-keys", requires("settings:read"), {
      summary: "List API keys",
      request: { query: pageQuery },
      responses: {
        200: jsonPage(apiKeySchema, "A page of keys, newest first, revoked ones too"),
        ...problems(),
      },
    }),
    listHandler(byId, listApiKeys, presentApiKey),
  )
  .openapi(
    route("post", "/api-keys", requires("settings:write"), {
      summary: "Create an API key",
      description:
        "A key can give no scope that it doesn't have itself, and none for longer than it has it. One that is limited to stores makes none.",
      request: { body: jsonRequest(newApiKey) },
      responses: { 201: jsonContent(apiKeyWithKey, "The key, shown this once"), ...problems() },
    }),
    async (c) => {
      const { deps } = c.env;
      const { name, scopes, storeIds, expiresAt } = c.req.valid("json");
      return carryOut(c, async () => {
        const now = deps.now();
        const beyond = scopes.find((scope) => !allows(c.var.actor, scope));
        if (beyond !== undefined) throw new Problem("forbidden", `This key can't give the scope ${beyond}.`);
        await mustBeStores(deps, storeIds ?? []);
        const expiry = endMsOf(expiresAt);
        if (expiry !== null && expiry <= now) throw Problem.invalid("expiresAt", "must be in the future");
        const makerEnds = (await findApiKey(deps, c.var.actor.id))?.expiresAt ?? null;
        if (makerEnds !== null && (expiry === null || expiry > makerEnds)) {
          throw Problem.invalid(
            "expiresAt",
            `must not be later than ${isoOf(makerEnds)}, when this key expires itself`,
          );
        }
        const bytes = new Uint8Array(KEY_BYTES);
        deps.random(bytes);
        const key = idOf(KEY_PREFIX, bytes);
        const row: ApiKeyRow = {
          id: deps.newId("apiKey"),
          name,
          prefix: key.slice(0, SHOWN_CHARACTERS),
          hash: await sha256Hex(key),
          scopes,
          storeIds,
          createdAt: now,
          expiresAt: expiry,
          lastUsedAt: null,
          revokedAt: null,
        };
        const shown = presentApiKey(row);
        return {
          ...created("apiKey", shown),
          body: { ...shown, key },
          statements: [insertApiKey(deps, row)],
        };
      });
    },
  )
  .openapi(
    route("get", "/api-keys/self", [], {
      summary: "What the calling key is",
      description: "For any key, whatever its scopes.",
      responses: { 200: jsonContent(callingKey, "The key that the request came with"), ...problems() },
    }),
    async (c) => {
      const { id, scopes, storeIds } = c.var.actor;
      const row = await findApiKey(c.env.deps, id);
      const known = { id, scopes: [...scopes], storeIds: storeIds === null ? null : [...storeIds] };
      return c.json({ ...known, name: row?.name ?? BOOTSTRAP_NAME, expiresAt: isoOf(row?.expiresAt ?? null) }, 200);
    },
  )
  .openapi(
    route("get", "/api-keys/{id}", requires("settings:read"), {
      summary: "Read an API key",
      request: { params },
      responses: { 200: jsonContent(apiKeySchema, "The key's data, without the key"), ...problems("not_found") },
    }),
    async (c) => c.json(presentApiKey(await existing(c.env.deps, c.req.valid("param").id)), 200),
  )
  .openapi(
    route("patch", "/api-keys/{id}", requires("settings:write"), {
      summary: "Rename an API key",
      request: { params, body: jsonRequest(apiKeyPatch) },
      responses: { 200: jsonContent(apiKeySchema, "The key's data as it is now"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { name } = c.req.valid("json");
      return carryOut(c, async () => {
        const before = await existing(deps, c.req.valid("param").id);
        if (name === undefined) return unchanged(presentApiKey(before));
        const after: ApiKeyRow = { ...before, name };
        return {
          ...updated("apiKey", presentApiKey(before), presentApiKey(after)),
          statements: [renameApiKey(deps, before.id, name)],
        };
      });
    },
  )
  .openapi(
    route("delete", "/api-keys/{id}", requires("settings:write"), {
      summary: "Revoke an API key",
      description: "At once and for good. The key stays listed, with the time it was revoked.",
      request: { params },
      responses: { 204: { description: "Revoked, now or before" }, ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      return carryOut(c, async () => {
        const before = await existing(deps, c.req.valid("param").id);
        if (before.revokedAt !== null) return { statements: [], audit: [], status: 204, body: null };
        const now = deps.now();
        const after: ApiKeyRow = { ...before, revokedAt: now };
        return {
          statements: revokeApiKey(deps, before.id, now),
          audit: [
            {
              action: "revoke",
              entity: "apiKey",
              entityId: before.id,
              before: presentApiKey(before),
              after: presentApiKey(after),
            },
          ],
          status: 204,
          body: null,
        };
      });
    },
  );
