import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { Problem } from "../../ground/http/problem.ts";
import { dayAfter, type DaySpan, daysOf, reportSpan, spanBefore } from "../../ground/time/range.ts";
import { ensureStoreZones } from "../../ground/time/zones-store.ts";
import type { Counted as CountedBy } from "../report/dimension.ts";
import { readPages, todayIn } from "../report/load-pages.ts";
import { EVERY_ROW, type PageQuery } from "../report/page-statement.ts";
import { pageOf, type ReportNumbers } from "../report/rows.ts";
import { readRollups } from "../rollup/store.ts";
import { amountsOf, type StoreCounted, storeFigures, totalFigures } from "./figures.ts";
import { goalDays, type GoalDay } from "./load-goals.ts";
import type { SummaryQuery, SummaryReport } from "./schema.ts";

/** Days that a summary covers at most. */
const MAX_DAYS = 366;

/** Stores that it tells of at most. */
const MAX_STORES = 1_000;

/** The numbers of what came to nothing. */
const NOTHING: ReportNumbers = pageOf([], false).total;

interface StoreRow {
  id: string;
  name: string;
  currency: string;
  deleted: number;
  state: "connected" | "failing" | "disconnected" | null;
  lastOrderAt: number | null;
  lastPollAt: number | null;
}

const STORES = `SELECT s.id, s.name, s.currency, s.deleted_at IS NOT NULL AS deleted, c.state, c.last_order_at AS lastOrderAt,
    c.last_poll_at AS lastPollAt
  FROM stores s LEFT JOIN shop_connections c ON c.store_id = s.id WHERE ?1 IS NULL OR s.id = ?1`;

/**
 * What stores came to, from the same sums as all reports. Throws a `Problem`: 422 for a span that is empty or longer than a
 * year, 503 where roll-ups come in between too often; and what D1 throws.
 */
export async function readSummary(deps: Deps, query: SummaryQuery): Promise<SummaryReport> {
  const { d1, env } = deps;
  const span = await spanOf(deps, query);
  const before = query.compare === "previous" ? spanBefore(span) : null;
  await ensureStoreZones(d1);
  const [[byStore, byDay], goals, goalsBefore, { results: known }, rollups] = await Promise.all([
    readPages(deps, [storesQuery(query, span, before), seriesQuery(query, span)] as const),
    goalDays(d1, span, query.store),
    before === null ? [] : goalDays(d1, before, query.store),
    d1
      .prepare(STORES)
      .bind(query.store ?? null)
      .all<StoreRow>(),
    readRollups(env, deps.now()),
  ]);

  const rows = new Map(byStore.rows.map((row) => [row.key, row]));
  const shown = known.filter(({ id, deleted }) => deleted === 0 || rows.has(id));
  const ids = [...shown.map(({ id }) => id), ...(rows.has("") ? [""] : [])];
  const countedOf = (id: string, isBefore: boolean): StoreCounted => ({
    numbers: (isBefore ? rows.get(id)?.previous : rows.get(id)) ?? NOTHING,
    conversions: conversionsOf(isBefore ? goalsBefore : goals, id),
    currency: currencyOf(id),
  });
  const currencyOf = (id: string): string | null =>
    id === "" ? null : (query.currency ?? shown.find((store) => store.id === id)?.currency ?? null);
  const allOf = (numbers: ReportNumbers, isBefore: boolean) =>
    totalFigures(
      { numbers, conversions: conversionsOf(isBefore ? goalsBefore : goals, null) },
      ids.map((id) => countedOf(id, isBefore)),
    );

  return {
    from: span.first,
    to: span.last,
    before: before === null ? null : { from: before.first, to: before.last },
    stores: ids
      .map((id) => {
        const store = shown.find((row) => row.id === id);
        return {
          storeId: id === "" ? null : id,
          name: store?.name ?? null,
          currency: currencyOf(id),
          ...storeFigures(countedOf(id, false)),
          before: before === null ? null : storeFigures(countedOf(id, true)),
          shop: store === undefined ? null : shopOf(store),
        };
      })
      .toSorted((a, b) => b.clicks - a.clicks || ((a.storeId ?? "") < (b.storeId ?? "") ? -1 : 1)),
    total: {
      ...allOf(byStore.total, false),
      before: before === null ? null : allOf(byStore.total.previous ?? NOTHING, true),
    },
    series: seriesOf(span, new Map(byDay.rows.map((row) => [row.start, row])), goals),
    freshness: {
      asOf: isoOf(deps.now()),
      clicks: lagOf(rollups.clicks),
      orders: lagOf(rollups.orders),
      rebuilding: rollups.rebuilds.length > 0,
    },
  };
}

/** The days that are asked for. Throws a `Problem` (422). */
async function spanOf(deps: Deps, { from, to, store }: SummaryQuery): Promise<DaySpan> {
  const today = to ?? (await todayIn(deps, store));
  const span = reportSpan(from, to, { interval: "day", today, now: deps.now() });
  if (span?.by !== "days" || daysOf(span) > MAX_DAYS) {
    throw Problem.invalid("to", "must come after from, by a year at most");
  }
  return span;
}

/** What pages of a summary have in common. */
function queryOf<Of extends CountedBy>(dimension: Of, { store, currency }: SummaryQuery, limit: number) {
  return { ...EVERY_ROW, dimension, filter: { store }, limit, currency: currency ?? null };
}

function storesQuery(query: SummaryQuery, span: DaySpan, before: DaySpan | null): PageQuery<"stores"> {
  return {
    ...queryOf("stores", query, MAX_STORES),
    interval: "total",
    sort: { by: "clicks", descending: true },
    periods: [
      { span, previous: 0, shift: 0 },
      ...(before === null ? [] : [{ span: before, previous: 1, shift: 0 } as const]),
    ],
  };
}

function seriesQuery(query: SummaryQuery, span: DaySpan): PageQuery<"all"> {
  return {
    ...queryOf("all", query, MAX_DAYS),
    interval: "day",
    sort: { by: "start", descending: false },
    periods: [{ span, previous: 0, shift: 0 }],
  };
}

/** How many conversions there are of a store; `null`: of all. */
function conversionsOf(goals: readonly GoalDay[], storeId: string | null): number {
  return goals.reduce((sum, goal) => sum + (storeId === null || goal.storeId === storeId ? goal.conversions : 0), 0);
}

function seriesOf(
  span: DaySpan,
  rows: ReadonlyMap<string | number, ReportNumbers>,
  goals: readonly GoalDay[],
): SummaryReport["series"] {
  const goalsOf = Map.groupBy(goals, ({ day }) => day);
  return Array.from({ length: daysOf(span) }, (_none, index) => {
    const day = dayAfter(span.first, index);
    const numbers = rows.get(day) ?? NOTHING;
    return {
      day,
      clicks: numbers.clicks,
      conversions: conversionsOf(goalsOf.get(day) ?? [], null),
      sales: numbers.conversions,
      amounts: amountsOf(numbers).map(({ currency, salesMinor, commissionMinor }) => {
        return { currency, salesMinor, commissionMinor };
      }),
    };
  });
}

function shopOf({ state, lastOrderAt, lastPollAt }: StoreRow): SummaryReport["stores"][number]["shop"] {
  return state === null ? null : { state, lastOrderAt: isoOf(lastOrderAt), lastPollAt: isoOf(lastPollAt) };
}

function lagOf({ waiting, lagSeconds, ranAt }: { waiting: number; lagSeconds: number | null; ranAt: string | null }) {
  return { waiting, lagSeconds, rolledUpAt: ranAt };
}
