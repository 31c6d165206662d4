import { api, type Routes } from "../ground/wing.ts";

/** The click log. */
export const clicksRoutes: Routes = [
  api(["/clicks"], async () => (await import("./click/routes.ts")).clickRoutes),
  api(["/clicks/restore"], async () => (await import("./click/restore-routes.ts")).restoreClickRoutes),
  api(["/click-log/packing"], async () => (await import("./pack/routes.ts")).packingRoutes),
  api(["/click-log/layouts"], async () => (await import("./layout/routes.ts")).layoutRoutes),
  api(["/archives"], async () => (await import("./archive/routes.ts")).archiveRoutes),
  api(["/links/:id/simulate"], async () => (await import("./simulate/routes.ts")).simulateRoutes),
];
