import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { resourceRoutes } from "../resource/mount-routes.ts";
import { INBOX } from "./report.tsx";
import { summaryPage } from "./summary-page.tsx";

const summary = new Hono<AppTypes>().get("/inbox/summary", (c) => summaryPage(c));

/** The inbox: what was reported, and what became of it. */
export const inboxPages = resourceRoutes(INBOX, summary);
