import { metric } from "./metric.ts";

/** In one statement, so that a monitor costs one. A sweep that is due and didn't begin waits since then. */
const SELECT = `
SELECT (SELECT count(*) FROM conversions_due WHERE kind = 'contact') AS waiting,
  (SELECT min(since) FROM conversions_due WHERE kind = 'contact') AS since,
  count(s.cursor) AS sweeps, min(iif(s.cursor IS NOT NULL, s.started_at, iif(s.next_at <= ?1, s.next_at, NULL))) AS sweepSince
FROM segment_sweeps s JOIN conversion_definitions d ON d.id = s.definition_id AND d.status = 'active'`;

/** How far contacts are looked at for the segments that definitions ask for, as metrics; `now` is ms UTC. */
export async function segmentMetrics(d1: D1Database, now: number): Promise<string[]> {
  const found = await d1
    .prepare(SELECT)
    .bind(now)
    .first<{ waiting: number; since: number | null; sweeps: number; sweepSince: number | null }>();
  const { waiting = 0, since = null, sweeps = 0, sweepSince = null } = found ?? {};
  const ageOf = (time: number | null): number => (time === null ? 0 : Math.max(0, now - time) / 1000);
  return [
    metric(
      "waymark_segment_contacts_waiting",
      "gauge",
      "Contacts that changed since segments were held against them.",
      [["", waiting]],
    ),
    metric("waymark_segment_lag_seconds", "gauge", "Since when the first of them waits; 0 without any.", [
      ["", ageOf(since)],
    ]),
    metric("waymark_segment_sweeps_open", "gauge", "Sweeps over all contacts of a store that are under way.", [
      ["", sweeps],
    ]),
    metric(
      "waymark_segment_sweep_age_seconds",
      "gauge",
      "Since the first of them began, or was to begin; 0 without any.",
      [["", ageOf(sweepSince)]],
    ),
  ];
}
