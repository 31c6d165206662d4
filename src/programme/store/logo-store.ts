import type { Deps } from "../../ground/deps.ts";
import type { LogoType } from "../../ground/model/logo.ts";

/** A store's logo. */
export interface Logo {
  storeId: string;
  /** SHA-256 of the bytes, hex. */
  hash: string;
  type: LogoType;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Statement that gives a store its logo, in place of another. */
export function putLogo({ d1 }: Deps, { storeId, hash, type, bytes }: Logo): D1PreparedStatement {
  return d1
    .prepare(
      `INSERT INTO store_logos (store_id, hash, type, bytes) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (store_id) DO UPDATE SET hash = ?2, type = ?3, bytes = ?4`,
    )
    .bind(storeId, hash, type, bytes);
}

/** Statement that takes a store's logo away. */
export function dropLogo({ d1 }: Deps, storeId: string): D1PreparedStatement {
  return d1.prepare("DELETE FROM store_logos WHERE store_id = ?1").bind(storeId);
}

/** The logo with this hash, as bytes of its type; `null`: no store that stands has such a one. */
export async function findLogo({ d1 }: Deps, hash: string): Promise<Pick<Logo, "type" | "bytes"> | null> {
  const row = await d1
    .prepare(
      `SELECT o.type, o.bytes FROM store_logos o JOIN stores s ON s.id = o.store_id AND s.deleted_at IS NULL
       WHERE o.hash = ?1 LIMIT 1`,
    )
    .bind(hash)
    .first<{ type: LogoType; bytes: number[] }>();
  return row === null ? null : { type: row.type, bytes: new Uint8Array(row.bytes) };
}
