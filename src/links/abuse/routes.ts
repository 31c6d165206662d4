import * as z from "../../ground/http/zod.ts";
import { and, desc, eq, isNotNull, isNull, sql } from "drizzle-orm";
import { statementOf } from "../../ground/db/client.ts";
import { below, equals } from "../../ground/db/filter.ts";
import { abuseReports } from "../../ground/db/schema/link.ts";
import type { Deps } from "../../ground/deps.ts";
import { requires } from "../../ground/http/auth.ts";
import { updated } from "../../ground/http/change.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idField, idParams, isoOf, timeOut } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, problems } from "../../ground/http/openapi.ts";
import { byId, listHandler, pageQuery, type Stretch } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import { ABUSE_KINDS, isAbuseKind } from "../../edge/pages/abuse-kind.ts";

const route = adminRoutes("Abuse");

const reportSchema = z
  .object({
    id: idField("abuseReport"),
    linkId: idField("link"),
    kind: z.enum(ABUSE_KINDS),
    detail: z.string().openapi({ description: "A stranger's text: never to be shown as HTML." }),
    createdAt: timeOut,
    resolvedAt: timeOut.nullable(),
  })
  .openapi("AbuseReport");

const listQuery = z
  .strictObject({
    store: idField("store").optional(),
    link: idField("link").optional(),
    open: z.enum(["true", "false"]).optional(),
  })
  .extend(pageQuery.shape);

const present = (row: typeof abuseReports.$inferSelect): z.infer<typeof reportSchema> => ({
  ...row,
  kind: isAbuseKind(row.kind) ? row.kind : "other",
  createdAt: isoOf(row.createdAt),
  resolvedAt: isoOf(row.resolvedAt),
});

/** `/abuse-reports`: what shoppers reported at `/{slug}+`. */
export const abuseRoutes = createRouter()
  .openapi(
    route("get", "/abuse-reports", requires("settings:read"), {
      summary: "List reports about links",
      request: { query: listQuery },
      responses: { 200: jsonPage(reportSchema, "A page, newest first"), ...problems() },
    }),
    listHandler(byId, listReports, present),
  )
  .openapi(
    route("post", "/abuse-reports/{id}/resolve", requires("settings:write"), {
      summary: "Mark a report as dealt with",
      request: { params: idParams("abuseReport") },
      responses: { 200: jsonContent(reportSchema, "The report as it is now"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = c.req.valid("param");
      return carryOut(c, async () => {
        const [row] = await deps.db.select().from(abuseReports).where(eq(abuseReports.id, id));
        if (row === undefined) throw new Problem("not_found", `There is no abuse report ${id}.`);
        const after = { ...row, resolvedAt: row.resolvedAt ?? deps.now() };
        const update = deps.db
          .update(abuseReports)
          .set({ resolvedAt: after.resolvedAt })
          .where(eq(abuseReports.id, id));
        return {
          ...updated("abuseReport", present(row), present(after)),
          statements: [statementOf(deps.d1, update)],
        };
      });
    },
  );

/** Reports that match the filters, from new to old, starting after the id `after`. */
async function listReports(
  { db }: Deps,
  { after, limit }: Stretch,
  { store, link, open }: z.infer<typeof listQuery>,
): Promise<(typeof abuseReports.$inferSelect)[]> {
  return db
    .select()
    .from(abuseReports)
    .where(
      and(
        below(abuseReports.id, after),
        equals(abuseReports.linkId, link),
        store === undefined
          ? undefined
          : sql`EXISTS (SELECT 1 FROM links l WHERE l.id = ${abuseReports.linkId} AND l.store_id = ${store})`,
        open === undefined
          ? undefined
          : open === "true"
            ? isNull(abuseReports.resolvedAt)
            : isNotNull(abuseReports.resolvedAt),
      ),
    )
    .orderBy(desc(abuseReports.id))
    .limit(limit);
}
