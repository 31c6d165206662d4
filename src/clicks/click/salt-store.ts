import { HmacKey } from "../../edge/click/hmac.ts";
import { dayOf } from "../../edge/click/visitor.ts";

/**
 * How long a day's salt is kept after the day began, in days: a queue holds a message for four, and
 * a click that came back later than its salt would pass for a new visitor.
 */
export const SALT_LIFE_DAYS = 6;

const base64url = { alphabet: "base64url" } as const;

/** Keys made of salts, by database and day: a day's salt never changes while it lives. */
const known = new WeakMap<D1Database, Map<number, HmacKey>>();

/**
 * Keys made of the salts of these UTC days at `now` (ms UTC); a missing salt is drawn, by whoever comes first. Throws
 * what D1 throws.
 */
export async function saltKeys(
  db: D1Database,
  days: ReadonlySet<number>,
  now: number,
): Promise<ReadonlyMap<number, HmacKey>> {
  let keys = known.get(db);
  if (keys === undefined) known.set(db, (keys = new Map()));
  // What is destroyed in the database is not to live on here.
  for (const day of keys.keys()) if (isOver(day, now)) keys.delete(day);
  const cached = keys;
  const missing = [...days].filter((day) => !cached.has(day));
  if (missing.length === 0) return cached;
  const read = new Map(cached);
  for (const [day, key] of await drawSalts(db, missing)) {
    read.set(day, key);
    if (!isOver(day, now)) cached.set(day, key);
  }
  return read;
}

/** Forgets the keys of a database that was set back, and has other salts now. */
export function forgetSalts(db: D1Database): void {
  known.delete(db);
}

async function drawSalts(db: D1Database, days: readonly number[]): Promise<[day: number, key: HmacKey][]> {
  const drawn = days.map((day) => ({ day, salt: crypto.getRandomValues(new Uint8Array(32)).toBase64(base64url) }));
  const json = JSON.stringify(drawn);
  const [, found] = await db.batch<{ day: number; salt: string }>([
    db
      .prepare(
        `INSERT INTO visitor_salts (day, salt) SELECT value ->> 'day', value ->> 'salt' FROM json_each(?1) WHERE true
         ON CONFLICT (day) DO NOTHING`,
      )
      .bind(json),
    db
      .prepare("SELECT day, salt FROM visitor_salts WHERE day IN (SELECT value ->> 'day' FROM json_each(?1))")
      .bind(json),
  ]);
  return (found?.results ?? []).map(({ day, salt }) => [day, new HmacKey(Uint8Array.fromBase64(salt, base64url))]);
}

/** Whether the salt of a day is destroyed, or will be by the next night. */
function isOver(day: number, now: number): boolean {
  return day < dayOf(now) - SALT_LIFE_DAYS;
}

/** Statement that destroys the salts of days long past. From then on their visitor keys are random numbers. */
export function destroySalts(db: D1Database, today: number): D1PreparedStatement {
  return db.prepare("DELETE FROM visitor_salts WHERE day < ?1").bind(today - SALT_LIFE_DAYS);
}
