import { packJson } from "../../ground/db/pack.ts";
import { mustHold } from "../../ground/db/premise.ts";
import type { Deps } from "../../ground/deps.ts";
import { TOLD_APART } from "./figures-store.ts";
import type { Deletion } from "./schema.ts";
import { STANDING } from "./store.ts";

/** What goes with definitions. */
export type History = Pick<Deletion, "conversions" | "converters" | "earned">;

const NONE: History = { conversions: 0, converters: 0, earned: 0 };

/** What goes with each of these definitions, by id; whoever it is that converted is told apart within one. */
export async function historiesOf({ d1 }: Pick<Deps, "d1">, ids: readonly string[]): Promise<(id: string) => History> {
  const { results } = await d1
    .prepare(
      `SELECT definition_id AS id, count(*) AS conversions, count(DISTINCT iif(${TOLD_APART}, subject, NULL)) AS converters,
         sum(commission IN ('pending', 'approved')) AS earned
       FROM conversions WHERE definition_id IN (SELECT value FROM json_each(?1)) GROUP BY definition_id`,
    )
    .bind(JSON.stringify(ids))
    .all<History & { id: string }>();
  const byId = new Map(results.map(({ id, ...history }) => [id, history]));
  return (id) => byId.get(id) ?? NONE;
}

/** SQL: definitions `d` that listen, or may come to, and wait for one of `?1` (JSON) without being one. */
const WAITING = `d.status <> 'archived' AND d.listens GLOB '*,conversion,*' AND ${STANDING}
  AND d.id NOT IN (SELECT value FROM json_each(?1)) AND EXISTS (
    SELECT 1 FROM json_each(d.triggers) t WHERE t.value ->> 'definitionId' IN (SELECT value FROM json_each(?1)))`;

/** The drafts and active definitions that wait for conversions of these, and are none of them. */
export async function waitingFor(
  { d1 }: Pick<Deps, "d1">,
  ids: readonly string[],
): Promise<{ id: string; name: string }[]> {
  const { results } = await d1
    .prepare(`SELECT d.id, d.name FROM conversion_definitions d WHERE ${WAITING} ORDER BY d.id LIMIT 10`)
    .bind(JSON.stringify(ids))
    .all<{ id: string; name: string }>();
  return results;
}

/**
 * Statements by which definitions are gone for whoever asks: they listen no more, their keys are free, nothing is paid
 * for them from `now` (ms UTC) on, and their history is due to go. They break their batch off if anything was recorded
 * for them or waits for them by now, or if they aren't as they were.
 */
export function deleteDefinitions(
  { d1 }: Pick<Deps, "d1">,
  rows: readonly { id: string; version: number }[],
  { conversions, actor, now }: { conversions: number; actor: string; now: number },
): D1PreparedStatement[] {
  const ids = JSON.stringify(rows.map(({ id }) => id));
  const versions = JSON.stringify(rows.map(({ id, version }) => ({ id, version })));
  return [
    mustHold(
      d1,
      `(SELECT count(*) FROM json_each(?1) w JOIN conversion_definitions d
          ON d.id = w.value ->> 'id' AND d.version = w.value ->> 'version') = json_array_length(?1)`,
      versions,
    ),
    mustHold(
      d1,
      `(SELECT count(*) FROM conversions WHERE definition_id IN (SELECT value FROM json_each(?1))) = ?2
       AND NOT EXISTS (SELECT 1 FROM conversion_definitions d WHERE ${WAITING})`,
      ids,
      conversions,
    ),
    d1
      .prepare(
        `INSERT INTO conversions_due (kind, id, store_id, mark, attempts, since, next_at)
         SELECT 'deletion', d.id, d.store_id, 1, 0, ?2, 0 FROM json_each(?1) w
         JOIN conversion_definitions d ON d.id = w.value`,
      )
      .bind(ids, now),
    d1
      .prepare(
        `UPDATE conversion_definitions SET status = 'archived', key = id, archived_at = coalesce(archived_at, ?2),
           version = version + 1, updated_at = ?2 WHERE id IN (SELECT value FROM json_each(?1))`,
      )
      .bind(ids, now),
    d1.prepare("DELETE FROM segment_sweeps WHERE definition_id IN (SELECT value FROM json_each(?1))").bind(ids),
    d1.prepare("DELETE FROM conversion_backfills WHERE definition_id IN (SELECT value FROM json_each(?1))").bind(ids),
    ...endRates(d1, ids, actor, now),
  ];
}

