import { requires } from "../../ground/http/auth.ts";
import { adminRoute, createRouter, jsonContent, problems } from "../../ground/http/openapi.ts";
import { decodeSeqCursor, encodeSeqCursor, pageOf } from "../../ground/http/pagination.ts";
import { clickQuery, clickSchema } from "./schema.ts";
import { listClicks } from "./store.ts";

/** `/clicks`: the click log, to read. */
export const clickRoutes = createRouter().openapi(
  adminRoute("get", "/clicks", requires("reports:read"), {
    tags: ["Reports"],
    summary: "List clicks",
    request: { query: clickQuery },
    responses: { 200: jsonContent(pageOf(clickSchema), "A page of clicks, the last to arrive first"), ...problems() },
  }),
  async (c) => {
    const { limit, cursor, ...filter } = c.req.valid("query");
    const rows = await listClicks(c.env.deps, filter, decodeSeqCursor(cursor), limit + 1);
    const data = rows.slice(0, limit);
    const last = data.at(-1);
    const nextCursor = rows.length > limit && last !== undefined ? encodeSeqCursor(last.seq) : null;
    return c.json({ data, nextCursor }, 200);
  },
);
