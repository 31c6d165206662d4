import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { resourceRoutes } from "../resource/mount-routes.ts";
import { CALLS } from "./call.tsx";
import { CALL_EVENTS } from "./call-event.tsx";
import { importPage } from "./import-page.tsx";
import { NUMBERS } from "./number.tsx";
import { POOLS } from "./pool.tsx";

const imports = new Hono<AppTypes>().get("/numbers/import", importPage).post("/numbers/import", importPage);

/** Numbers, pools and calls. */
export const callPages = resourceRoutes(
  CALL_EVENTS,
  resourceRoutes(CALLS, resourceRoutes(POOLS, resourceRoutes(NUMBERS, imports))),
);
