import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";

/** When the support for Global Privacy Control that this states was last reviewed. */
const GPC_REVIEWED = "2026-11-21";

/** Fixed answers at the root. */
export const wellKnownRoutes = new Hono<AppTypes>()
  // Short links are private mail between a creator and a shopper: nothing to index.
  .get("/robots.txt", (c) => c.text("User-agent: *\nDisallow: /\n", 200, { "Cache-Control": "public, max-age=86400" }))
  .get("/favicon.ico", (c) => c.body(null, 204, { "Cache-Control": "public, max-age=86400" }))
  // Global Privacy Control, section 5: a statement that the signal is honoured.
  .get("/.well-known/gpc.json", (c) =>
    c.json({ gpc: true, lastUpdate: GPC_REVIEWED }, 200, { "Cache-Control": "public, max-age=86400" }),
  );
