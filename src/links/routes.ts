import { api, type Routes } from "../ground/wing.ts";

/** Short links as admins know them. */
export const linksRoutes: Routes = [
  api(["/links"], async () => (await import("./link/routes.ts")).linkRoutes),
  api(["/domains"], async () => (await import("./domain/routes.ts")).domainRoutes),
  api(["/blocked-hosts"], async () => (await import("./block/routes.ts")).blockRoutes),
  api(["/abuse-reports"], async () => (await import("./abuse/routes.ts")).abuseRoutes),
];
