import { dayOf } from "../../edge/click/visitor.ts";

/** One database of the click log. */
export interface ClickLog {
  /** 0: `DB` itself; from 1 on: `CLICKS_1`, `CLICKS_2`, …. */
  number: number;
  d1: D1Database;
  /** Whether it has clicks as rows of which late ones may still be repeats. */
  hasRows: boolean;
}

/** The click log: all of its databases, and which of them a click belongs to. */
export interface ClickLogs {
  /** `DB` first: it has what was logged before there were others. */
  all: readonly ClickLog[];
  /**
   * The database of a link's clicks of a time (ms UTC). It is the same for a whole UTC day, whatever is changed in the
   * middle of it: what decides whether a click is its visitor's first is all in one place. Throws an `Error` if it isn't
   * bound.
   */
  logOf: (linkId: string, time: number) => ClickLog;
}

/** From a UTC day on, clicks are spread over so many databases. */
export interface ClickLayout {
  sinceDay: number;
  databases: number;
}

/** Databases at most: numbers of clicks tell them apart (see `sequence.ts`). */
export const MAX_LOGS = 63;

/** How long an isolate goes by what it has read of the layout, ms: far less than it is known beforehand. */
export const KNOWN_MS = 60_000;

const STATE = `SELECT json_group_array(json_array(since_day, databases)) AS layouts,
  EXISTS (SELECT 1 FROM click_rows WHERE bucket = 'counted' AND visitor_key IS NOT NULL)
    OR EXISTS (SELECT 1 FROM watermarks WHERE name = 'click_packing' AND value = 2) AS hasRows
FROM click_layouts`;

const known = new WeakMap<D1Database, { logs: ClickLogs; readAt: number }>();

/** The databases that are bound beside `DB`, in their order. */
export function boundLogs(env: Env): D1Database[] {
  const bound: D1Database[] = [];
  for (let number = 1; number <= MAX_LOGS; number++) {
    const d1 = Reflect.get(env, `CLICKS_${number}`) as D1Database | undefined;
    if (d1 === undefined) break;
    bound.push(d1);
  }
  return bound;
}

/** The name that a database of the log is bound by. */
export function nameOfLog({ number }: ClickLog): string {
  return number === 0 ? "DB" : `CLICKS_${number}`;
}

/** The click log as it is laid out at `now` (ms UTC). Throws what D1 throws. */
export async function clickLogs(env: Env, now: number): Promise<ClickLogs> {
  const cached = known.get(env.DB);
  if (cached !== undefined && Math.abs(now - cached.readAt) < KNOWN_MS) return cached.logs;
  const state = await env.DB.prepare(STATE).first<{ layouts: string; hasRows: number }>();
  const layouts = (JSON.parse(state?.layouts ?? "[]") as [number, number][]).map(
    ([sinceDay, databases]): ClickLayout => ({ sinceDay, databases }),
  );
  const logs = logsOf(env.DB, boundLogs(env), layouts, state?.hasRows === 1);
  known.set(env.DB, { logs, readAt: now });
  return logs;
}

/** Forgets what is known of the layout: it was changed here. */
export function forgetLogs(env: Env): void {
  known.delete(env.DB);
}

function logsOf(db: D1Database, bound: readonly D1Database[], layouts: ClickLayout[], hasRows: boolean): ClickLogs {
  const main: ClickLog = { number: 0, d1: db, hasRows };
  const all = [main, ...bound.map((d1, index): ClickLog => ({ number: index + 1, d1, hasRows: false }))];
  const latestFirst = layouts.toSorted((a, b) => b.sinceDay - a.sinceDay);
  return {
    all,
    logOf: (linkId, time) => {
      const day = dayOf(time);
      const databases = latestFirst.find(({ sinceDay }) => sinceDay <= day)?.databases ?? 0;
      if (databases === 0) return main;
      const number = 1 + (hashOf(linkId) % databases);
      const log = all[number];
      if (log === undefined) throw new Error(`CLICKS_${number} isn't bound, but clicks are spread over ${databases}`);
      return log;
    },
  };
}

/** FNV-1a of a link's id, 32 bits: it must never change, for it says where clicks are. */
function hashOf(text: string): number {
  let hash = 0x811c_9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193);
  }
  return hash >>> 0;
}
