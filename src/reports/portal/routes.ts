import { existingCreator } from "../../programme/creator/store.ts";
import { requires, sha256Hex } from "../../ground/http/auth.ts";
import { created } from "../../ground/http/change.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idField, idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { byId, pageQuery, readPage } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import { newPortalLink, portalLinkSchema, portalLinkWithUrl } from "./schema.ts";
import {
  findPortalLink,
  insertPortalLink,
  listPortalLinks,
  type PortalTokenRow,
  presentPortalLink,
  revokePortalLink,
} from "./store.ts";

const route = adminRoutes("Creator portal");

/** Random bytes of a token: 256 bits can't be guessed, so a plain hash keeps them safe. */
const TOKEN_BYTES = 32;

const DAY_MS = 86_400_000;

const params = idParams("creator");
const linkParams = params.extend({ tokenId: idField("portalToken") });

/** `/creators/{id}/portal-links`: links by which a creator sees their own numbers. */
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
        const now = deps.now();
        const bytes = new Uint8Array(TOKEN_BYTES);
        deps.random(bytes);
        const token = bytes.toBase64({ alphabet: "base64url", omitPadding: true });
        const row: PortalTokenRow = {
          id: deps.newId("portalToken"),
          creatorId,
          tokenHash: await sha256Hex(token),
          label,
          expiresAt: expiresInDays === null ? null : now + expiresInDays * DAY_MS,
          revokedAt: null,
          lastUsedAt: null,
          createdAt: now,
          createdBy: c.var.actor.id,
        };
        const shown = presentPortalLink(row);
        const origin = deps.config.publicUrl ?? new URL(c.req.url).origin;
        return {
          ...created("portalLink", shown),
          body: { ...shown, url: `${origin}/creator/${token}` },
          statements: insertPortalLink(deps, row),
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
          statements: revokePortalLink(deps, tokenId, now),
          audit: [
            {
              action: "revoke",
              entity: "portalLink",
              entityId: tokenId,
              before: presentPortalLink(before),
              after: presentPortalLink({ ...before, revokedAt: now }),
            },
          ],
          status: 204,
          body: null,
        };
      });
    },
  );
