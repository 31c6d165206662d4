import type { EventRow } from "./delivery-store.ts";

/** Deliveries that one run takes, and of them to one endpoint. */
const TAKEN_A_RUN = 400;
const TAKEN_AN_ENDPOINT = 100;

/** A delivery that is this run's. */
interface Taken {
  endpointId: string;
  seq: number;
  /** Made before. */
  attempts: number;
}

/** What one endpoint gets in a run, in the order in which it happened. */
export interface Turn {
  endpoint: { id: string; url: string; secretSealed: string };
  deliveries: { event: EventRow; attempts: number }[];
}

/**
 * Takes what is due at `now` (ms UTC) and puts it off until `claim` (ms UTC), in one statement: no two runs take
 * the same. Throws what D1 throws.
 */
export async function takeTurns(d1: D1Database, now: number, claim: number): Promise<Turn[]> {
  return readTurns(d1, await takeDue(d1, now, claim));
}

/**
 * Takes what is due at `now` (ms UTC) until `claim` (ms UTC): of each endpoint the earliest events. The index is
 * named, for SQLite would rather read all deliveries there are in the order of the partition.
 */
async function takeDue(d1: D1Database, now: number, claim: number): Promise<Taken[]> {
  const { results } = await d1
    .prepare(
      `UPDATE webhook_deliveries SET next_at = ?2 WHERE rowid IN (
         SELECT id FROM (
           SELECT rowid AS id, row_number() OVER (PARTITION BY endpoint_id ORDER BY event_seq) AS place
           FROM webhook_deliveries INDEXED BY webhook_deliveries_next WHERE next_at <= ?1)
         WHERE place <= ${TAKEN_AN_ENDPOINT} ORDER BY place LIMIT ${TAKEN_A_RUN})
       RETURNING endpoint_id AS endpointId, event_seq AS seq, attempts`,
    )
    .bind(now, claim)
    .all<Taken>();
  return results.toSorted((a, b) => a.seq - b.seq);
}

/**
 * Puts together what each endpoint gets, by chance first or last: where many take their time, it isn't always the
 * same that come too late. One that isn't live by now gets nothing: what waits for it rests.
 */
async function readTurns(d1: D1Database, taken: readonly Taken[]): Promise<Turn[]> {
  if (taken.length === 0) return [];
  const byEndpoint = Map.groupBy(taken, ({ endpointId }) => endpointId);
  const [endpoints, events] = await d1.batch<Record<string, unknown>>([
    d1
      .prepare(
        `SELECT id, url, secret_sealed AS secretSealed FROM webhook_endpoints
         WHERE id IN (SELECT value FROM json_each(?1)) AND deleted_at IS NULL AND disabled = 0
         ORDER BY random()`,
      )
      .bind(JSON.stringify([...byEndpoint.keys()])),
    d1
      .prepare(
        `SELECT seq, type, store_id AS storeId, subject_id AS subjectId, data, time FROM events
         WHERE seq IN (SELECT value FROM json_each(?1))`,
      )
      .bind(JSON.stringify(taken.map(({ seq }) => seq))),
  ]);
  const bySeq = new Map(
    ((events?.results ?? []) as unknown as (EventRow & { data: string })[]).map((row): [number, EventRow] => [
      row.seq,
      { ...row, data: JSON.parse(row.data) as EventRow["data"] },
    ]),
  );
  return ((endpoints?.results ?? []) as unknown as Turn["endpoint"][]).map((endpoint) => ({
    endpoint,
    deliveries: (byEndpoint.get(endpoint.id) ?? []).flatMap(({ seq, attempts }) => {
      const event = bySeq.get(seq);
      return event === undefined ? [] : [{ event, attempts }];
    }),
  }));
}
