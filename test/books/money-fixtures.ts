import { env } from "cloudflare:workers";
import { id, NOW, STORE } from "../programme/generation-fixtures.ts";
import { LEA } from "../sales/order-fixtures.ts";

/** An entry of the ledger, as a test wants it. */
export interface BookedEntry {
  creatorId?: string;
  storeId?: string;
  type?: "accrual" | "adjustment" | "reversal" | "clawback" | "bonus" | "payout";
  amountMinor?: number;
  currency?: string;
  orderId?: string | null;
  /** ms UTC. */
  time?: number;
}

let count = 0;

/** Books an entry for a creator of the shop of these tests (see `insertShop`). Answers its `seq`. */
export async function book(values: BookedEntry = {}): Promise<number> {
  count += 1;
  const row = await env.DB.prepare(
    `INSERT INTO ledger (id, key, store_id, creator_id, type, amount_minor, currency, order_id, reason, actor, time)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'test', 'rule', ?9) RETURNING seq`,
  )
    .bind(
      id("led", 500_000 + count),
      `test:${count}`,
      values.storeId ?? STORE,
      values.creatorId ?? LEA,
      values.type ?? "accrual",
      values.amountMinor ?? 1000,
      values.currency ?? "EUR",
      values.orderId ?? null,
      values.time ?? NOW,
    )
    .first<{ seq: number }>();
  if (row === null) throw new Error("nothing was booked");
  return row.seq;
}
