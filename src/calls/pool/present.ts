import { isoOf } from "../../ground/http/fields.ts";
import type { ListedPool } from "./schema.ts";
import type { PoolRow } from "./store.ts";

/** A pool as the list shows it, with the ids of its numbers. */
export function presentPool(row: PoolRow, numberIds: readonly string[]): ListedPool {
  return {
    id: row.id,
    storeId: row.storeId,
    name: row.name,
    target: row.target,
    numberIds: [...numberIds],
    leaseMinutes: row.leaseMinutes,
    quarantineMinutes: row.quarantineMinutes,
    channel: row.channel,
    exhaustedAt: isoOf(row.exhaustedAt),
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}
