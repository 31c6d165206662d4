import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { resourceRoutes } from "../resource/mount-routes.ts";
import { ORDERS } from "./order.tsx";
import { pathPage } from "./path-page.tsx";

const paths = new Hono<AppTypes>().get("/orders/:id/path", (c) => pathPage(c, "orders", c.req.param("id")));

/** Orders, and the customer's path to each. */
export const orderPages = resourceRoutes(ORDERS, paths);
