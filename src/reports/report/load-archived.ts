import { archivedEnds } from "../../clicks/archive/load-edges.ts";
import { Problem } from "../../ground/http/problem.ts";
import { momentSource } from "./clicks.ts";
import type { CountQuery } from "./count.ts";
import { DAY_MS, HOUR_MS, type MomentSpan, type ReportRange } from "../../ground/time/range.ts";

/** Offsets `z` of all zones that count, as they are at `?1`; local time is so far into its day. */
const INTO_DAY = `(?1 + z.offset_ms) % ${DAY_MS}`;
const ZONES_THEN = `zone_offsets z CROSS JOIN click_archives a
  WHERE z.from_at <= ?1 AND z.to_at > ?1 AND (z.zone = 'UTC' OR z.zone IN (SELECT timezone FROM stores))
    AND ${INTO_DAY} <> 0 AND a.verified_at IS NOT NULL`;

/** Whether the rest of a local day that begins at a moment has archived clicks. An hour more, as clocks may be set back in it. */
const CUT_AT_START = `SELECT EXISTS (SELECT 1 FROM ${ZONES_THEN}
  AND a.latest >= ?1 AND a.earliest < ?1 + ${DAY_MS + HOUR_MS} - ${INTO_DAY}) AS found`;
const CUT_AT_END = `SELECT EXISTS (SELECT 1 FROM ${ZONES_THEN}
  AND a.earliest < ?1 AND a.latest >= ?1 - ${HOUR_MS} - ${INTO_DAY}) AS found`;

const ANY_BETWEEN = `SELECT EXISTS (SELECT 1 FROM click_archives
  WHERE verified_at IS NOT NULL AND earliest < ?2 AND latest >= ?1) AS found`;

/** What can't be told, by the fields of the query that ask for it. */
interface Loss {
  paths: string[];
  message: string;
}

/**
 * Throws a `Problem` (422) if what was read can't be exact, because only the log could tell of clicks that have
 * left it. Ask *after* the report was read, see {@link archivedEnds}.
 */
export async function refuseArchived(d1: D1Database, { periods, ...query }: CountQuery): Promise<void> {
  for (const { span, previous } of periods) {
    if (span.by === "days") continue;
    const loss = await lossIn(d1, span, query);
    refuse(previous === 1 && loss.paths.length > 0 ? { ...loss, paths: ["compare"] } : loss);
  }
}

/** The same for a report that is read by hours. */
export async function refuseCutHours(d1: D1Database, range: ReportRange): Promise<void> {
  refuse(await cutHours(d1, range));
}

function refuse({ paths, message }: Loss): void {
  if (paths.length === 0) return;
  throw new Problem(
    "range_archived",
    `${paths.join(" and ")} ${message}`,
    paths.map((path) => ({ path, message })),
  );
}

async function lossIn(
  d1: D1Database,
  span: MomentSpan,
  query: Pick<CountQuery, "dimension" | "interval">,
): Promise<Loss> {
  const isFound = async (sql: string, ...values: number[]): Promise<boolean> =>
    (await d1
      .prepare(sql)
      .bind(...values)
      .first<number>("found")) === 1;
  switch (momentSource(query)) {
    case "hours":
      return cutHours(d1, span);
    case "log": {
      const isLost = await isFound(ANY_BETWEEN, span.from, span.to);
      return { paths: isLost ? ["interval"] : [], message: "can't be hour: clicks of that time are archived" };
    }
    case "days": {
      const [start, end] = await Promise.all([isFound(CUT_AT_START, span.from), isFound(CUT_AT_END, span.to)]);
      return {
        paths: [...(start ? ["from"] : []), ...(end ? ["to"] : [])],
        message: "must be where a day begins in each store's time zone: clicks of that time are archived",
      };
    }
  }
}

async function cutHours(d1: D1Database, range: ReportRange): Promise<Loss> {
  return {
    paths: await archivedEnds(d1, range),
    message: "must be a full hour (UTC): clicks of that time are archived",
  };
}
