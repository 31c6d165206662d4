import { packJson } from "../../ground/db/pack.ts";
import type { numberBindings, phoneNumbers } from "../../ground/db/schema/call.ts";

/** A number, as it is kept, but for whom it is leased to: that is written meanwhile. */
export type NumberRow = Omit<typeof phoneNumbers.$inferSelect, "leaseId" | "leaseNetwork">;

/** What a number was bound to and how long, as it is kept. */
export type BindingRow = typeof numberBindings.$inferSelect;

/** What a number of a store was at a time. */
export interface NumberThen {
  /** The number as it was registered then; `null`: it wasn't the store's. */
  numberId: string | null;
  /** What it was bound to then, whatever it is by now; `null`: nothing. */
  binding: BindingRow | null;
}

/** A binding as {@link BINDING_COLUMNS} reads it. */
export type RawBinding = Omit<BindingRow, "offline"> & { offline: number };

/** Columns of `number_bindings`, an alias `b`, as a {@link BindingRow} has them but for `offline`, which is 0 or 1. */
export const BINDING_COLUMNS = `b.seq, b.number_id AS numberId, b.store_id AS storeId, b.number, b.pool_id AS poolId,
  b.channel, b.creator_id AS creatorId, b.campaign_id AS campaignId, b.link_id AS linkId, b.offline,
  b.starts_at AS startsAt, b.ends_at AS endsAt, b.actor`;

/** A binding of what {@link BINDING_COLUMNS} reads. */
export function bindingOf(row: RawBinding): BindingRow {
  return { ...row, offline: row.offline === 1 };
}

/**
 * What these numbers (E.164) of a store were at these times (ms UTC), in order: each by what it was bound to then, never
 * by what it is bound to now. Throws what D1 throws.
 */
export async function bindingsOf(
  d1: D1Database,
  storeId: string,
  asked: readonly { number: string; at: number }[],
): Promise<NumberThen[]> {
  const found = asked.map((): NumberThen => ({ numberId: null, binding: null }));
  const wanted = asked.map(({ number, at }, place) => ({ place, number, at }));
  const statements = packJson(wanted).flatMap((json) => [
    d1
      .prepare(
        `SELECT a.value ->> 'place' AS place, n.id FROM json_each(?1) a
         JOIN phone_numbers n ON n.number = a.value ->> 'number' AND n.store_id = ?2
           AND n.created_at <= a.value ->> 'at' AND (n.deleted_at IS NULL OR n.deleted_at > a.value ->> 'at')
         ORDER BY n.created_at`,
      )
      .bind(json, storeId),
    d1
      .prepare(
        `SELECT a.value ->> 'place' AS place, ${BINDING_COLUMNS} FROM json_each(?1) a
         JOIN number_bindings b ON b.number = a.value ->> 'number' AND b.store_id = ?2
           AND b.starts_at <= a.value ->> 'at' AND (b.ends_at IS NULL OR b.ends_at > a.value ->> 'at')
         ORDER BY b.seq`,
      )
      .bind(json, storeId),
  ]);
  if (statements.length === 0) return found;
  const results = await d1.batch<Record<string, unknown>>(statements);
  for (const [index, { results: rows }] of results.entries()) {
    for (const { place, ...row } of rows) {
      const then = found[Number(place)];
      if (then === undefined) continue;
      if (index % 2 === 0) {
        then.numberId = String(row["id"]);
      } else {
        const binding = bindingOf(row as unknown as RawBinding);
        then.binding = binding;
        then.numberId ??= binding.numberId;
      }
    }
  }
  return found;
}
