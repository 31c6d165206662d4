import { api, type Routes } from "../ground/wing.ts";

/** What keeps a deployment running. */
export const operateRoutes: Routes = [
  api(["/api-keys"], async () => (await import("./api-key/routes.ts")).apiKeyRoutes),
  api(["/dead-letters"], async () => (await import("./dead-letter/routes.ts")).deadLetterRoutes),
  api(["/webhook-endpoints"], async () => (await import("./webhook/routes.ts")).webhookRoutes),
  api(["/webhook-endpoints/:id"], async () => (await import("./webhook/delivery-routes.ts")).webhookDeliveryRoutes),
  {
    at: "/",
    begins: ["/healthz", "/readyz", "/metrics"],
    load: async () => (await import("./ops/routes.ts")).opsRoutes,
  },
  {
    at: "/",
    begins: ["/robots.txt", "/favicon.ico", "/.well-known"],
    load: async () => (await import("./ops/well-known-routes.ts")).wellKnownRoutes,
  },
];
