import { creatorName } from "../../ground/db/names.ts";
import { FIGURE_SUMS } from "../../ground/db/amazon-figures.ts";
import type { Deps } from "../../ground/deps.ts";
import { badCursor, type ListOrder, type Stretch, textOf } from "../../ground/http/pagination.ts";
import type { AmazonFigures } from "../../ground/model/attribution-report.ts";
import { sumFigures } from "../../ground/money/figures.ts";
import type { DaySpan } from "../../ground/time/range.ts";

/** What Amazon's figures are asked of; a filter left out holds for all. */
export interface AmazonFilter {
  store?: string | undefined;
  creator?: string | undefined;
  /** Those of its creators, at the store of its plan: a tag is a creator's, whatever campaign they post for. */
  campaign?: string | undefined;
  /** Those of its creators, at its store. */
  plan?: string | undefined;
}

/** How rows are spaced. */
export type AmazonInterval = "day" | "month" | "total";

/** Amazon's figures in one currency. */
export type CurrencyFigures = AmazonFigures & { currency: string };

/** Amazon's figures of a creator. */
export interface AmazonRow extends CurrencyFigures {
  /** `null`: of sources that are nobody's. */
  creatorId: string | null;
  name: string | null;
  /** A day (2026-11-22), a month (2026-11), or empty for the whole span. */
  start: string;
}

/** Where a row stands. */
export type AmazonPlace = Pick<AmazonRow, "start" | "creatorId" | "currency">;

const PLACE = /^a1:(|\d{4}-\d{2}(?:-\d{2})?) (|crt_[0-9a-z]{16}) ([A-Z]{3})$/;

/** The order of rows: by interval, then by creator, those of nobody first. */
export const byAmazonPlace: ListOrder<AmazonRow, AmazonPlace> = {
  placeOf: (cursor) => {
    if (cursor === undefined) return null;
    const [, start, creatorId, currency] = PLACE.exec(textOf(cursor)) ?? [];
    if (start === undefined || creatorId === undefined || currency === undefined) throw badCursor();
    return { start, creatorId: creatorId === "" ? null : creatorId, currency };
  },
  cursorOf: ({ start, creatorId, currency }) => btoa(`a1:${start} ${creatorId ?? ""} ${currency}`).replaceAll("=", ""),
};

/** SQL: rows `r` of reports with their sources `s`, of the days and filters that {@link valuesOf} binds. */
const ROWS = `attribution_rows r JOIN attribution_sources s ON s.id = r.source_id
  WHERE r.store_id IN (SELECT DISTINCT store_id FROM attribution_reports) AND r.day BETWEEN ?1 AND ?2
    AND (?3 IS NULL OR r.store_id = ?3) AND (?4 IS NULL OR s.creator_id = ?4)
    AND (?5 IS NULL OR (r.store_id = (SELECT p.store_id FROM campaigns c JOIN tracking_plans p ON p.id = c.plan_id
        WHERE c.id = ?5)
      AND s.creator_id IN (SELECT creator_id FROM campaign_creators WHERE campaign_id = ?5 AND status <> 'rejected')))
    AND (?6 IS NULL OR (r.store_id = (SELECT store_id FROM tracking_plans WHERE id = ?6)
      AND s.creator_id IN (SELECT creator_id FROM plan_creators WHERE plan_id = ?6)))`;

const valuesOf = ({ first, last }: DaySpan, { store, creator, campaign, plan }: AmazonFilter) => [
  first,
  last,
  store ?? null,
  creator ?? null,
  campaign ?? null,
  plan ?? null,
];

const STARTS: Readonly<Record<AmazonInterval, string>> = { day: "r.day", month: "substr(r.day, 1, 7)", total: "''" };

/** Amazon's figures by creator and currency. Throws what D1 throws. */
export async function readAmazon(
  { d1 }: Pick<Deps, "d1">,
  span: DaySpan,
  filter: AmazonFilter,
  interval: AmazonInterval,
  { after, limit }: Stretch<AmazonPlace>,
): Promise<AmazonRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT f.*, ${creatorName("c")} AS name FROM (
         SELECT s.creator_id AS creatorId, ${STARTS[interval]} AS start, r.currency, ${FIGURE_SUMS}
         FROM ${ROWS} GROUP BY 1, 2, 3) f
       LEFT JOIN creators c ON c.id = f.creatorId
       WHERE ?7 IS NULL OR (f.start, coalesce(f.creatorId, ''), f.currency) > (?7, ?8, ?9)
       ORDER BY f.start, coalesce(f.creatorId, ''), f.currency LIMIT ?10`,
    )
    .bind(...valuesOf(span, filter), after?.start ?? null, after?.creatorId ?? "", after?.currency ?? "", limit)
    .all<AmazonRow>();
  return results.map((row) => ({ ...row, name: row.creatorId === null ? null : row.name }));
}

/** The sums of Amazon's figures by currency, and of those that are nobody's. Throws what D1 throws. */
export async function readAmazonTotals(
  { d1 }: Pick<Deps, "d1">,
  span: DaySpan,
  filter: AmazonFilter,
): Promise<{ totals: CurrencyFigures[]; unassigned: CurrencyFigures[] }> {
  const { results } = await d1
    .prepare(
      `SELECT r.currency, s.creator_id IS NULL AS nobodys, ${FIGURE_SUMS} FROM ${ROWS} GROUP BY 1, 2 ORDER BY 1, 2`,
    )
    .bind(...valuesOf(span, filter))
    .all<CurrencyFigures & { nobodys: number }>();
  const rows = results.map(({ nobodys, ...figures }) => ({ nobodys: nobodys === 1, figures }));
  const byCurrency = Map.groupBy(
    rows.map(({ figures }) => figures),
    ({ currency }) => currency,
  );
  return {
    totals: [...byCurrency].map(([currency, own]) => ({ currency, ...sumFigures(own) })),
    unassigned: rows.filter(({ nobodys }) => nobodys).map(({ figures }) => figures),
  };
}