/** Statements after which plans pay nothing for definitions (JSON) from `now` on; what they paid before stays to be read. */
function endRates(d1: D1Database, ids: string, actor: string, now: number): D1PreparedStatement[] {
  return [
    d1
      .prepare(
        "DELETE FROM conversion_rates WHERE definition_id IN (SELECT value FROM json_each(?1)) AND effective_from >= ?2",
      )
      .bind(ids, now),
    d1
      .prepare(
        `INSERT INTO conversion_rates (plan_id, definition_id, effective_from, amount_minor, currency, hold_days, actor, created_at)
         SELECT plan_id, definition_id, ?2, 0, currency, NULL, ?3, ?2 FROM conversion_rates r
         WHERE definition_id IN (SELECT value FROM json_each(?1)) AND amount_minor > 0 AND effective_from = (
           SELECT max(x.effective_from) FROM conversion_rates x
           WHERE x.plan_id = r.plan_id AND x.definition_id = r.definition_id)`,
      )
      .bind(ids, now, actor),
  ];
}

/** Definitions whose history is due to go by `now` (ms UTC), those that wait longest first; or these of them. */
export async function dueDeletions(
  { d1 }: Pick<Deps, "d1">,
  now: number,
  ids: readonly string[] | null,
): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT id FROM conversions_due WHERE kind = 'deletion' AND next_at <= ?1
         AND (?2 IS NULL OR id IN (SELECT value FROM json_each(?2))) ORDER BY next_at, id LIMIT 100`,
    )
    .bind(now, ids === null ? null : JSON.stringify(ids))
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

/** SQL: a conversion `v` that was decided on, and the books haven't heard of it yet: what is owed is booked first. */
const UNBOOKED = `v.commission IN ('approved', 'declined')
  AND EXISTS (SELECT 1 FROM conversions_due x WHERE x.kind = 'settlement' AND x.id = v.id)`;

/** Some conversions of a definition that may go. */
export async function removableOf({ d1 }: Pick<Deps, "d1">, definitionId: string, limit: number): Promise<string[]> {
  const { results } = await d1
    .prepare(`SELECT v.id FROM conversions v WHERE v.definition_id = ?1 AND NOT (${UNBOOKED}) LIMIT ?2`)
    .bind(definitionId, limit)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

/** Statements that remove conversions, with all but what the ledger has of them. They break off if one was decided on meanwhile. */
export function removeConversions({ d1 }: Pick<Deps, "d1">, ids: readonly string[]): D1PreparedStatement[] {
  return packJson(ids).flatMap((json) => [
    mustHold(
      d1,
      `NOT EXISTS (SELECT 1 FROM json_each(?1) w JOIN conversions v ON v.id = w.value WHERE ${UNBOOKED})`,
      json,
    ),
    d1
      .prepare("DELETE FROM conversion_commissions WHERE conversion_id IN (SELECT value FROM json_each(?1))")
      .bind(json),
    d1
      .prepare(
        `DELETE FROM conversions_due WHERE kind IN ('conversion', 'settlement')
           AND id IN (SELECT value FROM json_each(?1))`,
      )
      .bind(json),
    d1.prepare("DELETE FROM conversions WHERE id IN (SELECT value FROM json_each(?1))").bind(json),
  ]);
}

/** Statements that remove a definition. They break their batch off if it has conversions. */
export function removeDefinition({ d1 }: Pick<Deps, "d1">, id: string): D1PreparedStatement[] {
  return [
    mustHold(d1, "NOT EXISTS (SELECT 1 FROM conversions WHERE definition_id = ?1)", id),
    d1.prepare("DELETE FROM segment_sweeps WHERE definition_id = ?1").bind(id),
    d1.prepare("DELETE FROM conversion_backfills WHERE definition_id = ?1").bind(id),
    d1.prepare("DELETE FROM conversion_definitions WHERE id = ?1").bind(id),
    d1.prepare("DELETE FROM conversions_due WHERE kind = 'deletion' AND id = ?1").bind(id),
  ];
}

/** Has a definition looked at again at `nextAt` (ms UTC): something of it has to be booked first. */
export async function putOffDeletion({ d1 }: Pick<Deps, "d1">, id: string, nextAt: number): Promise<void> {
  await d1
    .prepare("UPDATE conversions_due SET attempts = attempts + 1, next_at = ?2 WHERE kind = 'deletion' AND id = ?1")
    .bind(id, nextAt)
    .run();
}
