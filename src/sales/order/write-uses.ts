import { packJson } from "../../ground/db/pack.ts";
import type { Deps } from "../../ground/deps.ts";
import { codeKey } from "../../programme/code/text.ts";
import type { OrderRow } from "./store.ts";

/** Each known code that an order came with, once: `?1` are orders, `?2` the store. */
const USED = `json_each(?1) w CROSS JOIN json_each(w.value, '$.keys') k
  CROSS JOIN code_texts t ON t.store_id = ?2 AND t.text_key = k.value`;

/**
 * Statements that make the uses of a store's codes agree with these orders, at `now` (ms UTC). An order
 * is one use of a code, however many of its texts were typed. Tests use nothing.
 */
export function writeUses(
  { d1 }: Pick<Deps, "d1">,
  storeId: string,
  rows: readonly OrderRow[],
  now: number,
): D1PreparedStatement[] {
  const used = rows
    .filter(({ codes }) => codes.length > 0)
    .map(({ externalId, codes, placedAt, country, test }) => ({
      externalId,
      keys: codes.map(codeKey),
      placedAt,
      country,
      test,
    }));
  return [
    ...packJson(used.filter(({ test }) => !test)).map((json) =>
      d1
        .prepare(
          `INSERT INTO code_uses (code_id, order_id, text_key, used_at, country, created_at)
           SELECT t.code_id, w.value ->> 'externalId', min(t.text_key),
             w.value ->> 'placedAt', w.value ->> 'country', ?3
           FROM ${USED} GROUP BY t.code_id, w.key
           ON CONFLICT (code_id, order_id) DO UPDATE SET
             text_key = excluded.text_key, used_at = excluded.used_at, country = coalesce(excluded.country, country)`,
        )
        .bind(json, storeId, now),
    ),
    // A browser may have reported one before the server said that it was a test.
    ...packJson(used.filter(({ test }) => test)).map((json) =>
      d1
        .prepare(
          `DELETE FROM code_uses
           WHERE (code_id, order_id) IN (SELECT t.code_id, w.value ->> 'externalId' FROM ${USED})`,
        )
        .bind(json, storeId),
    ),
  ];
}
