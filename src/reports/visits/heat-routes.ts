import { requires } from "../../ground/http/auth.ts";
import { adminRoutes, createRouter, jsonContent, problems } from "../../ground/http/openapi.ts";
import type { PageOutline } from "../../ground/model/visit.ts";
import { addWaitingSums } from "../../visits/log/add-run.ts";
import { elementsOf, reachOf, zonesOf } from "./heat.ts";
import { heatAnswer, type HeatAnswer, heatQuery } from "./heat-schema.ts";
import { readHeat } from "./load-heat.ts";
import { spanOf } from "./load-sums.ts";
import { viewsShare } from "./load-visitors.ts";

const route = adminRoutes("Visits");

/** `/heatmaps`: where a page was clicked, and how far it was seen. */
export const heatRoutes = createRouter().openapi(
  route("get", "/heatmaps", requires("reports:read"), {
    summary: "Read a page's heat map",
    description: "Sums of zones and of planned elements of consenting visitors' views; no click stands alone in it.",
    request: { query: heatQuery },
    responses: { 200: jsonContent(heatAnswer, "The heat map"), ...problems("not_found") },
  }),
  async (c) => {
    const { deps } = c.env;
    const query = c.req.valid("query");
    const { store, span, today } = await spanOf(deps, query);
    await addWaitingSums(deps.d1);
    const asked = { storeId: store.id, span, today };
    const [{ views, counts, outline }, share] = await Promise.all([
      readHeat(deps, asked, query.page, query.width),
      viewsShare(deps, asked, query.page),
    ]);
    return c.json(
      {
        page: query.page,
        width: query.width,
        views,
        cells: zonesOf(counts, "cells"),
        rage: zonesOf(counts, "rage"),
        elements: elementsOf(counts),
        scroll: reachOf(counts),
        outline: outline === null ? null : presentOutline(outline),
        measuredShare: share,
        range: { from: span.first, to: span.last },
      },
      200,
    );
  },
);

function presentOutline({ width, height, elements }: PageOutline): HeatAnswer["outline"] {
  return {
    width,
    height,
    elements: Object.entries(elements).map(([rule, [left, top, wide, high]]) => ({
      rule,
      left,
      top,
      width: wide,
      height: high,
    })),
  };
}
