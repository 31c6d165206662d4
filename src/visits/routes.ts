import { api, type Routes } from "../ground/wing.ts";

/** What is counted on stores' pages, and what of it is known of whom. */
export const visitsRoutes: Routes = [
  api(["/tagging-plans"], async () => (await import("./plan/routes.ts")).taggingPlanRoutes),
  {
    at: "/t",
    begins: ["/preview.js"],
    load: async () => (await import("./plan/preview-routes.ts")).previewScriptRoutes,
  },
  api(["/stores/:id/quality"], async () => (await import("./quality/routes.ts")).qualityRoutes),
  { at: "/t", begins: ["/me"], load: async () => (await import("./me/routes.ts")).meRoutes },
  api(["/stores/:id/analytics-export"], async () => (await import("./export/routes.ts")).analyticsExportRoutes),
];
