import { requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { byId, readPage } from "../../ground/http/pagination.ts";
import { planActivate } from "../past/activate-change.ts";
import { planArchive, planCopy, planDefinition, planPatch } from "./change.ts";
import { figuresOf } from "./figures-store.ts";
import { loadSnippet } from "./load-snippet.ts";
import { presentDefinition } from "./present.ts";
import { previewDefinition, previewDraft } from "./preview-run.ts";
import { previewSchema } from "./preview-schema.ts";
import {
  definitionActivation,
  definitionCopy,
  definitionFilter,
  definitionPatch,
  definitionSchema,
  listedDefinition,
  newDefinition,
  snippetQuery,
  snippetSchema,
  useQuery,
  useSchema,
  valueField,
  wholeDefinition,
} from "./schema.ts";
import { definitionsOfStore, existingDefinition, listDefinitions } from "./store.ts";
import { usedBy } from "./used-by-store.ts";
import { placesIn } from "./used-in.ts";

const route = adminRoutes("Conversions");
const params = idParams("definition");

/** `/conversion-definitions`: what a store counts as a conversion, how often, and what it is worth. */
export const definitionRoutes = createRouter({ ConversionValue: valueField })
  .openapi(
    route("get", "/conversion-definitions", requires("plans:read", "reports:read"), {
      summary: "List conversion definitions",
      description: "Each with its triggers, in words too, and with what it came to in the last 30 days.",
      request: { query: definitionFilter },
      responses: { 200: jsonPage(listedDefinition, "A page of definitions, newest first"), ...problems() },
    }),
    async (c) => {
      const { deps } = c.env;
      const query = c.req.valid("query");
      const { rows, nextCursor } = await readPage(query, byId, (stretch) => listDefinitions(deps, stretch, query));
      const figures = await figuresOf(deps, rows, deps.now());
      const data = rows.map((shown) => ({ ...presentDefinition(shown), last30Days: figures(shown.id) }));
      return c.json({ data, nextCursor }, 200);
    },
  )
  .openapi(
    route("post", "/conversion-definitions", requires("plans:write"), {
      summary: "Draft a conversion definition",
      description: "A draft counts nothing and changes freely. With a `template` nothing else is needed but the store.",
      request: { body: jsonRequest(newDefinition) },
      responses: { 201: jsonContent(definitionSchema, "The draft"), ...problems("definition_key_taken", "list_full") },
    }),
    async (c) => carryOut(c, async () => planDefinition(c.env.deps, c.req.valid("json"))),
  )
  .openapi(
    route("post", "/conversion-definitions/preview", requires("plans:read", "orders:read"), {
      summary: "What a conversion definition that isn't there would have come to",
      description:
        "Of the body that would draft it, in the last 30 days, as the preview of one that is there. What is wrong with it is said as if it were drafted. Writes nothing.",
      request: { body: jsonRequest(newDefinition) },
      responses: { 200: jsonContent(previewSchema, "Counts, and the newest of what met it"), ...problems() },
    }),
    async (c) => c.json(await previewDraft(c.env.deps, c.req.valid("json")), 200),
  )
  .openapi(
    route("get", "/conversion-definitions/used-in", requires("plans:read"), {
      summary: "Where an event, a page or a field is used",
      description:
        "Give one of `event` (by its name), `goal` (a script's key), `field` (of a contact, or of an event's data) and `url` (a page's address). Archived definitions are named too.",
      request: { query: useQuery },
      responses: { 200: jsonContent(useSchema, "The definitions that use it, the oldest first"), ...problems() },
    }),
    async (c) => {
      const { store, ...sought } = c.req.valid("query");
      const rows = await definitionsOfStore(c.env.deps, store);
      const data = rows.flatMap((row) => {
        const places = placesIn(row, sought);
        return places.length === 0 ? [] : [{ id: row.id, name: row.name, status: row.status, places }];
      });
      return c.json({ data }, 200);
    },
  )
  .openapi(
    route("get", "/conversion-definitions/{id}", requires("plans:read"), {
      summary: "Read a conversion definition",
      request: { params },
      responses: {
        200: jsonContent(wholeDefinition, "The definition, and what it is used by"),
        ...problems("not_found"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const shown = await existingDefinition(deps, c.req.valid("param").id);
      return c.json({ ...presentDefinition(shown), usedBy: await usedBy(deps, shown.row.id, deps.now()) }, 200);
    },
  )
  .openapi(
    route("patch", "/conversion-definitions/{id}", requires("plans:write"), {
      summary: "Change a conversion definition",
      description: "Drafts alone: what is active never changes, but for its name. Copy it, and activate the copy.",
      request: { params, body: jsonRequest(definitionPatch) },
      responses: {
        200: jsonContent(definitionSchema, "The definition as it is now"),
        ...problems("not_found", "definition_active", "definition_key_taken"),
      },
    }),
    async (c) => carryOut(c, async () => planPatch(c.env.deps, c.req.valid("param").id, c.req.valid("json"))),
  )
  .openapi(
    route("post", "/conversion-definitions/{id}/activate", requires("plans:write"), {
      summary: "Activate a conversion definition",
      description:
        "It counts from then on, or from its `effectiveFrom`. It can't be changed any more. One that `appliesToPast` is applied to what is kept of the last 90 days at the same time (see its backfill), for which the key needs `orders:write` too: without `confirm` the answer says how many conversions that makes.",
      request: { params, body: jsonRequest(definitionActivation, { required: false }) },
      responses: {
        200: jsonContent(definitionSchema, "The definition, active"),
        ...problems("not_found", "definition_active", "list_full", "confirm_needed"),
      },
    }),
    async (c) =>
      carryOut(c, async () =>
        planActivate(c.env.deps, c.var.actor, c.req.valid("param").id, c.req.valid("json")?.confirm),
      ),
  )
  .openapi(
    route("post", "/conversion-definitions/{id}/copy", requires("plans:write"), {
      summary: "Copy a conversion definition",
      description: "A draft with the same terms and a key of its own.",
      request: { params, body: jsonRequest(definitionCopy, { required: false }) },
      responses: { 201: jsonContent(definitionSchema, "The draft"), ...problems("not_found", "list_full") },
    }),
    async (c) => carryOut(c, async () => planCopy(c.env.deps, c.req.valid("param").id, c.req.valid("json")?.name)),
  )
  .openapi(
    route("post", "/conversion-definitions/{id}/archive", requires("plans:write"), {
      summary: "Archive a conversion definition",
      description: "It counts nothing more; what it counted stays.",
      request: { params },
      responses: { 200: jsonContent(definitionSchema, "The definition, archived"), ...problems("not_found") },
    }),
    async (c) => carryOut(c, async () => planArchive(c.env.deps, c.req.valid("param").id)),
  )
  .openapi(
    route("get", "/conversion-definitions/{id}/snippet", requires("plans:read"), {
      summary: "The script that converts on any page",
      description:
        "Each execution is a conversion, as far as the limit goes. Where the definition takes the event's value, `value` or the page says it.",
      request: { params, query: snippetQuery },
      responses: {
        200: jsonContent(snippetSchema, "HTML for a page, and the same for where scripts run"),
        ...problems("not_found", "no_script"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const origin = deps.config.publicUrl ?? new URL(c.req.url).origin;
      return c.json(await loadSnippet(deps, c.req.valid("param").id, c.req.valid("query").value, origin), 200);
    },
  )
  .openapi(
    route("post", "/conversion-definitions/{id}/preview", requires("plans:read", "orders:read"), {
      summary: "What a conversion definition would have come to",
      description:
        "In the last 30 days, by the rules that count: what pages told of, orders, other conversions, and the contacts that meet its segments now. Writes nothing.",
      request: { params },
      responses: { 200: jsonContent(previewSchema, "Counts, and the newest of what met it"), ...problems("not_found") },
    }),
    async (c) => c.json(await previewDefinition(c.env.deps, c.req.valid("param").id), 200),
  );
