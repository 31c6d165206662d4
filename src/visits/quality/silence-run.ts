import { clearAlarm, raiseAlarm } from "../../journal/alarm/store.ts";
import { fullStores } from "../log/room-store.ts";
import { planOf } from "../plan/store.ts";
import { figuresOf } from "./figures.ts";
import { expectedOf } from "./planned.ts";
import { openSubjects, qualityRows, removeQualityBefore, taggedStores } from "./store.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** It is looked once in so many minutes: what has to be missed for a day is missed soon enough. */
const EVERY_MINUTES = 15;

/** Stores that are looked at together. */
const STORES_AT_ONCE = 20;

/** As far back as silence is judged, days, and a day more for its beginning. */
export const KNOWN_DAYS = 91;

/** For how long counts are kept, days. */
const KEPT_DAYS = 400;

/** The UTC day so many days before a time (ms UTC), such as 2026-11-30. */
export function dayBefore(now: number, days: number): string {
  return new Date(now - days * DAY_MS).toISOString().slice(0, 10);
}

/** The cron's job: {@link watchSilence} and {@link watchRoom} every quarter of an hour. */
export async function watchSilenceDue(env: Env, now: number): Promise<void> {
  if (Math.floor(now / MINUTE_MS) % EVERY_MINUTES !== 4) return;
  await watchSilence(env.DB, now);
  await watchRoom(env.DB, now);
}

/** The night's job: what is older than anybody looks at goes. */
export async function tidyQuality(env: Env, now: number): Promise<void> {
  await removeQualityBefore(env.DB, dayBefore(now, KEPT_DAYS));
}

/**
 * Raises the alarm `tagging_silent` for each planned event that used to come and doesn't any more at `now` (ms UTC), and
 * resolves those of events that came again, or that no active plan has any more. May be missed, doubled and interrupted.
 */
export async function watchSilence(d1: D1Database, now: number): Promise<void> {
  const silent = new Set<string>();
  let after = "";
  for (;;) {
    const storeIds = await taggedStores(d1, after, STORES_AT_ONCE);
    for (const subject of await raiseOf(d1, storeIds, now)) silent.add(subject);
    const last = storeIds.at(-1);
    if (last === undefined) break;
    after = last;
  }
  for (const subject of await openSubjects(d1, "tagging_silent")) {
    if (!silent.has(subject)) await clearAlarm(d1, "tagging_silent", subject, now);
  }
}

/**
 * Raises the alarm `visits_full` for each store of which nothing more is kept event by event on the day that it is at `now`
 * (ms UTC), and resolves it for the others.
 */
export async function watchRoom(d1: D1Database, now: number): Promise<void> {
  const full = new Set(await fullStores(d1, now));
  const detail = { day: new Date(now).toISOString().slice(0, 10) };
  for (const subject of full) await raiseAlarm(d1, { kind: "visits_full", subject, detail }, now);
  for (const subject of await openSubjects(d1, "visits_full")) {
    if (!full.has(subject)) await clearAlarm(d1, "visits_full", subject, now);
  }
}

/** Raises the alarms of some stores; answers their subjects. */
async function raiseOf(d1: D1Database, storeIds: readonly string[], now: number): Promise<string[]> {
  if (storeIds.length === 0) return [];
  const plans = await planOf(d1, storeIds, now);
  const rows = await qualityRows(d1, storeIds, dayBefore(now, KNOWN_DAYS));
  const subjects: string[] = [];
  for (const storeId of storeIds) {
    const plan = plans.get(storeId)?.[0];
    if (plan?.status !== "active") continue;
    const figures = figuresOf(expectedOf(plan), rows.get(storeId) ?? [], { from: dayBefore(now, 7), now });
    for (const { kind, rule, event, silentSince } of figures) {
      if (silentSince === null) continue;
      const subject = [storeId, kind, rule ?? ""].join(" ").trim();
      const detail = { storeId, planId: plan.id, kind, rule, event, silentSince: new Date(silentSince).toISOString() };
      await raiseAlarm(d1, { kind: "tagging_silent", subject, detail }, now);
      subjects.push(subject);
    }
  }
  return subjects;
}
