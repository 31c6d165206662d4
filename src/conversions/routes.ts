import { api, type Routes } from "../ground/wing.ts";

/** What stores count as a conversion, whose they are, and whom they are known of. */
export const conversionsRoutes: Routes = [
  api(["/conversion-definitions"], async () => (await import("./definition/routes.ts")).definitionRoutes),
  api(
    ["/contacts", "/conversion-definitions/:id/segment"],
    async () => (await import("./contact/routes.ts")).contactRoutes,
  ),
  { at: "/t", begins: ["/contacts"], load: async () => (await import("./contact/tell-routes.ts")).tellRoutes },
  api(["/conversion-definitions"], async () => (await import("./definition/delete-routes.ts")).definitionDeleteRoutes),
  api(
    ["/conversions", "/conversion-definitions/:id/conversions"],
    async () => (await import("./count/routes.ts")).conversionRoutes,
  ),
  api(["/conversion-definitions/:id/backfill"], async () => (await import("./past/routes.ts")).backfillRoutes),
  api(["/conversion-templates"], async () => (await import("./definition/template-routes.ts")).templateRoutes),
];
