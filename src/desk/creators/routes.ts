import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { importPage, takeImport } from "../import/import-page.tsx";
import { resourceRoutes } from "../resource/mount-routes.ts";
import { CREATORS } from "./creator.tsx";
import { CREATOR_IMPORT } from "./import.tsx";
import { payoutForm, revealPage } from "./payout-page.tsx";
import { portalPage, revokePage, takePortalLinks } from "./portal-page.tsx";

const more = new Hono<AppTypes>()
  .get("/creators/import", (c) => importPage(c, CREATOR_IMPORT))
  .post("/creators/import", (c) => takeImport(c, CREATOR_IMPORT))
  .get("/creators/portal-links", portalPage)
  .post("/creators/portal-links", takePortalLinks)
  .get("/creators/:id/portal-links/:tokenId/revoke", (c) => revokePage(c, false))
  .post("/creators/:id/portal-links/:tokenId/revoke", (c) => revokePage(c, true))
  .get("/creators/:id/payout-details/edit", (c) => payoutForm(c, false))
  .post("/creators/:id/payout-details/edit", (c) => payoutForm(c, true))
  .post("/creators/:id/payout-details/reveal", revealPage);

/** Creators, their portal links, and where they are paid. */
export const creatorPages = resourceRoutes(CREATORS, more);
