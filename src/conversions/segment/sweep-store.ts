import { activeDefinitions, type DefinitionRow } from "../definition/store.ts";

/** A sweep over all contacts of a store, as it is kept. */
export interface SweepRow {
  definitionId: string;
  /** The last contact that was looked at; empty: none yet; `null`: none is under way. */
  cursor: string | null;
  /** ms UTC. */
  startedAt: number;
  finishedAt: number | null;
  /** Conversions that it made. */
  met: number;
  nextAt: number | null;
}

const COLUMNS =
  "definition_id AS definitionId, cursor, started_at AS startedAt, finished_at AS finishedAt, met, next_at AS nextAt";

const ASKING = "d.status = 'active' AND d.listens GLOB '*,segment,*' AND d.effective_from <= ?1";

/**
 * Begins the sweeps that are to begin at `now` (ms UTC): of definitions that were activated since, and those whose day
 * has come. Writes nothing else.
 */
export async function beginSweeps(d1: D1Database, now: number): Promise<void> {
  await d1.batch([
    d1
      .prepare(
        `INSERT INTO segment_sweeps (definition_id, cursor, started_at, met)
         SELECT d.id, '', ?1, 0 FROM conversion_definitions d
         WHERE ${ASKING} AND NOT EXISTS (SELECT 1 FROM segment_sweeps s WHERE s.definition_id = d.id)`,
      )
      .bind(now),
    d1
      .prepare(
        `UPDATE segment_sweeps SET cursor = '', started_at = ?1, finished_at = NULL, met = 0, next_at = NULL
         WHERE cursor IS NULL AND next_at <= ?1
           AND EXISTS (SELECT 1 FROM conversion_definitions d WHERE d.id = definition_id AND ${ASKING})`,
      )
      .bind(now),
  ]);
}

/** A sweep that is under way, with its definition. */
export interface OpenSweep {
  cursor: string;
  startedAt: number;
  definition: DefinitionRow;
}

/** The sweeps that are under way, of active definitions, the oldest first. */
export async function openSweeps(d1: D1Database): Promise<OpenSweep[]> {
  const { results } = await d1
    .prepare(
      `SELECT s.cursor, s.started_at AS startedAt, d.id, d.store_id AS storeId
       FROM segment_sweeps s JOIN conversion_definitions d ON d.id = s.definition_id
       WHERE s.cursor IS NOT NULL AND d.status = 'active' ORDER BY s.started_at, d.id`,
    )
    .all<{ cursor: string; startedAt: number; id: string; storeId: string }>();
  if (results.length === 0) return [];
  const active = await activeDefinitions(
    d1,
    results.map(({ storeId }) => storeId),
  );
  const byId = new Map(active.map((definition) => [definition.id, definition]));
  return results.flatMap(({ id, cursor, startedAt }) => {
    const definition = byId.get(id);
    return definition === undefined ? [] : [{ cursor, startedAt, definition }];
  });
}

/** The ids of a store's contacts after one of them. */
export async function contactsAfter(d1: D1Database, storeId: string, after: string, limit: number): Promise<string[]> {
  const { results } = await d1
    .prepare("SELECT id FROM contacts WHERE store_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3")
    .bind(storeId, after, limit)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

/**
 * Moves a sweep on, or ends it (`cursor` is `null`), unless somebody else has moved it meanwhile. Answers whether it
 * was moved.
 */
export async function moveSweep(
  d1: D1Database,
  { definition, cursor: before, startedAt }: OpenSweep,
  { cursor, made, nextAt }: { cursor: string | null; made: number; nextAt: number | null },
  now: number,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE segment_sweeps SET cursor = ?4, met = met + ?5, finished_at = iif(?4 IS NULL, ?6, NULL), next_at = ?7
       WHERE definition_id = ?1 AND cursor = ?2 AND started_at = ?3`,
    )
    .bind(definition.id, before, startedAt, cursor, made, now, nextAt)
    .run();
  return meta.changes > 0;
}

/** Has a sweep that is under way come after all others, from where it stands, at `now` (ms UTC). */
export async function putSweepLast(
  d1: D1Database,
  { definition, startedAt }: Pick<OpenSweep, "definition" | "startedAt">,
  now: number,
): Promise<void> {
  await d1
    .prepare(
      `UPDATE segment_sweeps SET started_at = max(?3, started_at + 1)
       WHERE definition_id = ?1 AND cursor IS NOT NULL AND started_at = ?2`,
    )
    .bind(definition.id, startedAt, now)
    .run();
}

/** A definition's last sweep, with how many contacts its store has, and how many of them it has looked at. */
export async function findSweep(
  d1: D1Database,
  definitionId: string,
): Promise<(SweepRow & { contacts: number; seen: number }) | null> {
  return d1
    .prepare(
      `SELECT ${COLUMNS},
         (SELECT count(*) FROM contacts c WHERE c.store_id = d.store_id) AS contacts,
         (SELECT count(*) FROM contacts c WHERE c.store_id = d.store_id AND (cursor IS NULL OR c.id <= cursor)) AS seen
       FROM segment_sweeps JOIN conversion_definitions d ON d.id = definition_id WHERE definition_id = ?1`,
    )
    .bind(definitionId)
    .first<SweepRow & { contacts: number; seen: number }>();
}
