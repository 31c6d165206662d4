import { importHashKey } from "../../edge/click/visitor.ts";

/**
 * How long a day's salt is kept after the day began, in days: a queue holds a message for four, and
 * a click that came back later than its salt would pass for a new visitor.
 */
const SALT_LIFE_DAYS = 6;

const base64url = { alphabet: "base64url" } as const;

/** Keys made of the salts of these UTC days; a missing salt is drawn, by whoever comes first. */
export async function saltKeys(db: D1Database, days: ReadonlySet<number>): Promise<Map<number, CryptoKey>> {
  if (days.size === 0) return new Map();
  const drawn = [...days].map((day) => ({ day, salt: crypto.getRandomValues(new Uint8Array(32)).toBase64(base64url) }));
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
  const keys = new Map<number, CryptoKey>();
  for (const { day, salt } of found?.results ?? [])
    keys.set(day, await importHashKey(Uint8Array.fromBase64(salt, base64url)));
  return keys;
}

/** Statement that destroys the salts of days long past. From then on their visitor keys are random numbers. */
export function destroySalts(db: D1Database, today: number): D1PreparedStatement {
  return db.prepare("DELETE FROM visitor_salts WHERE day < ?1").bind(today - SALT_LIFE_DAYS);
}
