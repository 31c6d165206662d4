import { createIdSource } from "../../ground/id.ts";

/** Every kind of alarm there is; docs/operating.md says for each what to do. */
export const ALARM_KINDS = [
  "analytics_export_failing",
  "archive_damaged",
  "carrier_refused",
  "click_drift",
  "code_drift",
  "code_leak",
  "code_reused",
  "cron_failed",
  "drift_unchecked",
  "numbers_expiring",
  "orders_contested",
  "pool_exhausted",
  "rollup_drift",
  "segments_late",
  "settlement_failed",
  "shop_failing",
  "shop_privacy_request",
  "shop_webhooks_off",
  "tagging_silent",
  "visits_full",
  "visits_unarchived",
  "webhook_dead",
] as const;

/** One of {@link ALARM_KINDS}. */
export type AlarmKind = (typeof ALARM_KINDS)[number];

/** Something that a person should look at. */
export interface Alarm {
  kind: AlarmKind;
  /** What it is about, such as a day: with `kind`, what makes it the same alarm. */
  subject: string;
  /** The numbers behind it, as JSON. */
  detail: Record<string, unknown>;
}

/**
 * Raises an alarm at `now` (ms UTC), or brings the open one of its kind and subject up to date; one
 * that was resolved is open again. It is logged when it opens. Throws what D1 throws.
 */
export async function raiseAlarm(db: D1Database, alarm: Alarm, now: number): Promise<void> {
  const { kind, subject, detail } = alarm;
  const newId = createIdSource(
    () => now,
    (bytes) => crypto.getRandomValues(bytes),
  );
  const opened = await db
    .prepare(
      `INSERT INTO alarms (id, kind, subject, detail, raised_at, last_seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
       ON CONFLICT (kind, subject) DO UPDATE SET
         detail = excluded.detail, last_seen_at = excluded.last_seen_at,
         raised_at = iif(resolved_at IS NULL, raised_at, excluded.raised_at), resolved_at = NULL
       RETURNING raised_at = ?5 AS fresh`,
    )
    .bind(newId("alarm"), kind, subject, JSON.stringify(detail), now)
    .first<{ fresh: number }>();
  if (opened?.fresh === 1) console.error(JSON.stringify({ event: "alarm", kind, subject, detail }));
}

/** Resolves the alarm of this kind and subject, if one is open: its cause is gone. Throws what D1 throws. */
export async function clearAlarm(db: D1Database, kind: AlarmKind, subject: string, now: number): Promise<void> {
  await db
    .prepare("UPDATE alarms SET resolved_at = ?3 WHERE kind = ?1 AND subject = ?2 AND resolved_at IS NULL")
    .bind(kind, subject, now)
    .run();
}
