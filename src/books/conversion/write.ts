import { packJson } from "../../ground/db/pack.ts";
import { mustHold } from "../../ground/db/premise.ts";
import type { Deps } from "../../ground/deps.ts";
import { booksMustBeOpen, insertEntries, paidMustStand } from "../ledger/write-entries.ts";
import type { ConversionSettling } from "./decide.ts";
import type { LoadedConversion } from "./load.ts";

/** A conversion, and what settling it came to. */
export interface SettledConversion {
  conversion: LoadedConversion;
  settling: ConversionSettling;
}

/**
 * Statements that write what settling came to at `now` (ms UTC). They break their batch off if a conversion was changed
 * or settled meanwhile, its store's books were locked, or its commission was paid. `marks` are those that the conversions
 * were taken with, by their ids; one that is gone has its mark alone: what is booked of it stays booked.
 */
export function writeSettled(
  deps: Pick<Deps, "d1" | "newId">,
  settled: readonly SettledConversion[],
  marks: ReadonlyMap<string, number>,
  now: number,
): D1PreparedStatement[] {
  const { d1 } = deps;
  const ids = JSON.stringify([...marks.keys()]);
  const versions = new Map(settled.map(({ conversion }) => [conversion.id, conversion.version]));
  return [
    mustHold(
      d1,
      `NOT EXISTS (SELECT 1 FROM json_each(?1) w
         LEFT JOIN conversions_due d ON d.kind = 'settlement' AND d.id = w.value ->> 'id'
         LEFT JOIN conversions c ON c.id = w.value ->> 'id'
         WHERE d.mark IS NOT w.value ->> 'mark' OR c.version IS NOT w.value ->> 'version')`,
      JSON.stringify([...marks].map(([id, mark]) => ({ id, mark, version: versions.get(id) ?? null }))),
    ),
    booksMustBeOpen(d1, new Map(settled.map(({ conversion, settling }) => [conversion.storeId, settling.bookedAt]))),
    ...paidMustStand(
      d1,
      "conversion_id",
      settled.map(({ conversion, settling }) => ({ id: conversion.id, entries: settling.entries })),
    ),
    ...writeStanding(d1, settled, now),
    ...insertEntries(
      deps,
      settled.flatMap(({ conversion: { id, storeId }, settling }) =>
        settling.entries.map((entry) => ({
          ...entry,
          storeId,
          orderId: null,
          conversionId: id,
          time: settling.bookedAt,
        })),
      ),
    ),
    // Last, since a commission that came to stand elsewhere is due by that.
    d1
      .prepare("DELETE FROM conversions_due WHERE kind = 'settlement' AND id IN (SELECT value FROM json_each(?1))")
      .bind(ids),
    d1
      .prepare(
        `UPDATE alarms SET resolved_at = ?2 WHERE kind = 'settlement_failed' AND resolved_at IS NULL
           AND subject IN (SELECT value FROM json_each(?1))`,
      )
      .bind(ids, now),
  ];
}

/** Where commissions stand. What is only due at another time leaves a conversion's version as it is. */
function writeStanding(d1: D1Database, settled: readonly SettledConversion[], now: number): D1PreparedStatement[] {
  const changes = settled.flatMap(({ conversion, settling: { commission, approvedAt, dueAt } }) => {
    const isNew = commission !== conversion.commission || approvedAt !== conversion.approvedAt;
    if (!isNew && dueAt === conversion.dueAt) return [];
    return [{ id: conversion.id, commission, approvedAt, dueAt, isNew: isNew ? 1 : 0 }];
  });
  return packJson(changes).map((json) =>
    d1
      .prepare(
        `UPDATE conversions SET commission = w.value ->> 'commission', approved_at = w.value ->> 'approvedAt',
           due_at = w.value ->> 'dueAt', version = version + (w.value ->> 'isNew'),
           updated_at = iif(w.value ->> 'isNew', ?2, updated_at)
         FROM json_each(?1) w WHERE conversions.id = w.value ->> 'id'`,
      )
      .bind(json, now),
  );
}
