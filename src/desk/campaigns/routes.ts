import { type Context, Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { Campaign } from "../../programme/campaign/schema.ts";
import { deskOf } from "../frame/desk-load.ts";
import { namesOf } from "../frame/names-load.ts";
import { actionPage, takeAction } from "../resource/action-page.tsx";
import { takeBulk } from "../resource/bulk-page.tsx";
import { listCsv, listPage } from "../resource/list-page.tsx";
import { resourceRoutes } from "../resource/mount-routes.ts";
import { onePage } from "../resource/one-page.tsx";
import type { Action, ListSpec, PageSpec, Resource } from "../resource/resource.ts";
import { allPage } from "./all-page.tsx";
import { CAMPAIGNS } from "./campaign.tsx";
import { creatorsStepPage, takeCreatorsStep } from "./creators-step-page.tsx";
import { launchStepPage, takeLaunchStep } from "./launch-step-page.tsx";
import { type MemberRow, membersOf } from "./member.tsx";
import { planStepPage, takePlanStep } from "./plan-step-page.tsx";
import { previewStepPage } from "./preview-step-page.tsx";

function campaignOf(c: Context<AppTypes>): Promise<Campaign> {
  return deskOf(c).api.get<Campaign>(`/campaigns/${encodeURIComponent(c.req.param("id") ?? "")}`);
}

async function members(c: Context<AppTypes>): Promise<Resource<MemberRow> & { list: ListSpec<MemberRow> }> {
  const creatorId = c.req.param("creatorId");
  const [campaign, names] = await Promise.all([
    campaignOf(c),
    creatorId === undefined ? {} : namesOf(deskOf(c), [creatorId]),
  ]);
  return membersOf(campaign, names) as Resource<MemberRow> & { list: ListSpec<MemberRow> };
}

function actionOf({ actions = [] }: Resource<MemberRow>, name: string | undefined): Action<MemberRow> {
  const action = actions.find((each) => each.name === name);
  if (action === undefined) throw new Problem("not_found", "The desk has no such page.");
  return action;
}

const own = new Hono<AppTypes>()
  .get("/campaigns/new", (c) => planStepPage(c, null))
  .post("/campaigns/new", (c) => takePlanStep(c, null))
  .get("/campaigns/:id/setup", (c) => planStepPage(c, c.req.param("id")))
  .post("/campaigns/:id/setup", (c) => takePlanStep(c, c.req.param("id")))
  .get("/campaigns/:id/setup/creators", (c) => creatorsStepPage(c, c.req.param("id")))
  .post("/campaigns/:id/setup/creators", (c) => takeCreatorsStep(c, c.req.param("id")))
  .get("/campaigns/:id/setup/preview", (c) => previewStepPage(c, c.req.param("id")))
  .get("/campaigns/:id/launch", (c) => launchStepPage(c, c.req.param("id")))
  .post("/campaigns/:id/launch", (c) => takeLaunchStep(c, c.req.param("id")))
  .get("/campaigns/:id/creators", async (c) => {
    const resource = await members(c);
    return listPage(c, resource, resource.list);
  })
  .get("/campaigns/:id/creators/export.csv", async (c) => {
    const resource = await members(c);
    return listCsv(c, resource, resource.list);
  })
  .post("/campaigns/:id/creators/bulk", async (c) => {
    const resource = await members(c);
    return takeBulk(c, resource, resource.list);
  })
  .on(["GET", "POST"], "/campaigns/:id/creators/all", (c) => allPage(c, c.req.param("id")))
  .get("/campaigns/:id/creators/:creatorId", async (c) => {
    const resource = await members(c);
    return onePage(c, resource, resource.page as PageSpec<MemberRow>, c.req.param("creatorId"));
  })
  .get("/campaigns/:id/creators/:creatorId/:action", async (c) => {
    const resource = await members(c);
    return actionPage(c, resource, actionOf(resource, c.req.param("action")), c.req.param("creatorId"));
  })
  .post("/campaigns/:id/creators/:creatorId/:action", async (c) => {
    const resource = await members(c);
    return takeAction(c, resource, actionOf(resource, c.req.param("action")), c.req.param("creatorId"));
  });

/** Campaigns: who takes part, what is made for them, and the steps by which one is set up. */
export const campaignPages = resourceRoutes(CAMPAIGNS, own);
