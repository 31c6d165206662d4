import * as z from "../../ground/http/zod.ts";
import type { Context } from "hono";
import { renderSVG } from "uqr";
import type { AppTypes } from "../../ground/deps.ts";
import { requires } from "../../ground/http/auth.ts";
import { created, deleted, updated } from "../../ground/http/change.ts";
import { carryOut, type Change, respond } from "../../ground/http/commit.ts";
import { csvStream } from "../../ground/http/csv.ts";
import { endMsOf, idParams, msOf } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { byId, expandQuery, pageQuery, readPage } from "../../ground/http/pagination.ts";
import { orNotFound } from "../../ground/http/problem.ts";
import { askForStore } from "../../journal/due/write-rebuild.ts";
import { bulkLinks } from "./bulk-change.ts";
import { checkTimes, planLinks, tagsOf } from "./create-change.ts";
import { EXPORT_COLUMNS, exportRows } from "./load-export.ts";
import { checkBinding, checkReferences, loadReferences } from "./load-references.ts";
import * as schema from "./schema.ts";
import { slugKey } from "../../edge/link/slug.ts";
import { standbyKey } from "../../edge/standby/standby-tier.ts";
import { deleteLink, findLink, insertLinks, type LinkRow, listLinks, presentLink, updateLink } from "./store.ts";

const route = adminRoutes("Links");
const params = idParams("link");
const existing = orNotFound("link", findLink);
const conflicts = { "links.domain, links.slug_key": { code: "slug_taken", path: "slug" } } as const;

const qrQuery = z.strictObject({
  ecc: z.enum(["L", "M", "Q", "H"]).default("M").openapi({ description: "Error correction level." }),
  border: z.coerce.number().int().min(0).max(20).default(4).openapi({ description: "Quiet zone, in modules." }),
});

/** `/links`: short links. */
export const linkRoutes = createRouter()
  .openapi(
    route("get", "/links", requires("links:read"), {
      summary: "List links",
      request: { query: schema.linkFilter.extend(pageQuery.shape) },
      responses: { 200: jsonPage(schema.linkSchema, "A page of links, newest first"), ...problems() },
    }),
    async (c) => {
      const query = c.req.valid("query");
      const { rows, nextCursor } = await readPage(query, byId, (stretch) => listLinks(c.env.deps, stretch, query));
      return c.json({ data: rows.map((row) => present(c, row)), nextCursor }, 200);
    },
  )
  .openapi(
    route("get", "/links/export.csv", requires("links:read"), {
      summary: "Export links as CSV",
      description:
        "RFC 4180, UTF-8. `tags` and `rules` are JSON, as in a link's own body; `utm` is a query string. Values that a spreadsheet would take for a formula are prefixed with an apostrophe.",
      request: { query: schema.linkFilter },
      responses: {
        200: { content: { "text/csv": { schema: z.string() } }, description: "All links that match" },
        ...problems(),
      },
    }),
    (c) =>
      csvStream(
        "links.csv",
        EXPORT_COLUMNS,
        exportRows(c.env.deps, c.req.valid("query"), (row) => present(c, row)),
      ),
  )
  .openapi(
    route("post", "/links", requires("links:write"), {
      summary: "Create a link",
      request: { body: jsonRequest(schema.newLink) },
      responses: { 201: jsonContent(schema.linkSchema, "The link"), ...problems("slug_taken") },
    }),
    async (c) =>
      carryOut(c, async () => {
        const [planned] = await planLinks(c.env.deps, [c.req.valid("json")], new URL(c.req.url).host);
        if (planned === undefined || "problem" in planned) throw planned?.problem ?? new Error("no link was planned");
        const link = present(c, planned.row);
        return {
          ...created("link", link),
          statements: insertLinks(c.env.deps, [planned.row]),
          links: { ids: [link.id], droppedKeys: [] },
          conflicts,
        };
      }),
  )
  .openapi(
    route("post", "/links/bulk", requires("links:write"), {
      summary: "Create up to 500 links",
      description: "Each entry has its own result: those without fault are made, whatever the others are.",
      request: { body: jsonRequest(schema.bulkLinks) },
      responses: { 200: jsonContent(schema.bulkResult, "A result for each entry, in order"), ...problems() },
    }),
    async (c) => respond(await bulkLinks(c, c.req.valid("json").links, (row) => present(c, row))),
  )
  .openapi(
    route("get", "/links/{id}", requires("links:read"), {
      summary: "Read a link",
      request: { params, query: expandQuery },
      responses: { 200: jsonContent(schema.linkSchema, "The link"), ...problems("not_found") },
    }),
    async (c) => c.json(present(c, await existing(c.env.deps, c.req.valid("param").id)), 200),
  )
  .openapi(
    route("patch", "/links/{id}", requires("links:write"), {
      summary: "Change a link",
      description: "Visible to every shopper within 60 seconds.",
      request: { params, body: jsonRequest(schema.linkPatch) },
      responses: {
        200: jsonContent(schema.linkSchema, "The link as it is now"),
        ...problems("not_found", "slug_taken"),
      },
    }),
    async (c) => carryOut(c, async () => planPatch(c, c.req.valid("param").id, c.req.valid("json"))),
  )
  .openapi(
    route("delete", "/links/{id}", requires("links:write"), {
      summary: "Delete a link",
      description: "Its slug is free at once; its clicks and reports stay.",
      request: { params },
      responses: { 204: { description: "Deleted" }, ...problems("not_found") },
    }),
    async (c) =>
      carryOut(c, async () => {
        const row = await existing(c.env.deps, c.req.valid("param").id);
        return {
          ...deleted("link", present(c, row)),
          statements: deleteLink(c.env.deps, row.id, c.env.deps.now()),
          links: { ids: [], droppedKeys: [standbyKey(row.domain, row.slugKey)] },
        };
      }),
  )
  .openapi(
    route("get", "/links/{id}/qr.svg", requires("links:read"), {
      summary: "QR code of a link",
      request: { params, query: qrQuery },
      responses: {
        200: { content: { "image/svg+xml": { schema: z.string() } }, description: "The code" },
        ...problems("not_found"),
      },
    }),
    async (c) => {
      const { shortUrl } = present(c, await existing(c.env.deps, c.req.valid("param").id));
      const svg = renderSVG(shortUrl, c.req.valid("query"));
      return c.body(svg, 200, { "Content-Type": "image/svg+xml", "Content-Security-Policy": "default-src 'none'" });
    },
  );

