import { and, asc, getTableColumns, gte, lt, sql } from "drizzle-orm";
import { conversionCommissions, conversions } from "../../ground/db/schema/conversion.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { ExportedConversion } from "./conversion-schema.ts";
import { type ExportRange, walkTable, WINDOW_ROWS } from "./walk.ts";

// `CROSS JOIN` keeps SQLite on the index by store and time.
const FIND = `
SELECT min(c.id) AS id FROM stores s CROSS JOIN conversions c ON c.store_id = s.id AND c.time >= ?2 AND c.time < ?3
WHERE (?4 IS NULL OR s.id = ?4) AND c.id >= ?1`;

const {
  explanation: _explanation,
  shares: _shares,
  visitorHash: _visitorHash,
  eventKey: _eventKey,
  triggerIndex: _triggerIndex,
  valueTrust: _valueTrust,
  version: _version,
  ...columns
} = getTableColumns(conversions);

const listed = {
  ...columns,
  definition: sql<string>`(SELECT json_object('name', d.name, 'currency', d.currency)
    FROM conversion_definitions d WHERE d.id = ${conversions.definitionId})`,
};

type ListedConversion = Omit<
  typeof conversions.$inferSelect,
  "explanation" | "shares" | "visitorHash" | "eventKey" | "triggerIndex" | "valueTrust" | "version"
> & { definition: string };

/** The columns of conversions as CSV, in order. What is a list is JSON. */
export const CONVERSION_COLUMNS = [
  "id",
  "definitionId",
  "definitionName",
  "storeId",
  "time",
  "confirmedAt",
  "trigger",
  "origin",
  "trust",
  "uncounted",
  "contactId",
  "toldApart",
  "page",
  "valueMinor",
  "currency",
  "valueNote",
  "orderId",
  "causeId",
  "creatorId",
  "campaignId",
  "planId",
  "linkId",
  "codeId",
  "method",
  "contested",
  "commission",
  "commissionShares",
  "approvalDueAt",
  "approvedAt",
  "reviewDecision",
  "reviewReason",
  "reviewActor",
  "reviewAt",
  "createdAt",
  "updatedAt",
] as const;

/** The conversions of a range, by id, a page at a time: the time of one may be corrected by what a server says later. Throws what D1 throws. */
export async function* conversionPages({ d1, db }: Deps, range: ExportRange): AsyncGenerator<ExportedConversion[]> {
  const { from, to, store } = range;
  const pages = walkTable<string, ListedConversion>("", {
    find: async (id) => d1.prepare(FIND).bind(id, from, to, store).first<string>("id"),
    // A plus in front keeps the index by store out of it: the id alone leads to the rows.
    read: async (id) =>
      db
        .select(listed)
        .from(conversions)
        .where(
          and(
            gte(conversions.id, id),
            sql`${conversions.id} <= (SELECT max(id) FROM (
              SELECT id FROM conversions WHERE id >= ${id} ORDER BY id LIMIT ${WINDOW_ROWS}))`,
            gte(conversions.time, from),
            lt(conversions.time, to),
            store === null ? undefined : sql`+${conversions.storeId} = ${store}`,
          ),
        )
        .orderBy(asc(conversions.id)),
    // Ids are of one length: whatever is longer comes after the id and before the next.
    after: ({ id }) => `${id}.`,
  });
  for await (const rows of pages) {
    const ids = JSON.stringify(rows.map(({ id }) => id));
    const earned = await db
      .select()
      .from(conversionCommissions)
      .where(sql`${conversionCommissions.conversionId} IN (SELECT value FROM json_each(${ids}))`)
      .orderBy(asc(conversionCommissions.conversionId), asc(conversionCommissions.creatorId));
    const byId = Map.groupBy(earned, ({ conversionId }) => conversionId);
    yield rows.map((row) => presentExported(row, byId.get(row.id) ?? []));
  }
}

function presentExported(
  { definition, subject, valueMinor, commission, dueAt, approvedAt, review, ...row }: ListedConversion,
  earned: readonly (typeof conversionCommissions.$inferSelect)[],
): ExportedConversion {
  const { name, currency } = JSON.parse(definition) as { name: string; currency: string };
  return {
    ...row,
    definitionName: name,
    time: isoOf(row.time),
    confirmedAt: isoOf(row.confirmedAt),
    toldApart: /^[cvh]:/.test(subject),
    value: valueMinor === null ? null : { amountMinor: valueMinor, currency },
    commission: {
      state: commission,
      shares: earned.map(({ creatorId, planId, amountMinor, currency: paidIn }) => ({
        creatorId,
        planId,
        amount: { amountMinor, currency: paidIn },
      })),
      dueAt: isoOf(dueAt),
      approvedAt: isoOf(approvedAt),
      review: review === null ? null : { ...review, at: isoOf(review.at) },
    },
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}

/** A conversion as a line of CSV: its cells by {@link CONVERSION_COLUMNS}. */
export function conversionCells({
  value,
  commission,
  ...row
}: ExportedConversion): Record<(typeof CONVERSION_COLUMNS)[number], unknown> {
  const { state, shares, dueAt, approvedAt, review } = commission;
  return {
    ...row,
    valueMinor: value?.amountMinor,
    currency: value?.currency,
    commission: state,
    commissionShares: shares.length === 0 ? null : JSON.stringify(shares),
    approvalDueAt: dueAt,
    approvedAt,
    reviewDecision: review?.decision,
    reviewReason: review?.reason,
    reviewActor: review?.actor,
    reviewAt: review?.at,
  };
}
