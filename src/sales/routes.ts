import { api, type Routes } from "../ground/wing.ts";

/** What merchants report, and whom it is credited to. */
export const salesRoutes: Routes = [
  api(["/orders"], async () => (await import("./order/routes.ts")).orderRoutes),
  api(["/attribution"], async () => (await import("./attribution/routes.ts")).attributionRoutes),
  api(["/inbox", "/stores/:id/inbox"], async () => (await import("./capture/inbox-routes.ts")).inboxRoutes),
  api(["/stores/:id/connection/sync"], async () => (await import("./shop/sync-routes.ts")).syncRoutes),
  {
    at: "/webhooks",
    begins: ["/:provider/:storeId"],
    load: async () => (await import("./shop/webhook-routes.ts")).webhookRoutes,
  },
  { at: "/t", begins: ["/ast.js"], load: async () => (await import("./capture/script-routes.ts")).scriptRoutes },
  {
    at: "/t",
    begins: ["/events", "/orders", "/pixel.gif", "/postback"],
    load: async () => (await import("./capture/routes.ts")).captureRoutes,
  },
];
