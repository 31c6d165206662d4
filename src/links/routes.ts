import { api, type Routes } from "../ground/wing.ts";
import { linkRoutes } from "./link/routes.ts";
import { domainRoutes } from "./domain/routes.ts";
import { blockRoutes } from "./block/routes.ts";
import { abuseRoutes } from "./abuse/routes.ts";

/** Short links as admins know them. */
export const linksRoutes: Routes = api(linkRoutes, domainRoutes, blockRoutes, abuseRoutes);
