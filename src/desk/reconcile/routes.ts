import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { resourceRoutes } from "../resource/mount-routes.ts";
import { RECONCILIATIONS } from "./reconciliation.tsx";
import { rowsCsv, rowsPage } from "./rows-page.tsx";
import { takeUpload, uploadPage } from "./upload-page.tsx";

const own = new Hono<AppTypes>()
  .get("/reconciliations/new", uploadPage)
  .post("/reconciliations/new", takeUpload)
  .get("/reconciliations/:id/rows", rowsPage)
  .get("/reconciliations/:id/rows.csv", rowsCsv);

/** Stores' exports beside what was tracked. */
export const reconciliationPages = resourceRoutes(RECONCILIATIONS, own);
