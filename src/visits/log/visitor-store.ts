import type { Deps } from "../../ground/deps.ts";
import type { LoggedEvent } from "../../ground/model/visit.ts";
import { spanOfDay } from "../forget/days.ts";
import { unpackEvents } from "./pack.ts";

const DAY_MS = 86_400_000;

/** Days that are looked back on. */
const DAYS = 90;

/** Rows of the log that are unpacked for one visitor at most, and together. */
const ROWS = 2_000;
const TOGETHER = 50;

/** A visitor of a store: the keyed hash under which they are known there. */
export interface Named {
  storeId: string;
  visitorHash: string;
}

/**
 * What the log has of a visitor on their days (2026-11-30), which are given from the last to the first, the newest first:
 * as far as it may take until `deadline` (ms UTC). `complete`: whether that is all. Throws what D1 throws.
 */
export async function loggedOf(
  { d1, now }: Pick<Deps, "d1" | "now">,
  { storeId, visitorHash }: Named,
  days: readonly string[],
  deadline: number,
): Promise<{ events: LoggedEvent[]; complete: boolean }> {
  const events: LoggedEvent[] = [];
  const since = now() - DAYS * DAY_MS;
  const first = days.at(-1);
  const newest = days[0];
  if (first === undefined || newest === undefined) return { events, complete: true };
  let place = { latest: spanOfDay(newest).to, seq: 0 };
  const from = Math.max(since, spanOfDay(first).from);
  for (let read = 0; read < ROWS && now() < deadline; read += TOGETHER) {
    const { results } = await d1
      .prepare(
        `SELECT seq, earliest, latest, facts FROM visit_log WHERE store_id = ?1 AND latest >= ?3
         AND (latest, seq) < (?4, ?5) AND instr(facts, ?2) > 0 ORDER BY latest DESC, seq DESC LIMIT ${TOGETHER}`,
      )
      .bind(storeId, visitorHash, from, place.latest, place.seq)
      .all<{ seq: number; earliest: number; latest: number; facts: string }>();
    for (const row of results) {
      events.push(...unpackEvents(row).filter((event) => event.visitorHash === visitorHash && event.time >= since));
    }
    const last = results.at(-1);
    if (last === undefined || results.length < TOGETHER) return { events, complete: true };
    place = last;
  }
  return { events, complete: false };
}
