import { api, type Routes } from "../ground/wing.ts";
import { clickRoutes } from "./click/routes.ts";
import { restoreClickRoutes } from "./click/restore-routes.ts";
import { archiveRoutes } from "./archive/routes.ts";
import { simulateRoutes } from "./simulate/routes.ts";

/** The click log. */
export const clicksRoutes: Routes = api(clickRoutes, restoreClickRoutes, archiveRoutes, simulateRoutes);
