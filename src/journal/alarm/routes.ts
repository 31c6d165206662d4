import type * as z from "../../ground/http/zod.ts";
import { and, desc, eq, isNotNull, isNull, sql } from "drizzle-orm";
import { statementOf } from "../../ground/db/client.ts";
import { below, equals } from "../../ground/db/filter.ts";
import { alarms } from "../../ground/db/schema/operations.ts";
import type { Deps } from "../../ground/deps.ts";
import { requires } from "../../ground/http/auth.ts";
import { updated } from "../../ground/http/change.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idParams, isoOf } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, problems } from "../../ground/http/openapi.ts";
import { byId, listHandler, type Stretch } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import { storeOfAlarm } from "./of-store.ts";
import { type AlarmBody, alarmQuery, alarmSchema } from "./schema.ts";

const route = adminRoutes("Operations");

const present = (row: typeof alarms.$inferSelect): AlarmBody => ({
  id: row.id,
  kind: row.kind,
  subject: row.subject,
  detail: row.detail,
  raisedAt: isoOf(row.raisedAt),
  lastSeenAt: isoOf(row.lastSeenAt),
  resolvedAt: isoOf(row.resolvedAt),
});

/** `/alarms`: what a person should look at. */
export const alarmRoutes = createRouter()
  .openapi(
    route("get", "/alarms", requires("settings:read"), {
      summary: "List alarms",
      request: { query: alarmQuery },
      responses: { 200: jsonPage(alarmSchema, "A page of alarms, newest first"), ...problems() },
    }),
    listHandler(byId, listAlarms, present),
  )
  .openapi(
    route("post", "/alarms/{id}/resolve", requires("settings:write"), {
      summary: "Resolve an alarm",
      description: "It opens again if its cause is still there at the next check. Harmless to repeat.",
      request: { params: idParams("alarm") },
      responses: { 200: jsonContent(alarmSchema, "The alarm as it is now"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = c.req.valid("param");
      return carryOut(c, async () => {
        const [row] = await deps.db.select().from(alarms).where(eq(alarms.id, id));
        if (row === undefined) throw new Problem("not_found", `There is no alarm ${id}.`);
        const resolvedAt = row.resolvedAt ?? deps.now();
        const after = present({ ...row, resolvedAt });
        const unresolved = and(eq(alarms.id, id), isNull(alarms.resolvedAt));
        return {
          ...updated("alarm", present(row), after),
          statements: [statementOf(deps.d1, deps.db.update(alarms).set({ resolvedAt }).where(unresolved))],
        };
      });
    },
  );

/** Alarms that match the filters, from new to old, starting after the id `after`. */
async function listAlarms(
  { db }: Deps,
  { after, limit }: Stretch,
  { open, kind, store }: z.infer<typeof alarmQuery>,
): Promise<(typeof alarms.$inferSelect)[]> {
  return db
    .select()
    .from(alarms)
    .where(
      and(
        below(alarms.id, after),
        open === undefined ? undefined : open === "true" ? isNull(alarms.resolvedAt) : isNotNull(alarms.resolvedAt),
        equals(alarms.kind, kind),
        store === undefined ? undefined : sql`${sql.raw(storeOfAlarm("alarms"))} = ${store}`,
      ),
    )
    .orderBy(desc(alarms.id))
    .limit(limit);
}
