import { api, type Routes } from "../ground/wing.ts";
import { apiKeyRoutes } from "./api-key/routes.ts";
import { deadLetterRoutes } from "./dead-letter/routes.ts";
import { webhookRoutes } from "./webhook/routes.ts";
import { webhookDeliveryRoutes } from "./webhook/delivery-routes.ts";
import { opsRoutes } from "./ops/routes.ts";
import { wellKnownRoutes } from "./ops/well-known-routes.ts";

/** What keeps a deployment running. */
export const operateRoutes: Routes = [
  ...api(apiKeyRoutes, deadLetterRoutes, webhookRoutes, webhookDeliveryRoutes),
  { at: "/", router: opsRoutes },
  { at: "/", router: wellKnownRoutes },
];
