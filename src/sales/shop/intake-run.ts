import { RETRIES } from "../../ground/db/retries.ts";
import { retryIdempotent } from "../../ground/db/retry.ts";
import { createIdSource } from "../../ground/id.ts";
import { ownNumber, type ShopReading } from "../../ground/model/shop-order.ts";
import type { OrderPage } from "../../shops/platform.ts";
import { customerHasher } from "../capture/customer.ts";
import { entriesOf, type KeptReport, keepReports } from "../capture/inbox-store.ts";
import { type ProcessEnv, processInbox } from "../capture/process-run.ts";
import { type NamedOrder, writeNumbers } from "./number-write.ts";
import { readingReport, type ReportedStore, skippedReport } from "./report.ts";

/** Reports that are kept, and processed, together. */
const AT_ONCE = 250;

/** What a shop said of orders, and what of it was kept. */
export interface TakenPage {
  /** Orders that were read, of each its row. */
  kept: KeptReport[];
  /** When the last of the orders became as it is, by the shop's clock, ms UTC; `null`: there is none. */
  latest: number | null;
  skipped: number;
}

/**
 * Takes what a shop's own lists have at `now` (ms UTC): the same rows as by its messages, kept before they are processed,
 * which is done with them when this resolves. Orders that it could not give are kept as refused, and logged. Throws
 * what D1 throws; a repeat is harmless.
 */
export async function takePage(
  env: ProcessEnv,
  store: ReportedStore,
  { readings, skipped }: Pick<OrderPage, "readings" | "skipped">,
  now: number,
): Promise<TakenPage> {
  const hashOf = customerHasher(env.VISITOR_KEY);
  for (const { orderId, detail } of skipped) {
    console.warn(JSON.stringify({ event: "shop_order_skipped", storeId: store.id, orderId, detail }));
  }
  const reports = [
    ...(await Promise.all(readings.map((reading) => readingReport(store, reading, null, hashOf)))),
    ...skipped.map(({ orderId, detail }) => skippedReport(store, orderId, detail)),
  ];
  const newId = createIdSource(
    () => now,
    (bytes) => void crypto.getRandomValues(bytes),
  );
  const entries = await entriesOf(newId, reports, now);
  const kept: KeptReport[] = [];
  for (let start = 0; start < entries.length; start += AT_ONCE) {
    const some = entries.slice(start, start + AT_ONCE);
    const rows = await retryIdempotent(() => keepReports(env.DB, some), RETRIES);
    await processInbox(env, now, { ids: rows.map(({ id }) => id) });
    const old = rows.flatMap(({ repeated }, index) => (repeated ? namedIn(readings[start + index]) : []));
    if (old.length > 0) await env.DB.batch(writeNumbers(env.DB, store.id, old, now));
    kept.push(...rows);
  }
  const times = readings.flatMap((reading) => timesOf(reading));
  return { kept, latest: times.length === 0 ? null : Math.max(...times), skipped: skipped.length };
}

/** What people call the order of a reading, where that isn't its id. */
function namedIn(reading: ShopReading | undefined): NamedOrder[] {
  if (reading?.kind !== "order") return [];
  const number = ownNumber(reading.order);
  return number === null ? [] : [{ orderId: reading.order.orderId, number }];
}

function timesOf(reading: ShopReading): number[] {
  if (reading.kind !== "order") return [];
  const time = Date.parse(reading.order.updatedAt);
  return Number.isNaN(time) ? [] : [time];
}
