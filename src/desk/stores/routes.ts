import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { resourceRoutes } from "../resource/mount-routes.ts";
import { nestedRoutes } from "../resource/nested-routes.ts";
import { connectionPage } from "./connection-page.tsx";
import { importPage, takeImport } from "./import-page.tsx";
import { logoPage, takeLogo } from "./logo-page.tsx";
import { REPORT_IMPORT, TAG_IMPORT } from "./imports.tsx";
import { reportsOf, rowsOf } from "./report.tsx";
import { STORES } from "./store.tsx";
import { tagsOf } from "./tag.tsx";

const own = new Hono<AppTypes>()
  .get("/stores/:id/connection", connectionPage)
  .get("/stores/:id/logo", logoPage)
  .post("/stores/:id/logo", takeLogo)
  .get("/stores/:id/tags/import", (c) => importPage(c, TAG_IMPORT))
  .post("/stores/:id/tags/import", (c) => takeImport(c, TAG_IMPORT))
  .get("/stores/:id/attribution-reports/import", (c) => importPage(c, REPORT_IMPORT))
  .post("/stores/:id/attribution-reports/import", (c) => takeImport(c, REPORT_IMPORT));
nestedRoutes("/stores/:parent/tags", tagsOf, own);
nestedRoutes("/stores/:parent/attribution-reports", reportsOf, own);
nestedRoutes("/stores/:parent/attribution-rows", rowsOf, own);

/** Stores, and what belongs to them. */
export const storePages = resourceRoutes(STORES, own);
