import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import type { TrackingPlan } from "../../programme/plan/schema.ts";
import type { Context } from "hono";
import { deskOf } from "../frame/desk-load.ts";
import { actionPage, takeAction } from "../resource/action-page.tsx";
import { formPage, takeForm } from "../resource/form-page.tsx";
import { listCsv, listPage } from "../resource/list-page.tsx";
import { resourceRoutes } from "../resource/mount-routes.ts";
import { onePage } from "../resource/one-page.tsx";
import type { Action, FormSpec, ListSpec, PageSpec } from "../resource/resource.ts";
import { PLANS } from "./plan.tsx";
import { previewPage } from "./preview-page.tsx";
import { providersPage } from "./providers-page.tsx";
import { NEW_RATE, type RateRow, ratesOf } from "./rate.tsx";
import { NEW_RULE, type RuleRow, rulesOf } from "./rule.tsx";
import { simulatePage } from "./simulate-page.tsx";

function planOf(c: Context<AppTypes>): Promise<TrackingPlan> {
  return deskOf(c).api.get<TrackingPlan>(`/tracking-plans/${encodeURIComponent(c.req.param("id") ?? "")}`);
}

const own = new Hono<AppTypes>()
  .get("/plans/providers", providersPage)
  .get("/plans/simulate", simulatePage)
  .get("/plans/:id/preview", (c) => previewPage(c, c.req.param("id")))
  .get("/plans/:id/commission-rules", async (c) => {
    const rules = rulesOf(await planOf(c));
    return listPage(c, rules, rules.list as ListSpec<RuleRow>);
  })
  .get("/plans/:id/commission-rules/export.csv", async (c) => {
    const rules = rulesOf(await planOf(c));
    return listCsv(c, rules, rules.list as ListSpec<RuleRow>);
  });

for (const [name, form] of [
  ["commission-rules", NEW_RULE],
  ["conversion-rates", NEW_RATE],
] as const satisfies [string, FormSpec<TrackingPlan>][]) {
  own.get(`/plans/:id/${name}/new`, (c) => formPage(c, PLANS, form, c.req.param("id") ?? ""));
  own.post(`/plans/:id/${name}/new`, (c) => takeForm(c, PLANS, form, c.req.param("id") ?? ""));
}

own
  .get("/plans/:id/conversion-rates/:definitionId", async (c) => {
    const rates = ratesOf(await planOf(c));
    return onePage(c, rates, rates.page as PageSpec<RateRow>, c.req.param("definitionId"));
  })
  .get("/plans/:id/conversion-rates/:definitionId/delete", async (c) => {
    const rates = ratesOf(await planOf(c));
    return actionPage(c, rates, rates.actions?.[0] as Action<RateRow>, c.req.param("definitionId"));
  })
  .post("/plans/:id/conversion-rates/:definitionId/delete", async (c) => {
    const rates = ratesOf(await planOf(c));
    return takeAction(c, rates, rates.actions?.[0] as Action<RateRow>, c.req.param("definitionId"));
  });

/** Tracking plans, what they pay, and what each platform can do. */
export const planPages = resourceRoutes(PLANS, own);
