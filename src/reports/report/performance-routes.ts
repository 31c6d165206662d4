import { existingCampaign } from "../../programme/campaign/change.ts";
import { existingCreator } from "../../programme/creator/store.ts";
import { requires } from "../../ground/http/auth.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonOrCsv, problems } from "../../ground/http/openapi.ts";
import { amazonBeside, answerReport, presentPage } from "./load-answer.ts";
import type { Dimension } from "./dimension.ts";
import { pageQueryOf, type ReportScope } from "./page-query.ts";
import { readPages } from "./load-pages.ts";
import { creatorReport, creatorReportQuery, performanceQuery, performanceReport } from "./schema.ts";
import type { PageQuery } from "./page-statement.ts";

const route = adminRoutes("Reports");

/** How a creator's links and codes are listed: over the whole span, a thousand of each at most. */
const LIST = {
  interval: "total",
  sort: { by: "clicks", descending: true },
  limit: 1000,
  offset: 0,
  after: null,
} as const;

/** What a creator and a campaign came to, from the same numbers as all reports. */
export const performanceRoutes = createRouter()
  .openapi(
    route("get", "/creators/{id}/report", requires("reports:read"), {
      summary: "Read what a creator came to",
      description:
        "A row for each campaign the creator is in, or has clicks or sales under, and one for each link and code over the whole span. A CSV has the campaigns.",
      request: { params: idParams("creator"), query: creatorReportQuery },
      responses: {
        200: jsonOrCsv(creatorReport, "A page of rows, and the total of all"),
        ...problems("not_found", "range_archived", "too_many_clicks", "unavailable"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = c.req.valid("param");
      const query = c.req.valid("query");
      await existingCreator(deps, id);
      const { store, campaign, plan, link, code } = query;
      const filter = { creator: id, store, campaign, plan, link, code };
      const scope: ReportScope = { dimension: "campaigns", filter, always: "memberships" };
      if (query.format === "csv") return answerReport(deps, scope, query, `${id}-report.csv`);

      const asked = await pageQueryOf(deps, scope, query);
      const linksAsked: PageQuery<Dimension> = { ...asked, ...LIST, dimension: "links", always: "links" };
      const codesAsked: PageQuery<Dimension> = { ...asked, ...LIST, dimension: "codes", always: "codes" };
      const [[campaigns, links, codes], amazon] = await Promise.all([
        readPages(deps, [asked, linksAsked, codesAsked] as const),
        amazonBeside(deps, asked),
      ]);
      return Response.json({
        ...presentPage(asked, campaigns),
        links: presentPage(linksAsked, links).data,
        codes: presentPage(codesAsked, codes).data,
        ...amazon,
      });
    },
  )
  .openapi(
    route("get", "/campaigns/{id}/performance", requires("reports:read"), {
      summary: "Read what a campaign came to by creator",
      description:
        "A row for everybody in the campaign. Where campaigns share a tracking plan, each shows all that its creators do under the plan, as the list of its orders does.",
      request: { params: idParams("campaign"), query: performanceQuery },
      responses: {
        200: jsonOrCsv(performanceReport, "A page of rows, and the total of all"),
        ...problems("not_found", "range_archived", "too_many_clicks", "unavailable"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = await existingCampaign(deps, c.req.valid("param").id);
      const query = c.req.valid("query");
      const { store, creator, plan, link, code } = query;
      const filter = { campaign: id, store, creator, plan, link, code };
      const scope: ReportScope = { dimension: "creators", filter, always: "members" };
      return answerReport(deps, scope, query, `${id}-performance.csv`);
    },
  );
