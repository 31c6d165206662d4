import { existingCreator } from "../../programme/creator/store.ts";
import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { requires } from "../../ground/http/auth.ts";
import { created } from "../../ground/http/change.ts";
import { carryOut, commit, respond } from "../../ground/http/commit.ts";
import { csvHeaders, csvLines } from "../../ground/http/csv.ts";
import { idField, idParams } from "../../ground/http/fields.ts";
import {
  adminRoutes,
  createRouter,
  jsonContent,
  jsonOrCsv,
  jsonPage,
  jsonRequest,
  problems,
} from "../../ground/http/openapi.ts";
import { byId, pageQuery, readPage } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import * as z from "../../ground/http/zod.ts";
import { newLinkOf, planPortalLinks, revoked } from "./link-change.ts";
import {
  newPortalLink,
  newPortalLinks,
  portalLinkSchema,
  type PortalLinksMade,
  portalLinksMade,
  portalLinkWithUrl,
} from "./schema.ts";
import { findPortalLink, insertPortalLinks, listPortalLinks, presentPortalLink, revokePortalLinks } from "./store.ts";

const route = adminRoutes("Creator portal");

const params = idParams("creator");
const linkParams = params.extend({ tokenId: idField("portalToken") });

/** `/creators/{id}/portal-links`, and `/creators/portal-links` for many: links by which a creator sees their own numbers. */
export const portalLinkRoutes = createRouter()
  .openapi(
    route("get", "/creators/{id}/portal-links", requires("reports:read"), {
      summary: "List a creator's portal links",
      request: { params, query: pageQuery },
      responses: {
        200: jsonPage(portalLinkSchema, "A page of links, newest first, revoked and expired ones too"),
        ...problems("not_found"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = c.req.valid("param");
      const { rows, nextCursor } = await readPage(c.req.valid("query"), byId, async (stretch) => {
        await existingCreator(deps, id);
        return listPortalLinks(deps, id, stretch);
      });
      return c.json({ data: rows.map(presentPortalLink), nextCursor }, 200);
    },
  )
  .openapi(
    route("post", "/creators/{id}/portal-links", requires("reports:write"), {
      summary: "Make a portal link",
      description:
        "The address of a page on which the creator sees their own links, codes, numbers and balance. Numbers are of campaigns with `creatorsSeePerformance` alone.",
      request: { params, body: jsonRequest(newPortalLink, { required: false }) },
      responses: {
        201: jsonContent(portalLinkWithUrl, "The link, with its address, which is shown this once"),
        ...problems("not_found"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id: creatorId } = c.req.valid("param");
      const { label, expiresInDays } = newPortalLink.unwrap().parse(c.req.valid("json") ?? {});
      return carryOut(c, async () => {
        await existingCreator(deps, creatorId);
        const terms = { label, expiresInDays, actor: c.var.actor, origin: originOf(c) };
        const { row, url } = await newLinkOf(deps, creatorId, terms);
        const shown = presentPortalLink(row);
        return {
          ...created("portalLink", shown),
          body: { ...shown, url },
          statements: insertPortalLinks(deps, [row]),
        };
      });
    },
  )
  .openapi(
    route("delete", "/creators/{id}/portal-links/{tokenId}", requires("reports:write"), {
      summary: "Revoke a portal link",
      description: "At once and for good. The link stays listed, with the time it was revoked.",
      request: { params: linkParams },
      responses: { 204: { description: "Revoked, now or before" }, ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id, tokenId } = c.req.valid("param");
      return carryOut(c, async () => {
        const before = await findPortalLink(deps, id, tokenId);
        if (before === null) throw new Problem("not_found", `The creator ${id} has no portal link ${tokenId}.`);
        if (before.revokedAt !== null) return { statements: [], audit: [], status: 204, body: null };
        const now = deps.now();
        return {
          statements: revokePortalLinks(deps, [tokenId], now),
          audit: [revoked(before, now)],
          status: 204,
          body: null,
        };
      });
    },
  )
  .openapi(
    // Whom each is for is shown with it, as creators are.
    route("post", "/creators/portal-links", requires("reports:write", "plans:read"), {
      summary: "Make a portal link for each of many creators",
      description:
        "For up to 200 creators, or all whom a campaign has approved. Each has a result of their own. CSV: a row for each, to write to them by.",
      request: {
        query: z.strictObject({ format: z.enum(["json", "csv"]).default("json") }),
        body: jsonRequest(newPortalLinks),
      },
      responses: {
        200: jsonOrCsv(portalLinksMade, "The links, with their addresses, which are shown this once"),
        ...problems(),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const at = { actor: c.var.actor, origin: originOf(c) };
      const answer = await commit(c, async () => planPortalLinks(deps, c.req.valid("json"), at));
      if (c.req.valid("query").format === "json") return respond(answer);
      const { results } = JSON.parse(answer.body) as PortalLinksMade;
      return new Response(csvLines([CSV_COLUMNS, ...results.map(cellsOf)]), {
        headers: csvHeaders("portal-links.csv"),
      });
    },
  );

const CSV_COLUMNS = ["creatorId", "externalId", "name", "email", "url", "expiresAt", "error"];

function cellsOf({ creatorId, externalId, name, email, link, error }: PortalLinksMade["results"][number]): unknown[] {
  return [creatorId, externalId, name, email, link?.url, link?.expiresAt, error?.detail];
}

function originOf(c: Context<AppTypes>): string {
  return c.env.deps.config.publicUrl ?? new URL(c.req.url).origin;
}
