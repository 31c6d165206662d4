import { requires } from "../../ground/http/auth.ts";
import { adminRoutes, createRouter, jsonPage, problems } from "../../ground/http/openapi.ts";
import { bySeq, listHandler } from "../../ground/http/pagination.ts";
import { clickQuery, clickSchema } from "./schema.ts";
import { listClicks, presentClick } from "./store.ts";

const route = adminRoutes("Reports");

/** `/clicks`: the click log, to read. */
export const clickRoutes = createRouter().openapi(
  route("get", "/clicks", requires("reports:read"), {
    summary: "List clicks",
    request: { query: clickQuery },
    responses: { 200: jsonPage(clickSchema, "A page of clicks, the last to arrive first"), ...problems() },
  }),
  listHandler(bySeq, listClicks, presentClick),
);
