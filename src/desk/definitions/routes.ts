import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { resourceRoutes } from "../resource/mount-routes.ts";
import { DEFINITIONS } from "./definition.tsx";
import { livePart } from "./live-page.tsx";
import { previewPage, progressPage, snippetPage, templatesPage, usedInPage } from "./more-page.tsx";

const more = new Hono<AppTypes>()
  .get("/definitions/templates", (c) => templatesPage(c))
  .get("/definitions/used-in", (c) => usedInPage(c))
  .post("/definitions/live", (c) => livePart(c))
  .get("/definitions/:id/snippet", (c) => snippetPage(c, c.req.param("id")))
  .get("/definitions/:id/preview", (c) => previewPage(c, c.req.param("id")))
  .get("/definitions/:id/progress", (c) => progressPage(c, c.req.param("id")));

/** Conversion definitions: what counts, what it would have come to, and what was made of it. */
export const definitionPages = resourceRoutes(DEFINITIONS, more);
