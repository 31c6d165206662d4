import { count, desc, eq } from "drizzle-orm";
import { statementOf } from "../../ground/db/client.ts";
import { below } from "../../ground/db/filter.ts";
import { blockedHosts } from "../../ground/db/schema/link.ts";
import type { Deps } from "../../ground/deps.ts";
import { requires } from "../../ground/http/auth.ts";
import { created, deleted } from "../../ground/http/change.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idParams, isoOf } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { byId, listHandler, pageQuery, type Stretch } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import { MAX_BLOCKED_HOSTS } from "../../edge/block/load.ts";
import { type BlockedHost, blockedHostSchema, newBlockedHost } from "./schema.ts";

const route = adminRoutes("Abuse");

const present = (row: typeof blockedHosts.$inferSelect): BlockedHost => ({ ...row, createdAt: isoOf(row.createdAt) });

/** `/blocked-hosts`: where no link may lead. Held against links when they are written and when they are opened. */
export const blockRoutes = createRouter()
  .openapi(
    route("get", "/blocked-hosts", requires("settings:read"), {
      summary: "List blocked hosts",
      request: { query: pageQuery },
      responses: { 200: jsonPage(blockedHostSchema, "A page, newest first"), ...problems() },
    }),
    listHandler(byId, listBlockedHosts, present),
  )
  .openapi(
    route("post", "/blocked-hosts", requires("settings:write"), {
      summary: "Block a host",
      description: "Links that lead there stop within 60 seconds, and none can be made.",
      request: { body: jsonRequest(newBlockedHost) },
      responses: { 201: jsonContent(blockedHostSchema, "The entry"), ...problems("host_blocked", "list_full") },
    }),
    async (c) => {
      const { deps } = c.env;
      return carryOut(c, async () => {
        const [size] = await deps.db.select({ rows: count() }).from(blockedHosts);
        if ((size?.rows ?? 0) >= MAX_BLOCKED_HOSTS) {
          throw new Problem("list_full", `The list holds ${MAX_BLOCKED_HOSTS} hosts. Block a suffix instead.`);
        }
        const row = { id: deps.newId("blockedHost"), ...c.req.valid("json"), createdAt: deps.now() };
        return {
          ...created("blockedHost", present(row)),
          statements: [statementOf(deps.d1, deps.db.insert(blockedHosts).values(row))],
          conflicts: { "blocked_hosts.host": { code: "host_blocked", path: "host" } },
        };
      });
    },
  )
  .openapi(
    route("delete", "/blocked-hosts/{id}", requires("settings:write"), {
      summary: "Unblock a host",
      request: { params: idParams("blockedHost") },
      responses: { 204: { description: "Unblocked" }, ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = c.req.valid("param");
      return carryOut(c, async () => {
        const [row] = await deps.db.select().from(blockedHosts).where(eq(blockedHosts.id, id));
        if (row === undefined) throw new Problem("not_found", `There is no blocked host ${id}.`);
        return {
          ...deleted("blockedHost", present(row)),
          statements: [statementOf(deps.d1, deps.db.delete(blockedHosts).where(eq(blockedHosts.id, id)))],
        };
      });
    },
  );

/** Blocked hosts, from new to old, starting after the id `after`. */
async function listBlockedHosts(
  { db }: Deps,
  { after, limit }: Stretch,
): Promise<(typeof blockedHosts.$inferSelect)[]> {
  return db
    .select()
    .from(blockedHosts)
    .where(below(blockedHosts.id, after))
    .orderBy(desc(blockedHosts.id))
    .limit(limit);
}
