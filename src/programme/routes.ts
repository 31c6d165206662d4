import { api, type Routes } from "../ground/wing.ts";

/** Stores, creators, campaigns, plans and codes. */
export const programmeRoutes: Routes = [
  api(["/stores/:id/logo"], async () => (await import("./store/logo-routes.ts")).logoRoutes),
  { at: "/t", begins: ["/logo"], load: async () => (await import("./store/logo-routes.ts")).publicLogoRoutes },
  api(["/stores"], async () => (await import("./store/routes.ts")).storeRoutes),
  api(["/creators"], async () => (await import("./creator/routes.ts")).creatorRoutes),
  api(["/campaigns"], async () => (await import("./campaign/routes.ts")).campaignRoutes),
  api(["/campaigns/:id/creators"], async () => (await import("./campaign/member-routes.ts")).campaignCreatorRoutes),
  api(["/providers"], async () => (await import("./provider/routes.ts")).providerRoutes),
  api(["/tracking-plans"], async () => (await import("./plan/routes.ts")).planRoutes),
  api(
    ["/tracking-plans/:id/commission-rules"],
    async () => (await import("./plan/rule-routes.ts")).commissionRuleRoutes,
  ),
  api(["/codes"], async () => (await import("./code/routes.ts")).codeRoutes),
];
