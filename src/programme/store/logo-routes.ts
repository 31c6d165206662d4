import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { requires, sha256Hex } from "../../ground/http/auth.ts";
import { readBounded } from "../../ground/http/body.ts";
import { updated } from "../../ground/http/change.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, problems } from "../../ground/http/openapi.ts";
import { Problem } from "../../ground/http/problem.ts";
import { LOGO_TYPES, logoTypeOf, MAX_LOGO_BYTES } from "../../ground/model/logo.ts";
import * as z from "../../ground/http/zod.ts";
import { dropLogo, findLogo, putLogo } from "./logo-store.ts";
import { storeSchema } from "./schema.ts";
import { existingStore, presentStore, updateStore } from "./store.ts";

const route = adminRoutes("Stores");
const params = idParams("store");

const picture = { schema: z.any().openapi({ type: "string", format: "binary" }) };

/** `/stores/{id}/logo`: what stands on the pages that a store's creators and shoppers see. */
export const logoRoutes = createRouter()
  .openapi(
    route("put", "/stores/{id}/logo", requires("settings:write", "orders:write"), {
      summary: "Give a store its logo",
      description: `The body is the picture itself: PNG, JPEG, WebP or SVG of ${MAX_LOGO_BYTES} bytes at most. Anybody may see it who knows \`logoPath\`.`,
      request: {
        params,
        body: { required: true, content: Object.fromEntries(LOGO_TYPES.map((type) => [type, picture])) },
      },
      responses: {
        200: jsonContent(storeSchema, "The store, with its logo's path"),
        ...problems("not_found", "body_too_large", "validation_failed"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const bytes = await readBounded(c.req.raw, MAX_LOGO_BYTES);
      const type = logoTypeOf(bytes);
      // What it is called doesn't matter: it is served as what it is.
      if (type === null) throw Problem.invalid("", "must be a picture: PNG, JPEG, WebP or SVG");
      const hash = await sha256Hex(bytes);
      return carryOut(c, async () => {
        const before = await existingStore(deps, c.req.valid("param").id);
        const changes = { logoHash: hash, updatedAt: deps.now() };
        return {
          ...updated("store", presentStore(before), presentStore({ ...before, ...changes })),
          statements: [
            ...updateStore(deps, before.id, changes),
            putLogo(deps, { storeId: before.id, hash, type, bytes }),
          ],
        };
      });
    },
  )
  .openapi(
    route("delete", "/stores/{id}/logo", requires("settings:write", "orders:write"), {
      summary: "Take a store's logo away",
      request: { params },
      responses: { 200: jsonContent(storeSchema, "The store, without a logo"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      return carryOut(c, async () => {
        const before = await existingStore(deps, c.req.valid("param").id);
        const changes = { logoHash: null, updatedAt: deps.now() };
        return {
          ...updated("store", presentStore(before), presentStore({ ...before, ...changes })),
          statements: [...updateStore(deps, before.id, changes), dropLogo(deps, before.id)],
        };
      });
    },
  );

/**
 * `/t/logo/{hash}`: a logo, for anybody. What is at a hash never changes. An SVG that is opened by itself could run
 * scripts of whoever made it: the policy leaves it none, and an origin of its own.
 */
export const publicLogoRoutes = new Hono<AppTypes>().get("/logo/:hash{[0-9a-f]{64}}", async (c) => {
  const logo = await findLogo(c.env.deps, c.req.param("hash"));
  if (logo === null) throw new Problem("not_found", "There is no such logo.");
  return c.body(logo.bytes, 200, {
    "Content-Type": logo.type,
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
  });
});