async function planPatch(c: Context<AppTypes>, id: string, patch: schema.LinkPatch): Promise<Change<schema.Link>> {
  const { deps } = c.env;
  const before = await existing(deps, id);
  const { planId = before.planId, codeId = before.codeId } = patch;
  const known = await loadReferences(deps, [{ ...patch, planId, codeId }], new URL(c.req.url).host);
  checkReferences(patch, known);
  const { startsAt, endsAt, domain, slug, tags, ...plain } = patch;
  const changes: Partial<LinkRow> = { ...plain, updatedAt: deps.now() };
  if (startsAt !== undefined) changes.startsAt = msOf(startsAt);
  if (endsAt !== undefined) changes.endsAt = endMsOf(endsAt);
  // What somebody decides about it is no longer a matter of whether its creator takes part.
  if (patch.disabled !== undefined) changes.withdrawnAt = null;
  if (tags !== undefined) changes.tags = tagsOf(tags);
  // A link is of its plan's store: it follows, unless the request says otherwise and is refused.
  const planStore = patch.planId == null ? undefined : known.plans.get(patch.planId)?.storeId;
  if (planStore !== undefined && patch.storeId === undefined) changes.storeId = planStore;
  // Always written together, so that the key fits whatever another change does at the same moment.
  if (domain !== undefined || slug !== undefined) {
    changes.domain = domain === undefined ? before.domain : (domain ?? "");
    changes.slug = slug ?? before.slug;
    changes.slugKey = slugKey(changes.slug, known.domains.get(changes.domain)?.caseSensitive ?? false);
  }
  const after: LinkRow = { ...before, ...changes };
  checkTimes(after.startsAt, after.endsAt);
  const bound = bindsAnew(patch) ? after : null;
  if (bound !== null) checkBinding(bound, known);
  return {
    ...updated("link", present(c, before), present(c, after)),
    statements: [
      ...(changes.storeId === undefined ? [] : [askForStore(deps.d1, id, changes.storeId, deps.now())]),
      ...updateLink(deps, id, changes, patch, bound),
    ],
    links: { ids: [id], droppedKeys: moved(before, after) },
    conflicts,
  };
}

/** Whether a change touches the parts of a link that must fit each other. */
function bindsAnew(patch: schema.LinkPatch): boolean {
  return [patch.kind, patch.creatorId, patch.storeId, patch.planId, patch.codeId].some((part) => part !== undefined);
}

/** The key of the standby copy that a link leaves behind when it gets another address. */
function moved(before: LinkRow, after: LinkRow): string[] {
  const [old, current] = [before, after].map((row) => standbyKey(row.domain, row.slugKey));
  return old === undefined || old === current ? [] : [old];
}

function present(c: Context<AppTypes>, row: LinkRow): schema.Link {
  return presentLink(row, c.env.deps.config.publicUrl ?? new URL(c.req.url).origin);
}
