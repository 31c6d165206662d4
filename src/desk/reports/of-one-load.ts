import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { deskOf } from "../frame/desk-load.ts";
import { namesOf } from "../frame/names-load.ts";
import type { Placed } from "../report/report-page.tsx";

/** Where the performance of one campaign stands: its path names which. */
export async function ofCampaign(c: Context<AppTypes>): Promise<Placed> {
  const id = c.req.param("id") ?? "";
  const name = (await namesOf(deskOf(c), [id]))[id] ?? "Campaign";
  return {
    api: `/campaigns/${encodeURIComponent(id)}/performance`,
    title: `Performance of ${name}`,
    trail: [
      { name: "Campaigns", path: "/admin/campaigns" },
      { name, path: `/admin/campaigns/${encodeURIComponent(id)}` },
    ],
  };
}

/** Where the report on one creator stands. */
export async function ofCreator(c: Context<AppTypes>): Promise<Placed> {
  const id = c.req.param("id") ?? "";
  const name = (await namesOf(deskOf(c), [id]))[id] ?? "Creator";
  return {
    api: `/creators/${encodeURIComponent(id)}/report`,
    title: `Report on ${name}`,
    trail: [
      { name: "Creators", path: "/admin/creators" },
      { name, path: `/admin/creators/${encodeURIComponent(id)}` },
    ],
  };
}
