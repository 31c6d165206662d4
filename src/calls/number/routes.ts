import { requires } from "../../ground/http/auth.ts";
import { carryOut, respond } from "../../ground/http/commit.ts";
import { csvStream } from "../../ground/http/csv.ts";
import { idParams, isoOf } from "../../ground/http/fields.ts";
import {
  adminRoutes,
  createRouter,
  jsonContent,
  jsonOrCsv,
  jsonPage,
  jsonRequest,
  problems,
} from "../../ground/http/openapi.ts";
import { byIdOf, bySeq, expandQuery, pageOf, pageQuery, readPage } from "../../ground/http/pagination.ts";
import { orNotFound } from "../../ground/http/problem.ts";
import { planBind, planPatch, planRemoval, planUnbind } from "./change.ts";
import { planNumber } from "./create-change.ts";
import { NUMBER_COLUMNS } from "./csv.ts";
import { importNumbers } from "./import-change.ts";
import { exportNumbers } from "./load-export.ts";
import { type CountedBinding, existingNumber, listBindings, listNumbers, numberWas } from "./numbers-store.ts";
import { type NumberView, presentNumber, sourceOf } from "./present.ts";
import {
  bindingSchema,
  importResult,
  newNumber,
  numberBind,
  numberImport,
  numberPatch,
  numberQuery,
  numberSchema,
  type ShownBinding,
} from "./schema.ts";

const route = adminRoutes("Calls");
const params = idParams("phoneNumber");
const byNumber = byIdOf(({ row }: NumberView) => row.id);
const known = orNotFound("phone number", numberWas);

/** `/phone-numbers`: numbers that stand for where calls come from. */
export const phoneNumberRoutes = createRouter()
  .openapi(
    route("get", "/phone-numbers", requires("plans:read"), {
      summary: "List phone numbers",
      request: { query: numberQuery },
      responses: { 200: jsonOrCsv(pageOf(numberSchema), "A page of numbers, newest first"), ...problems() },
    }),
    async (c) => {
      const { deps } = c.env;
      const now = deps.now();
      const { format, ...query } = c.req.valid("query");
      if (format === "csv") return csvStream("phone-numbers.csv", NUMBER_COLUMNS, exportNumbers(deps, query, now));
      const { rows, nextCursor } = await readPage(query, byNumber, (stretch) => listNumbers(deps, stretch, query, now));
      return c.json({ data: rows.map((view) => presentNumber(view, now)), nextCursor }, 200);
    },
  )
  .openapi(
    route("post", "/phone-numbers", requires("plans:write"), {
      summary: "Register a phone number",
      description:
        "Active once at a time, whatever store it is of. One that was deleted may be registered again; the calls before stay whose they were.",
      request: { body: jsonRequest(newNumber) },
      responses: { 201: jsonContent(numberSchema, "The number"), ...problems("number_taken") },
    }),
    async (c) => carryOut(c, async () => planNumber(c.env.deps, c.var.actor.id, c.req.valid("json"))),
  )
  .openapi(
    route("post", "/phone-numbers/import", requires("plans:write"), {
      summary: "Register the phone numbers of a CSV file",
      description: "Each row has its own result: those without fault are registered, whatever the others are.",
      request: { body: jsonRequest(numberImport) },
      responses: { 200: jsonContent(importResult, "A result for each row, in order"), ...problems() },
    }),
    async (c) => respond(await importNumbers(c, c.req.valid("json"))),
  )
  .openapi(
    route("get", "/phone-numbers/{id}", requires("plans:read"), {
      summary: "Read a phone number",
      request: { params, query: expandQuery },
      responses: { 200: jsonContent(numberSchema, "The number"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      return c.json(presentNumber(await existingNumber(deps, c.req.valid("param").id), deps.now()), 200);
    },
  )
  .openapi(
    route("patch", "/phone-numbers/{id}", requires("plans:write"), {
      summary: "Change a phone number",
      description: "What it stands for is changed by `bind` and `unbind` alone.",
      request: { params, body: jsonRequest(numberPatch) },
      responses: { 200: jsonContent(numberSchema, "The number as it is now"), ...problems("not_found") },
    }),
    async (c) => carryOut(c, async () => planPatch(c.env.deps, c.req.valid("param").id, c.req.valid("json"))),
  )
  .openapi(
    route("delete", "/phone-numbers/{id}", requires("plans:write"), {
      summary: "Delete a phone number",
      description: "It stands for nothing from then on, and may be registered again. Its history and its calls stay.",
      request: { params },
      responses: { 204: { description: "Deleted" }, ...problems("not_found") },
    }),
    async (c) => carryOut(c, async () => planRemoval(c.env.deps, c.var.actor.id, c.req.valid("param").id)),
  )
  .openapi(
    route("post", "/phone-numbers/{id}/bind", requires("plans:write"), {
      summary: "Say what a phone number stands for",
      description:
        "One thing at a time, from now on: a channel, a creator, a campaign or a link, or a pool. What it stood for before ends in the same moment. Saying the same again changes nothing.",
      request: { params, body: jsonRequest(numberBind) },
      responses: {
        200: jsonContent(numberSchema, "The number as it is now"),
        ...problems("not_found", "number_bound"),
      },
    }),
    async (c) =>
      carryOut(c, async () => planBind(c.env.deps, c.var.actor.id, c.req.valid("param").id, c.req.valid("json"))),
  )
  .openapi(
    route("post", "/phone-numbers/{id}/unbind", requires("plans:write"), {
      summary: "Let a phone number stand for nothing",
      description: "From now on; calls before stay whose they were. Harmless to repeat.",
      request: { params },
      responses: { 200: jsonContent(numberSchema, "The number as it is now"), ...problems("not_found") },
    }),
    async (c) => carryOut(c, async () => planUnbind(c.env.deps, c.var.actor.id, c.req.valid("param").id)),
  )
  .openapi(
    route("get", "/phone-numbers/{id}/bindings", requires("plans:read"), {
      summary: "List what a phone number stood for",
      description: "Of deleted numbers too. None of it is ever changed but for its end.",
      request: { params, query: pageQuery },
      responses: { 200: jsonPage(bindingSchema, "A page of bindings, the last first"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = await known(deps, c.req.valid("param").id);
      const { rows, nextCursor } = await readPage(c.req.valid("query"), bySeq, (stretch) =>
        listBindings(deps, id, stretch),
      );
      return c.json({ data: rows.map(presentBinding), nextCursor }, 200);
    },
  );

function presentBinding(row: CountedBinding): ShownBinding {
  const { poolId, calls, actor, startsAt, endsAt } = row;
  return { ...sourceOf(row), poolId, from: isoOf(startsAt), to: isoOf(endsAt), calls, actor };
}
