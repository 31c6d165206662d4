import { api, type Routes } from "../ground/wing.ts";
import { orderRoutes } from "./order/routes.ts";
import { attributionRoutes } from "./attribution/routes.ts";
import { inboxRoutes } from "./capture/inbox-routes.ts";
import { scriptRoutes } from "./capture/script-routes.ts";
import { captureRoutes } from "./capture/routes.ts";

/** What merchants report, and whom it is credited to. */
export const salesRoutes: Routes = [
  ...api(orderRoutes, attributionRoutes, inboxRoutes),
  { at: "/t", router: scriptRoutes },
  { at: "/t", router: captureRoutes },
];
