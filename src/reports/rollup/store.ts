import { clickLogs, nameOfLog } from "../../clicks/log/logs-store.ts";
import { readWaiting } from "../../clicks/log/waiting-store.ts";
import { mustHold } from "../../ground/db/premise.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { loadState } from "./load-sums.ts";
import type { RebuildRow } from "./rebuild-run.ts";
import type { Rebuild, Rollups } from "./schema.ts";

/** Ids of links, by which rebuilds of one link alone are kept. */
const IS_LINK = "store_id GLOB 'lnk_*'";

/** SQL: how many rows a rebuild is about; `condition` is on their ids. */
const countOf = (table: "links" | "orders", condition: string): string =>
  `(SELECT count(*) FROM ${table} t WHERE (r.store_id IN ('', t.store_id) OR t.id = r.store_id) AND ${condition})`;

const REBUILDS = `SELECT iif(${IS_LINK} OR store_id = '', NULL, store_id) AS storeId, iif(${IS_LINK}, store_id, NULL) AS linkId,
    reason, step, requested_at AS requestedAt, updated_at AS updatedAt,
    iif(step = 'clicks', ${countOf("links", "t.id <= r.done")}, ${countOf("orders", "t.id <= r.done")}) AS done,
    iif(step = 'clicks', ${countOf("links", "true")}, ${countOf("orders", "true")}) AS total
  FROM rollup_rebuilds r ORDER BY requested_at, store_id`;

const TIMES = `SELECT (SELECT updated_at FROM watermarks WHERE name = 'clicks') AS clicksAt,
    (SELECT count(*) FROM order_rollups_due) AS ordersWaiting,
    (SELECT updated_at FROM watermarks WHERE name = 'orders') AS ordersAt`;

interface Times {
  clicksAt: number | null;
  ordersWaiting: number;
  ordersAt: number | null;
}

type CountedRebuild = Omit<Rebuild, "requestedAt" | "updatedAt"> & Pick<RebuildRow, "requestedAt" | "updatedAt">;

/** How far roll-ups are at `now` (ms UTC). Throws what D1 throws. */
export async function readRollups(env: Env, now: number): Promise<Rollups> {
  const d1 = env.DB;
  const [{ marks }, { all: logs }] = await Promise.all([loadState(d1), clickLogs(env, now)]);
  const state = await d1.prepare(TIMES).first<Times>();
  if (state === null) throw new Error("no state of the roll-ups");
  const { results } = await d1.prepare(REBUILDS).all<CountedRebuild>();
  const secondsSince = (time: number | null) => (time === null ? null : Math.max(0, now - time) / 1000);
  const databases = await Promise.all(
    logs.map(async (log) => {
      const watermark = marks.get(log.number) ?? 0;
      const { clicks, oldest } = await readWaiting(log, watermark);
      return { name: nameOfLog(log), watermark, waiting: clicks, lagSeconds: secondsSince(oldest ?? now) ?? 0 };
    }),
  );
  return {
    clicks: {
      watermark: marks.get(0) ?? 0,
      waiting: databases.reduce((sum, { waiting }) => sum + waiting, 0),
      lagSeconds: Math.max(...databases.map(({ lagSeconds }) => lagSeconds)),
      ranAt: isoOf(state.clicksAt),
      databases,
    },
    orders: {
      waiting: state.ordersWaiting,
      lagSeconds: state.ordersWaiting === 0 ? 0 : secondsSince(state.ordersAt),
      ranAt: isoOf(state.ordersAt),
    },
    rebuilds: results.map((row) => ({
      ...row,
      requestedAt: isoOf(row.requestedAt),
      updatedAt: isoOf(row.updatedAt),
    })),
  };
}

/** Statement that breaks its batch off if a rebuild of the store (`''`: of all), or of all, is under way. */
export function mustBeIdle(d1: D1Database, scope: string): D1PreparedStatement {
  return mustHold(d1, `NOT ${IS_BUSY}`, scope);
}

const IS_BUSY = "EXISTS (SELECT 1 FROM rollup_rebuilds WHERE store_id IN (?1, ''))";

/** What a rebuild of a store (`''`: of all) would find. */
export interface RebuildScope {
  /** Whether there is, or was, such a store: a deleted one has its reports. */
  known: boolean;
  /** Whether a rebuild of it, or of all, is under way. */
  busy: boolean;
  links: number;
}

/** Looks up what a rebuild would find. Throws what D1 throws. */
export async function readScope(d1: D1Database, scope: string): Promise<RebuildScope> {
  const found = await d1
    .prepare(
      `SELECT ?1 = '' OR EXISTS (SELECT 1 FROM stores WHERE id = ?1) AS known, ${IS_BUSY} AS busy,
         (SELECT count(*) FROM links WHERE ?1 IN ('', store_id)) AS links`,
    )
    .bind(scope)
    .first<Record<keyof RebuildScope, number>>();
  if (found === null) throw new Error("no scope of a rebuild");
  return { known: found.known === 1, busy: found.busy === 1, links: found.links };
}
