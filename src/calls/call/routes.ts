import type { Deps } from "../../ground/deps.ts";
import { requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { csvStream } from "../../ground/http/csv.ts";
import { idParams } from "../../ground/http/fields.ts";
import {
  adminRoutes,
  createRouter,
  jsonContent,
  jsonOrCsv,
  jsonPage,
  jsonRequest,
  problems,
} from "../../ground/http/openapi.ts";
import { byId, expandQuery, listHandler, pageOf, readPage } from "../../ground/http/pagination.ts";
import { existingStore } from "../../programme/store/store.ts";
import { visitorNamer } from "../../visits/export/exported.ts";
import {
  byCall,
  type CallPlace,
  eventsOf,
  existingCall,
  listCalls,
  type ListedCall,
  listEvents,
} from "./list-store.ts";
import { CALL_COLUMNS, cellsOfCall, presentCall, presentEvent } from "./present.ts";
import * as schema from "./schema.ts";
import { planCallSettings } from "./settings-change.ts";
import { callSettingsBody, callSettingsSchema } from "./settings-schema.ts";
import { callSettingsOf } from "./settings-store.ts";

const route = adminRoutes("Calls");
const storeParams = idParams("store");

/** Calls that are read at once for a CSV. */
const CSV_PAGE = 1_000;

/** `/calls`: calls to stores' numbers, whose they are and why, and what carriers told of them. */
export const callRoutes = createRouter()
  .openapi(
    route("get", "/calls", requires("orders:read"), {
      summary: "List calls",
      request: { query: schema.callQuery },
      responses: { 200: jsonOrCsv(pageOf(schema.callSchema), "A page of calls, or all as CSV"), ...problems() },
    }),
    async (c) => {
      const { deps } = c.env;
      const query = c.req.valid("query");
      const order = byCall(query.sort);
      if (query.format === "csv") return csvStream("calls.csv", CALL_COLUMNS, csvRows(deps, query));
      const { rows, nextCursor } = await readPage(query, order, (stretch) => listCalls(deps, stretch, query));
      return c.json({ data: await shown(deps, rows), nextCursor }, 200);
    },
  )
  .openapi(
    route("get", "/calls/events", requires("orders:read"), {
      summary: "List what carriers and servers told of calls",
      description: "Each message once, also those that can't be used, with why; nothing in them says who called.",
      request: { query: schema.callEventQuery },
      responses: { 200: jsonPage(schema.callEventSchema, "A page of messages, newest first"), ...problems() },
    }),
    listHandler(byId, listEvents, presentEvent),
  )
  .openapi(
    route("get", "/calls/{id}", requires("orders:read"), {
      summary: "Read a call",
      request: { params: idParams("call"), query: expandQuery },
      responses: {
        200: jsonContent(schema.callDetail, "The call, with what was told of it"),
        ...problems("not_found"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const row = await existingCall(deps, c.req.valid("param").id);
      const [call, events] = await Promise.all([
        presentCall(row, visitorNamer(deps.env.VISITOR_KEY)),
        eventsOf(deps, row),
      ]);
      return c.json({ ...call, events: events.map(presentEvent) }, 200);
    },
  )
  .openapi(
    route("get", "/stores/{id}/call-settings", requires("settings:read"), {
      summary: "Read how a store's calls are judged",
      request: { params: storeParams },
      responses: { 200: jsonContent(callSettingsSchema, "The settings"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id: storeId } = await existingStore(deps, c.req.valid("param").id);
      const { qualifiedSeconds, announcement } = await callSettingsOf(deps, storeId);
      return c.json({ storeId, qualifiedSeconds, announcement }, 200);
    },
  )
  .openapi(
    route("put", "/stores/{id}/call-settings", requires("settings:write"), {
      summary: "Set how a store's calls are judged",
      request: { params: storeParams, body: jsonRequest(callSettingsBody) },
      responses: { 200: jsonContent(callSettingsSchema, "The settings"), ...problems("not_found") },
    }),
    async (c) => carryOut(c, () => planCallSettings(c.env.deps, c.req.valid("param").id, c.req.valid("json"))),
  );

async function shown({ env }: Deps, rows: readonly ListedCall[]): Promise<schema.Call[]> {
  const nameOf = visitorNamer(env.VISITOR_KEY);
  return Promise.all(rows.map(async (row) => presentCall(row, nameOf)));
}

/** All calls that match, a page at a time. */
async function* csvRows(deps: Deps, query: schema.CallQuery): AsyncGenerator<unknown[][], undefined> {
  const order = byCall(query.sort);
  let after: CallPlace | null = null;
  for (;;) {
    const rows: ListedCall[] = await listCalls(deps, { after, limit: CSV_PAGE }, query);
    if (rows.length > 0) yield (await shown(deps, rows)).map(cellsOfCall);
    const last = rows.at(-1);
    if (rows.length < CSV_PAGE || last === undefined) return;
    after = order.placeOf(order.cursorOf(last));
  }
}
