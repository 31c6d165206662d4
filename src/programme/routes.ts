import { api, type Routes } from "../ground/wing.ts";
import { storeRoutes } from "./store/routes.ts";
import { creatorRoutes } from "./creator/routes.ts";
import { campaignRoutes } from "./campaign/routes.ts";
import { campaignCreatorRoutes } from "./campaign/member-routes.ts";
import { providerRoutes } from "./provider/routes.ts";
import { planRoutes } from "./plan/routes.ts";
import { commissionRuleRoutes } from "./plan/rule-routes.ts";
import { codeRoutes } from "./code/routes.ts";

/** Stores, creators, campaigns, plans and codes. */
export const programmeRoutes: Routes = api(
  storeRoutes,
  creatorRoutes,
  campaignRoutes,
  campaignCreatorRoutes,
  providerRoutes,
  planRoutes,
  commissionRuleRoutes,
  codeRoutes,
);
