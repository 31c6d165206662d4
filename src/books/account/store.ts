import { eq } from "drizzle-orm";
import { mustHold } from "../../ground/db/premise.ts";
import { payoutDetails, storePayers } from "../../ground/db/schema/money.ts";
import { stores } from "../../ground/db/schema/store.ts";
import type { Deps } from "../../ground/deps.ts";

/** A row of the table of payout details. */
export type DetailsRow = typeof payoutDetails.$inferSelect;
/** A row of the table of stores' payers. */
export type PayerRow = typeof storePayers.$inferSelect;

/** Where a creator is paid. */
export async function findDetails({ db }: Deps, creatorId: string): Promise<DetailsRow | null> {
  const [row] = await db.select().from(payoutDetails).where(eq(payoutDetails.creatorId, creatorId));
  return row ?? null;
}

/** From which account a store pays. */
export async function findPayer({ db }: Deps, storeId: string): Promise<PayerRow | null> {
  const [row] = await db.select().from(storePayers).where(eq(storePayers.storeId, storeId));
  return row ?? null;
}

/** Whether there is a store, or was: who is owed by one that was deleted is paid all the same. */
export async function storeWas({ db }: Deps, storeId: string): Promise<boolean> {
  return (await db.select({ id: stores.id }).from(stores).where(eq(stores.id, storeId))).length > 0;
}

/**
 * Statements that keep where a creator is paid. They break their batch off if the creator was deleted, or their details
 * changed, since version `before` (0: there were none).
 */
export function writeDetails({ d1 }: Deps, row: DetailsRow, before: number): D1PreparedStatement[] {
  return [
    mustHold(
      d1,
      `EXISTS (SELECT 1 FROM creators WHERE id = ?1 AND deleted_at IS NULL)
       AND coalesce((SELECT version FROM payout_details WHERE creator_id = ?1), 0) = ?2`,
      row.creatorId,
      before,
    ),
    d1
      .prepare(
        `INSERT OR REPLACE INTO payout_details (creator_id, method, sealed, version, updated_at, updated_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)`,
      )
      .bind(row.creatorId, row.method, row.sealed, row.version, row.updatedAt, row.updatedBy),
  ];
}

/** Statements that forget where a creator is paid. They break their batch off if it changed since version `before`. */
export function deleteDetails({ d1 }: Deps, creatorId: string, before: number): D1PreparedStatement[] {
  return [
    mustHold(d1, "(SELECT version FROM payout_details WHERE creator_id = ?1) = ?2", creatorId, before),
    d1.prepare("DELETE FROM payout_details WHERE creator_id = ?1").bind(creatorId),
  ];
}

/** Statements that keep from which account a store pays. They break their batch off if it changed since version `before`. */
export function writePayer({ d1 }: Deps, row: PayerRow, before: number): D1PreparedStatement[] {
  return [
    mustHold(d1, "coalesce((SELECT version FROM store_payers WHERE store_id = ?1), 0) = ?2", row.storeId, before),
    d1
      .prepare(
        `INSERT OR REPLACE INTO store_payers (store_id, sealed, version, updated_at, updated_by)
         VALUES (?1, ?2, ?3, ?4, ?5)`,
      )
      .bind(row.storeId, row.sealed, row.version, row.updatedAt, row.updatedBy),
  ];
}

/** Statements that forget from which account a store pays. They break their batch off if it changed since version `before`. */
export function deletePayer({ d1 }: Deps, storeId: string, before: number): D1PreparedStatement[] {
  return [
    mustHold(d1, "(SELECT version FROM store_payers WHERE store_id = ?1) = ?2", storeId, before),
    d1.prepare("DELETE FROM store_payers WHERE store_id = ?1").bind(storeId),
  ];
}
