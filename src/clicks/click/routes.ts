import { requires } from "../../ground/http/auth.ts";
import { adminRoutes, createRouter, jsonPage, problems } from "../../ground/http/openapi.ts";
import { decodeSeqCursor, encodeSeqCursor } from "../../ground/http/pagination.ts";
import { listClicks } from "./list-store.ts";
import { presentClick } from "./present.ts";
import { clickQuery, clickSchema } from "./schema.ts";

const route = adminRoutes("Reports");

/** `/clicks`: the click log, to read. */
export const clickRoutes = createRouter().openapi(
  route("get", "/clicks", requires("reports:read"), {
    summary: "List clicks",
    description:
      "A request looks at a bounded part of the log. So with a filter a page may be short, even empty, before the last: go on until `nextCursor` is `null`.",
    request: { query: clickQuery },
    responses: { 200: jsonPage(clickSchema, "A page of clicks, the last to arrive first"), ...problems() },
  }),
  async (c) => {
    const query = c.req.valid("query");
    const stretch = { after: decodeSeqCursor(query.cursor), limit: query.limit };
    const { rows, next } = await listClicks(c.env.deps, stretch, query);
    return c.json({ data: rows.map(presentClick), nextCursor: next === null ? null : encodeSeqCursor(next) }, 200);
  },
);
