import { wakeGeneration } from "../generation/send-wake.ts";
import { requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import {
  byIdOf,
  decodeCursor,
  encodeCursor,
  expandQuery,
  listHandler,
  pageQuery,
} from "../../ground/http/pagination.ts";
import { existingCode, planEdit, planNewCode, planRetirement, planRotation } from "./change.ts";
import * as schema from "./schema.ts";
import { wakeCodes } from "./send-due.ts";
import { listCodes, type PlacedCode, presentCode, presentDetail } from "./store.ts";
import { planUses } from "./uses-change.ts";
import { daysBefore, findLeaks } from "./watch-run.ts";

const route = adminRoutes("Codes");
const params = idParams("code");

/** `/codes`: creators' discount codes, where they were used, and whether they leaked. */
export const codeRoutes = createRouter()
  .openapi(
    route("get", "/codes", requires("plans:read"), {
      summary: "List codes",
      request: { query: pageQuery.extend(schema.codeFilters.shape) },
      responses: { 200: jsonPage(schema.codeSchema, "A page of codes, newest first"), ...problems() },
    }),
    listHandler(
      byIdOf<PlacedCode>(({ row }) => row.id),
      listCodes,
      presentCode,
    ),
  )
  .openapi(
    route("post", "/codes", requires("plans:write"), {
      summary: "Give a creator a code by hand",
      description:
        "A text belongs to one code of a store for good, whatever its case; the same creator may have it in another store. Links that the plan asks for and the creator lacks are generated.",
      request: { body: jsonRequest(schema.newCode) },
      responses: {
        201: jsonContent(schema.codeDetail, "The code"),
        ...problems("code_taken", "code_exists"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const given = c.req.valid("json");
      return carryOut(
        c,
        async () => planNewCode(deps, given),
        ({ body }) => {
          wakeGeneration(deps, given.planId);
          wakeCodes(deps, body);
        },
      );
    },
  )
  .openapi(
    route("post", "/codes/uses", requires("orders:write"), {
      summary: "Report uses of codes",
      description:
        "From a store's export, 1000 at most. A use is known by its code and order: repeats change nothing. A text that a code had earlier counts as its own.",
      request: { body: jsonRequest(schema.codeUsesReport) },
      responses: { 200: jsonContent(schema.codeUsesResult, "What became of the uses"), ...problems() },
    }),
    async (c) => {
      const { uses } = c.req.valid("json");
      return carryOut(c, async () => planUses(c.env.deps, uses));
    },
  )
  .openapi(
    route("get", "/codes/leaks", requires("plans:read"), {
      summary: "List codes that look leaked",
      description:
        "Newest code first. `uses_without_click`: 3 uses or more, and half of all, had no click on the creator's links in the attribution window before. `spike`: a day with 5 uses or more, 3 times the mean of the 28 days before or more, and over 3 standard deviations above it; a code's first 7 days are never one. `unknown_region`: 3 uses or more from countries without a click. `retired_text`: any use of a text after it was retired. A page may be short before the last.",
      request: { query: pageQuery.extend(schema.leakFilters.shape) },
      responses: { 200: jsonPage(schema.codeLeak, "A page of leaks"), ...problems() },
    }),
    async (c) => {
      const { env, now } = c.env.deps;
      const { limit, cursor, days, ...filter } = c.req.valid("query");
      const { leaks, next } = await findLeaks(env, filter, daysBefore(now(), days), decodeCursor(cursor), limit);
      return c.json({ data: leaks, nextCursor: next === null ? null : encodeCursor(next) }, 200);
    },
  )
  .openapi(
    route("get", "/codes/{id}", requires("plans:read"), {
      summary: "Read a code",
      request: { params, query: expandQuery },
      responses: { 200: jsonContent(schema.codeDetail, "The code"), ...problems("not_found") },
    }),
    async (c) => {
      const { texts, ...code } = await existingCode(c.env.deps, c.req.valid("param").id);
      return c.json(presentDetail(code, texts), 200);
    },
  )
  .openapi(
    route("patch", "/codes/{id}", requires("plans:write"), {
      summary: "Edit a code by hand",
      description: "The text it had stays its own, so that late orders are credited, and may come back by an edit.",
      request: { params, body: jsonRequest(schema.codePatch) },
      responses: {
        200: jsonContent(schema.codeDetail, "The code as it is now"),
        ...problems("not_found", "code_taken", "code_retired"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const { code } = c.req.valid("json");
      return carryOut(
        c,
        async () => planEdit(deps, c.req.valid("param").id, code),
        ({ body }) => wakeCodes(deps, body),
      );
    },
  )
  .openapi(
    route("post", "/codes/{id}/rotate", requires("plans:write"), {
      summary: "Give a code that leaked another text",
      description:
        "Never one that it had before. Affiliate links lead with the new text; the old one still credits late orders to the creator and is reported as `retired_text`. In a connected shop the old text gives way to the new one in one step; in any other, switching it off is the store's to do.",
      request: {
        params,
        body: jsonRequest(schema.codeRotation, { required: false }),
      },
      responses: {
        200: jsonContent(schema.codeDetail, "The code as it is now"),
        ...problems("not_found", "code_taken", "code_retired"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const given = c.req.valid("json")?.code;
      return carryOut(
        c,
        async () => planRotation(deps, c.req.valid("param").id, given),
        ({ body }) => wakeCodes(deps, body),
      );
    },
  )
  .openapi(
    route("delete", "/codes/{id}", requires("plans:write"), {
      summary: "Retire a code",
      description:
        "For good: its texts stay its own, so nobody else ever gets them, and it can still be read. A link that leads with it goes on doing so until the creator has a new code under the plan; then it leads with that.",
      request: { params },
      responses: { 204: { description: "Retired" }, ...problems("not_found", "code_retired") },
    }),
    async (c) => {
      const { deps } = c.env;
      return carryOut(
        c,
        async () => planRetirement(deps, c.req.valid("param").id),
        ({ code }) => wakeCodes(deps, code),
      );
    },
  );
