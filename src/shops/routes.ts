import { api, type Routes } from "../ground/wing.ts";

/** Shops that stores are connected to. */
export const shopsRoutes: Routes = [
  api(["/stores/:id/connection"], async () => (await import("./connection/routes.ts")).connectionRoutes),
  api(["/stores/:id/attribution-tags"], async () => (await import("./amazon/routes.ts")).attributionTagRoutes),
  api(["/stores/:id/attribution-reports"], async () => (await import("./amazon/routes.ts")).attributionReportRoutes),
  api(["/codes/:id/sync"], async () => (await import("./code/routes.ts")).codeSyncRoutes),
];
