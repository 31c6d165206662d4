import { api, type Routes } from "../ground/wing.ts";

/** What creators see, who have no key but a link; and how they get one. */
export const portalRoutes: Routes = [
  api(
    ["/creators/:id/portal-links", "/creators/portal-links"],
    async () => (await import("./access/routes.ts")).portalLinkRoutes,
  ),
  {
    at: "/creator",
    begins: ["/:token/$", "/:token/report.csv"],
    load: async () => (await import("./overview/page-routes.ts")).overviewRoutes,
  },
  {
    at: "/creator",
    begins: ["/:token/orders"],
    load: async () => (await import("./orders/page-routes.ts")).ordersRoutes,
  },
  {
    at: "/creator",
    begins: ["/:token/links"],
    load: async () => (await import("./links/page-routes.ts")).linksRoutes,
  },
  {
    at: "/creator",
    begins: ["/:token/money"],
    load: async () => (await import("./money/page-routes.ts")).moneyRoutes,
  },
  {
    at: "/creator",
    begins: ["/:token/language"],
    load: async () => (await import("./frame/routes.ts")).frameRoutes,
  },
];
