import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { deskOf } from "../frame/desk-load.ts";
import { SAFE } from "../frame/shell-page.tsx";
import { importPage, takeImport } from "../import/import-page.tsx";
import { resourceRoutes } from "../resource/mount-routes.ts";
import { LINK_IMPORT } from "./import.tsx";
import { LINKS } from "./link.tsx";
import { simulatePage } from "./simulate-page.tsx";

const more = new Hono<AppTypes>()
  .get("/links/import", (c) => importPage(c, LINK_IMPORT))
  .post("/links/import", (c) => takeImport(c, LINK_IMPORT))
  .get("/links/:id/simulate", simulatePage)
  .get("/links/:id/qr.svg", async (c) => {
    const id = c.req.param("id");
    const { ecc, border, download } = c.req.query();
    const answer = await deskOf(c).api.open(`/links/${encodeURIComponent(id)}/qr.svg`, { ecc, border });
    return new Response(answer.body, {
      headers: {
        ...SAFE,
        "Content-Type": "image/svg+xml",
        "Content-Security-Policy": "default-src 'none'",
        ...(download !== undefined && {
          "Content-Disposition": `attachment; filename="${id.replaceAll(/\W/g, "")}.svg"`,
        }),
      },
    });
  });

/** Links. */
export const linkPages = resourceRoutes(LINKS, more);
