import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { pathPage } from "../orders/path-page.tsx";
import { resourceRoutes } from "../resource/mount-routes.ts";
import { CONTACTS } from "./contact.tsx";
import { eventsPage } from "./events-page.tsx";

const more = new Hono<AppTypes>()
  .get("/contacts/:id/path", (c) => pathPage(c, "contacts", c.req.param("id")))
  .get("/contacts/:id/events", (c) => eventsPage(c, c.req.param("id")));

/** Contacts, their events, and each one's whole path. */
export const contactPages = resourceRoutes(CONTACTS, more);
