import type * as z from "../../ground/http/zod.ts";
import { and, count, desc, eq, gte, lt } from "drizzle-orm";
import { statementOf } from "../../ground/db/client.ts";
import { below, equals } from "../../ground/db/filter.ts";
import { mustChange } from "../../ground/db/premise.ts";
import { inbox } from "../../ground/db/schema/order.ts";
import type { Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { requires } from "../../ground/http/auth.ts";
import { unchanged } from "../../ground/http/change.ts";
import { commit, respond } from "../../ground/http/commit.ts";
import { endMsOf, idParams, isoOf, msOf } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, problems } from "../../ground/http/openapi.ts";
import { byId, expandQuery, listHandler, type Stretch } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import { ID_PREFIXES } from "../../ground/id.ts";
import { ID_BYTES, idOf } from "../../ground/id-text.ts";
import { existingStore } from "../../programme/store/store.ts";
import type { InboxRow, ReportMeta } from "./inbox-store.ts";
import { inboxDetail, inboxItem, inboxQuery, inboxSummary, inboxSummaryQuery } from "./inbox-schema.ts";
import { processInbox } from "./process-run.ts";

const route = adminRoutes("Orders");
const storeRoute = adminRoutes("Stores");

const DAY_MS = 86_400_000;
const params = idParams("inbox");

function present(row: InboxRow): z.infer<typeof inboxItem> {
  const { ignored, ignoredMore } = row.meta as Pick<ReportMeta, "ignored" | "ignoredMore">;
  return {
    id: row.id,
    receivedAt: isoOf(row.receivedAt),
    source: row.source,
    storeKey: row.storeKey,
    storeId: row.storeId,
    verdict: row.verdict,
    reason: row.reasonCode === null ? null : { code: row.reasonCode, detail: row.reasonDetail ?? "" },
    attempts: row.attempts,
    nextAt: isoOf(row.nextAt),
    processedAt: isoOf(row.processedAt),
    orderId: row.orderId,
    ignored: ignored ?? [],
    ignoredMore: ignoredMore ?? 0,
  };
}

function presentDetail(row: InboxRow): z.infer<typeof inboxDetail> {
  const { origin, country, consent } = row.meta as { origin?: string; country?: string; consent?: string };
  return {
    ...present(row),
    body: row.body === "" ? null : (JSON.parse(row.body) as unknown),
    origin: origin ?? null,
    country: country ?? null,
    consent: consent ?? "unknown",
  };
}

