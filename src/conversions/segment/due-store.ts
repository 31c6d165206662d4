import { dueOf, takeDue } from "../count/due-store.ts";

/** A contact that something changed of, as it was taken. */
export interface DueContact {
  id: string;
  storeId: string;
  /** Another by the time that something else changed. */
  mark: number;
}

/** Contacts taken at once. */
const PAGE = 500;

/**
 * Takes contacts that are due at `now` (ms UTC), those alone if ids are given, those first that wait longest. Until the
 * work is done they are put off (see `takeDue`). Answers also whether there were any, which others may have taken.
 */
export async function takeContacts(
  d1: D1Database,
  now: number,
  ids: readonly string[] | null = null,
): Promise<{ taken: DueContact[]; any: boolean }> {
  const due = await dueOf(d1, "contact", now, PAGE, ids);
  if (due.length === 0) return { taken: [], any: false };
  const wanted = due.map(({ id }) => ({ id, mark: undefined }));
  const marks = await takeDue(d1, "contact", wanted, now);
  const taken = due.flatMap(({ id, storeId }) => {
    const mark = marks.get(id);
    return mark === undefined ? [] : [{ id, storeId, mark }];
  });
  return { taken, any: true };
}

/** Ends the waiting of contacts that were looked at, but of such as changed meanwhile. */
export async function endWaiting(d1: D1Database, contacts: readonly DueContact[]): Promise<void> {
  await d1
    .prepare(
      `DELETE FROM conversions_due WHERE kind = 'contact'
         AND (id, mark) IN (SELECT value ->> 'id', value ->> 'mark' FROM json_each(?1))`,
    )
    .bind(JSON.stringify(contacts))
    .run();
}

/** Has contacts of a store be looked at once more, from `now` (ms UTC) on. */
export async function haveWait(
  d1: D1Database,
  storeId: string,
  contactIds: readonly string[],
  now: number,
): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO conversions_due (kind, id, store_id, mark, attempts, since, next_at)
       SELECT 'contact', value, ?2, 1, 0, ?3, 0 FROM json_each(?1) WHERE TRUE
       ON CONFLICT (kind, id) DO UPDATE SET mark = mark + 1`,
    )
    .bind(JSON.stringify(contactIds), storeId, now)
    .run();
}

/** What waits to be looked at. */
export interface Waiting {
  contacts: number;
  /** Since when the first of them does, ms UTC; `null`: none waits. */
  since: number | null;
}

/** Contacts that wait to be looked at, of a store or (`null`) of all. */
export async function waitingContacts(d1: D1Database, storeId: string | null = null): Promise<Waiting> {
  const found = await d1
    .prepare(
      `SELECT count(*) AS contacts, min(since) AS since FROM conversions_due
       WHERE kind = 'contact' AND (?1 IS NULL OR store_id = ?1)`,
    )
    .bind(storeId)
    .first<Waiting>();
  return found ?? { contacts: 0, since: null };
}
