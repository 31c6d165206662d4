import { env } from "cloudflare:workers";
import type { InferInsertModel, InferSelectModel } from "drizzle-orm";
import { openDatabase } from "../../src/ground/db/client.ts";
import {
  calls,
  customerPhones,
  numberBindings,
  numberLeases,
  numberPools,
  phoneNumbers,
} from "../../src/ground/db/schema/call.ts";
import { id, NOW, STORE } from "../programme/generation-fixtures.ts";

/** Rows of the tables of numbers and calls. */
export type NumberRow = InferSelectModel<typeof phoneNumbers>;
export type BindingRow = InferSelectModel<typeof numberBindings>;
export type PoolRow = InferSelectModel<typeof numberPools>;
export type LeaseRow = InferSelectModel<typeof numberLeases>;
export type CallRow = InferSelectModel<typeof calls>;

const MINUTE_MS = 60_000;

let count = 0;

/** Puts a number of the store's into the database: bound to nothing, and in no pool, unless a binding is put beside it. */
export async function putNumber(values: Partial<InferInsertModel<typeof phoneNumbers>> = {}): Promise<NumberRow> {
  count += 1;
  const [row] = await openDatabase(env.DB)
    .insert(phoneNumbers)
    .values({
      id: id("num", count),
      storeId: STORE,
      number: `+1555${String(count).padStart(7, "0")}`,
      label: `Number ${count}`,
      version: 1,
      createdAt: NOW,
      updatedAt: NOW,
      ...values,
    })
    .returning();
  return row as NumberRow;
}

/** Binds a number since ever, for the channel `tv` unless told otherwise; another binding of it must have ended. */
export async function putBinding(
  number: Pick<NumberRow, "id" | "storeId" | "number">,
  values: Partial<InferInsertModel<typeof numberBindings>> = {},
): Promise<BindingRow> {
  const [row] = await openDatabase(env.DB)
    .insert(numberBindings)
    .values({
      numberId: number.id,
      storeId: number.storeId,
      number: number.number,
      channel: "tv",
      offline: false,
      startsAt: 0,
      actor: "bootstrap",
      ...values,
    })
    .returning();
  return row as BindingRow;
}

/** Puts a pool of the store's: 5 minutes of lease, 30 of quarantine, calls that are nobody's count for `website`. */
export async function putPool(values: Partial<InferInsertModel<typeof numberPools>> = {}): Promise<PoolRow> {
  count += 1;
  const [row] = await openDatabase(env.DB)
    .insert(numberPools)
    .values({
      id: id("npl", count),
      storeId: STORE,
      name: `Pool ${count}`,
      target: `+4930${String(count).padStart(7, "0")}`,
      leaseMinutes: 5,
      quarantineMinutes: 30,
      channel: "website",
      version: 1,
      createdAt: NOW,
      updatedAt: NOW,
      ...values,
    })
    .returning();
  return row as PoolRow;
}

/** Puts a number that is in a pool since ever, with the binding that says so. */
export async function putPoolNumber(
  pool: Pick<PoolRow, "id" | "storeId" | "target" | "channel">,
  values: Partial<InferInsertModel<typeof phoneNumbers>> = {},
): Promise<NumberRow> {
  const number = await putNumber({ storeId: pool.storeId, poolId: pool.id, target: pool.target, ...values });
  await putBinding(number, { poolId: pool.id, channel: pool.channel });
  return number;
}

/** Leases a pool's number to a visitor: from `NOW` on for a minute and the pool's usual times, unless told otherwise. */
export async function putLease(
  number: Pick<NumberRow, "id" | "storeId" | "poolId">,
  values: Partial<InferInsertModel<typeof numberLeases>> = {},
): Promise<LeaseRow> {
  count += 1;
  const startsAt = values.startsAt ?? NOW;
  const heardAt = values.heardAt ?? startsAt + MINUTE_MS;
  const endsAt = values.endsAt ?? heardAt + 5 * MINUTE_MS;
  const [row] = await openDatabase(env.DB)
    .insert(numberLeases)
    .values({
      storeId: number.storeId,
      poolId: number.poolId ?? "",
      numberId: number.id,
      visitorHash: `visitor-${count}`,
      channel: "direct",
      sourceName: "Direct",
      page: "/",
      startsAt,
      heardAt,
      endsAt,
      freeAt: endsAt + 30 * MINUTE_MS,
      ...values,
    })
    .returning();
  return row as LeaseRow;
}

/**
 * Puts a call as it is kept once it ended: inbound, answered, talked for two minutes, qualified, of the channel `tv` by
 * a number that stood for it, and known to those who are to know. Only what a test is about is given.
 */
export async function putCall(values: Partial<InferInsertModel<typeof calls>> = {}): Promise<CallRow> {
  count += 1;
  const startedAt = values.startedAt ?? NOW;
  const [row] = await openDatabase(env.DB)
    .insert(calls)
    .values({
      id: id("cal", count),
      storeId: STORE,
      carrier: "api",
      externalId: `call-${count}`,
      direction: "inbound",
      status: "completed",
      startedAt,
      answeredAt: startedAt + 5_000,
      endedAt: startedAt + 125_000,
      durationSeconds: 125,
      talkSeconds: 120,
      qualified: true,
      match: "static",
      reason: "The number stood for tv then.",
      channel: "tv",
      sourceName: "",
      tags: [],
      version: 1,
      createdAt: startedAt,
      updatedAt: startedAt,
      ...values,
    })
    .returning();
  return row as CallRow;
}

/** Notes that a customer of the store's calls from a number, both as hashes. */
export async function putPhone(values: {
  phoneHash: string;
  customerHash: string;
  storeId?: string;
  time?: number;
}): Promise<void> {
  await openDatabase(env.DB)
    .insert(customerPhones)
    .values({ storeId: STORE, time: NOW, ...values });
}
