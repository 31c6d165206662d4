import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { resourceRoutes } from "../resource/mount-routes.ts";
import { heatPage } from "./heat-page.tsx";
import { qualityPage } from "./quality-page.tsx";
import { TAGGING_PLANS } from "./tagging-plan.tsx";

const pages = new Hono<AppTypes>().get("/heatmap", heatPage).get("/quality", qualityPage);

/** Tagging plans, and what pages told because of them. */
export const visitPages = resourceRoutes(TAGGING_PLANS, pages);
