import { VISIT_DEAD_LETTER_QUEUE, VISIT_QUEUE } from "../queue-names.ts";
import { tidyRoom } from "./room-store.ts";

/** For so long what was told is known event by event, ms: events are told again within an hour. */
const SEEN_KEPT_MS = 2 * 3_600_000;

/** For so long it is known which messages were written, ms: longer than a queue may bring one again. */
export const WRITES_KEPT_MS = 14 * 86_400_000;

/** Rows of one statement at most, and how many times a run tidies so many. */
const ROWS_AT_ONCE = 500;
const MAX_STEPS = 100;

const EMPTY = `UPDATE visit_writes SET seen = '' WHERE seq IN
  (SELECT seq FROM visit_writes WHERE received_to < ?1 AND seen <> '' LIMIT ${ROWS_AT_ONCE})`;

// The last row stays: what is written next is planned on it.
const DELETE = `DELETE FROM visit_writes WHERE seq IN
  (SELECT seq FROM visit_writes WHERE received_to < ?1 AND seq < (SELECT max(seq) FROM visit_writes)
   LIMIT ${ROWS_AT_ONCE})`;

// Nobody can say any more whether such a one was written. It may have what pages told without consent, to the moment.
const LETTERS = `UPDATE dead_letters SET body = ''
  WHERE queue IN (SELECT value FROM json_each(?1)) AND received_at < ?2 AND body <> ''`;

/** Forgets what was written that comes no more, at `now` (ms UTC). May be interrupted and repeated. Throws what D1 throws. */
export async function tidyVisitWrites(d1: D1Database, now: number): Promise<void> {
  await inSteps(d1.prepare(DELETE).bind(now - WRITES_KEPT_MS));
  await inSteps(d1.prepare(EMPTY).bind(now - SEEN_KEPT_MS));
  await tidyRoom(d1, now);
  await d1
    .prepare(LETTERS)
    .bind(JSON.stringify([VISIT_QUEUE, VISIT_DEAD_LETTER_QUEUE]), now - WRITES_KEPT_MS)
    .run();
}

/** For so long heat maps are kept, ms, as days of sums are. */
const HEAT_KEPT_MS = 400 * 86_400_000;

/** Forgets heat maps, and where elements stood, that are so old, at `now` (ms UTC). Throws what D1 throws. */
export async function tidyHeatMaps(d1: D1Database, now: number): Promise<void> {
  const before = now - HEAT_KEPT_MS;
  await d1.batch([
    d1.prepare("DELETE FROM heat_days WHERE day < ?1").bind(new Date(before).toISOString().slice(0, 10)),
    d1.prepare("DELETE FROM page_outlines WHERE seen_at < ?1").bind(before),
  ]);
}

async function inSteps(statement: D1PreparedStatement): Promise<void> {
  for (let step = 0; step < MAX_STEPS; step++) {
    const { meta } = await statement.run();
    if (meta.changes === 0) return;
  }
}
