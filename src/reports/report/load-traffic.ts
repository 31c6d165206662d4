import type { Contribution, Counts } from "../../clicks/log/contribution.ts";
import { clickLogs } from "../../clicks/log/logs-store.ts";
import { MARKS, ROWS_ENDS } from "../../clicks/log/tail-store.ts";
import { belongsTo } from "../../ground/db/belongs.ts";
import { packJson } from "../../ground/db/pack.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { ReportFilter } from "./filter.ts";
import { Bindings, unionAll } from "./bindings.ts";
import { contributionsIn, MOST_TRIES, readSpan, readWaiting, spendingOf, tooBusy } from "./load-log.ts";
import { HOUR_MS, INTERVAL_MS, type Interval, type ReportRange, type Span } from "../../ground/time/range.ts";
import type { TrafficRow } from "./schema.ts";

/** The links whose traffic is asked for; a filter left out holds for all. */
type LinkFilter = Pick<ReportFilter, "store" | "campaign" | "creator" | "link">;

const NOTHING: Span = { from: 0, to: 0 };

const LINK_OWNED = { campaign: "links.campaign_id", plan: "links.plan_id", creator: "links.creator_id" };

/** Links that pass the filter, deleted ones included: their clicks were counted. */
const PICKED = `picked AS MATERIALIZED (
  SELECT id FROM links
  WHERE (?3 IS NULL OR store_id = ?3) AND (?4 IS NULL OR ${belongsTo("?4", LINK_OWNED)})
    AND (?5 IS NULL OR creator_id = ?5) AND (?6 IS NULL OR id = ?6))`;

/** The buckets, which are columns of the roll-up too. */
const NAMES = [
  "counted",
  "bot",
  "prefetch",
  "head",
  "embedded",
  "duplicate",
  "inactive",
] as const satisfies readonly (keyof Counts)[];

/**
 * SQL of every count in the span, each once: whole hours from the roll-up, with what it has not read yet and the ends of
 * the span, which are summed up from the log in JSON (`texts`, bound). `?1`–`?2` are whole hours.
 */
const countsOf = (texts: readonly string[]): string => `WITH ${PICKED},
counts AS (
  SELECT h.hour AS time, ${NAMES.map((name) => `h.${name}`).join(", ")}
  FROM picked p CROSS JOIN click_hours h ON h.link_id = p.id AND h.hour >= ?1 AND h.hour < ?2
  UNION ALL ${unionAll(
    texts.map(
      (
        text,
      ) => `SELECT value ->> 1 AS time, ${NAMES.map((name, index) => `value ->> ${index + 2} AS ${name}`).join(", ")}
  FROM json_each(${text}) WHERE value ->> 0 IN (SELECT id FROM picked)`,
    ),
  )}
)`;

/** Clicks of the log by link and hour, in the order of {@link countsOf}: link, hour (ms UTC), and each count. */
class HourCounts {
  readonly #counts = new Map<string, [linkId: string, hour: number, ...counts: number[]]>();

  add({ linkId, time, counts }: Contribution): void {
    const hour = time - (time % HOUR_MS);
    const key = `${linkId} ${hour}`;
    const sum = this.#counts.get(key);
    if (sum === undefined) this.#counts.set(key, [linkId, hour, ...NAMES.map((name) => counts[name])]);
    else for (const [index, name] of NAMES.entries()) sum[index + 2] = Number(sum[index + 2]) + counts[name];
  }

  texts(): string[] {
    return packJson([...this.#counts.values()]);
  }
}

/** SQL for the start of the interval that holds `time`; `NULL` for the whole span. */
function startOf(interval: Interval): string {
  return interval === "total" ? "NULL" : `time - time % ${INTERVAL_MS[interval]}`;
}

/**
 * Requests by bucket and interval, oldest first, with their total. Throws a `Problem`: 422 where the span cuts through an
 * hour of too many clicks, 503 where roll-ups come in between too often; and what D1 throws.
 */
export async function readTraffic(
  { env, now }: Pick<Deps, "env" | "now">,
  range: ReportRange,
  filter: LinkFilter,
  interval: Interval,
): Promise<{ data: TrafficRow[]; total: TrafficRow }> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const results = await readCounts(env, now(), range, filter, interval);
    if (results !== null) return summed(results, interval);
  }
  throw tooBusy();
}

type Summed = Pick<TrafficRow, (typeof NAMES)[number]> & { start: number | null };

/** The sums by interval; `null` if roll-ups came in between. */
async function readCounts(
  env: Env,
  now: number,
  range: ReportRange,
  filter: LinkFilter,
  interval: Interval,
): Promise<Summed[] | null> {
  const hours = range.hours ?? NOTHING;
  const logs = await clickLogs(env, now);
  const tail = await readWaiting(env, logs, now);
  const counts = new HourCounts();
  for (const click of contributionsIn(tail)) {
    if (click.time >= hours.from && click.time < hours.to) counts.add(click);
  }
  const spending = spendingOf("must be full hours (UTC): there are too many clicks beside them");
  for (const edge of range.edges) await readSpan(logs, edge, spending, (click) => counts.add(click));

  const bindings = new Bindings();
  for (const value of [hours.from, hours.to]) bindings.add(value);
  for (const name of ["store", "campaign", "creator", "link"] as const) bindings.add(filter[name] ?? null);
  const texts = counts.texts();
  const sql = `${countsOf((texts.length === 0 ? ["[]"] : texts).map((text) => bindings.add(text)))}
    SELECT ${startOf(interval)} AS start, ${NAMES.map((name) => `sum(${name}) AS ${name}`).join(", ")}
    FROM counts GROUP BY 1 ORDER BY 1`;
  const [stands, found] = await env.DB.batch<Summed & { stands: number }>([
    env.DB.prepare(`SELECT ${MARKS} = ?1 AND (?2 IS NULL OR ${ROWS_ENDS} = ?2) AS stands`).bind(
      tail.marks,
      range.edges.length === 0 ? null : tail.rowsEnds,
    ),
    env.DB.prepare(sql).bind(...bindings.values),
  ]);
  return stands?.results[0]?.stands === 1 ? (found?.results ?? []) : null;
}

function summed(results: readonly Summed[], interval: Interval): { data: TrafficRow[]; total: TrafficRow } {
  const total: TrafficRow = {
    start: null,
    requests: 0,
    counted: 0,
    bot: 0,
    prefetch: 0,
    head: 0,
    embedded: 0,
    duplicate: 0,
    inactive: 0,
  };
  const data = results.map(({ start, ...buckets }) => {
    const requests = Object.values(buckets).reduce((sum, count) => sum + count, 0);
    const row: TrafficRow = { start: isoOf(start), requests, ...buckets };
    for (const name of ["requests", "counted", "bot", "prefetch", "head", "embedded", "duplicate", "inactive"] as const)
      total[name] += row[name];
    return row;
  });
  return { data: interval === "total" && data.length === 0 ? [{ ...total }] : data, total };
}
