import type { Deps } from "../../ground/deps.ts";
import { DIRECTIONS, type Direction, type Packing } from "./schema.ts";

/** How the direction is kept among the watermarks, as a number: ingest knows it so too (`log/logs-store.ts`). */
const NAME = "click_packing";

/** Which way clicks are moved between rows and batches, and since when, ms UTC. */
export async function readDirection(d1: D1Database): Promise<{ direction: Direction; since: number }> {
  const row = await d1
    .prepare("SELECT value, updated_at FROM watermarks WHERE name = ?1")
    .bind(NAME)
    .first<{ value: number; updated_at: number }>();
  return { direction: DIRECTIONS[row?.value ?? 0] ?? "packed", since: row?.updated_at ?? 0 };
}

/** Statement that has clicks moved another way from `now` (ms UTC) on. */
export function setDirection(d1: D1Database, direction: Direction, now: number): D1PreparedStatement {
  return d1
    .prepare(
      `INSERT INTO watermarks (name, value, updated_at) VALUES (?1, ?2, ?3)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
    )
    .bind(NAME, DIRECTIONS.indexOf(direction), now);
}

/** How the log is kept now. Throws what D1 throws. */
export async function readPacking({ d1 }: Deps): Promise<Packing> {
  const { direction } = await readDirection(d1);
  const found = await d1
    .prepare("SELECT (SELECT count(*) FROM click_rows) AS rows, (SELECT count(*) FROM click_batches) AS batches")
    .first<Omit<Packing, "direction">>();
  return { direction, rows: found?.rows ?? 0, batches: found?.batches ?? 0 };
}