/** `/inbox`: what merchants' sites and servers reported, and what became of it. */
export const inboxRoutes = createRouter()
  .openapi(
    route("get", "/inbox", requires("orders:read"), {
      summary: "List reports",
      request: { query: inboxQuery },
      responses: { 200: jsonPage(inboxItem, "A page of reports, newest first"), ...problems() },
    }),
    listHandler(byId, listInbox, present),
  )
  .openapi(
    route("get", "/inbox/{id}", requires("orders:read"), {
      summary: "Read a report",
      request: { params, query: expandQuery },
      responses: { 200: jsonContent(inboxDetail, "The report, with what was sent"), ...problems("not_found") },
    }),
    async (c) => c.json(presentDetail(await existing(c.env.deps, c.req.valid("param").id)), 200),
  )
  .openapi(
    route("post", "/inbox/{id}/retry", requires("orders:write"), {
      summary: "Process a report again",
      description:
        "For one that was refused for a cause that is mended by now, such as an origin that the store lacked, or that waits. One that is used or about to be stays as it is.",
      request: { params },
      responses: {
        200: jsonContent(inboxDetail, "The report as it is now"),
        ...problems("not_found", "report_emptied"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = c.req.valid("param");
      const answer = await commit(c, async () => {
        const row = await existing(deps, id);
        if (row.verdict === "used" || row.verdict === "pending") {
          return unchanged(presentDetail(row));
        }
        if (row.body === "") throw new Problem("report_emptied", "Its body was emptied when its time was up.");
        const values = { verdict: "pending", reasonCode: null, reasonDetail: null, attempts: 0, nextAt: deps.now() };
        const after = { ...row, ...values } as InboxRow;
        // Unless a run came first, which knows better.
        const untouched = and(eq(inbox.id, id), eq(inbox.verdict, row.verdict), eq(inbox.body, row.body));
        const update = deps.db
          .update(inbox)
          .set(values as Partial<InboxRow>)
          .where(untouched);
        return {
          statements: [statementOf(deps.d1, update), mustChange(deps.d1)],
          audit: [{ action: "retry", entity: "report", entityId: id, before: present(row), after: present(after) }],
          status: 200,
          body: presentDetail(after),
        };
      });
      deps.waitUntil(
        processInbox(deps.env, deps.now(), { ids: [id] })
          .then((isHeard) => (isHeard ? deps.evaluate({ ids: [id] }) : undefined))
          .catch((error: unknown) => {
            console.warn(JSON.stringify({ event: "inbox_left_to_cron", message: errorText(error) }));
          }),
      );
      return respond(answer);
    },
  )
  .openapi(
    storeRoute("get", "/stores/{id}/inbox", requires("orders:read"), {
      summary: "Sum up what came in for a store",
      request: { params: idParams("store"), query: inboxSummaryQuery },
      responses: { 200: jsonContent(inboxSummary, "Counts by verdict and reason"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = c.req.valid("param");
      const { days } = c.req.valid("query");
      await existingStore(deps, id);
      return c.json(await summaryOf(deps, id, days), 200);
    },
  );

async function summaryOf(deps: Deps, storeId: string, days: number): Promise<z.infer<typeof inboxSummary>> {
  const to = deps.now();
  const from = to - days * DAY_MS;
  const groups = await deps.db
    .select({ source: inbox.source, verdict: inbox.verdict, code: inbox.reasonCode, count: count() })
    .from(inbox)
    // Ids begin with the time, and the index has them.
    .where(and(eq(inbox.storeId, storeId), gte(inbox.id, firstIdAt(from))))
    .groupBy(inbox.source, inbox.verdict, inbox.reasonCode)
    .orderBy(desc(count()));
  const counts = { pending: 0, used: 0, waiting: 0, refused: 0, kept: 0 };
  for (const group of groups) counts[group.verdict] += group.count;
  return {
    from: isoOf(from),
    to: isoOf(to),
    total: groups.reduce((sum, group) => sum + group.count, 0),
    counts,
    reasons: groups.flatMap(({ code, ...group }) => (code === null ? [] : [{ ...group, code }])),
  };
}

/** What no id of a report that came at `time` or later (ms UTC) is below. */
function firstIdAt(time: number): string {
  const view = new DataView(new ArrayBuffer(ID_BYTES));
  view.setUint16(0, Math.floor(time / 0x1_0000_0000));
  view.setUint32(2, time >>> 0);
  return idOf(ID_PREFIXES.inbox, new Uint8Array(view.buffer));
}

async function existing({ db }: Deps, id: string): Promise<InboxRow> {
  const [row] = await db.select().from(inbox).where(eq(inbox.id, id));
  if (row === undefined) throw new Problem("not_found", `There is no report ${id}.`);
  return row;
}

/** Reports that match the filters, from new to old, starting after the id `after`. */
async function listInbox(
  { db }: Deps,
  { after, limit }: Stretch,
  { store, verdict, source, from, to }: z.infer<typeof inboxQuery>,
): Promise<(typeof inbox.$inferSelect)[]> {
  return db
    .select()
    .from(inbox)
    .where(
      and(
        below(inbox.id, after),
        equals(inbox.storeId, store),
        equals(inbox.verdict, verdict),
        equals(inbox.source, source),
        from === undefined ? undefined : gte(inbox.receivedAt, msOf(from)),
        to === undefined ? undefined : lt(inbox.receivedAt, endMsOf(to)),
      ),
    )
    .orderBy(desc(inbox.id))
    .limit(limit);
}
