import { and, eq, isNull } from "drizzle-orm";
import { statementOf } from "../../ground/db/client.ts";
import { mustHold } from "../../ground/db/premise.ts";
import { carrierConnections } from "../../ground/db/schema/call.ts";
import { stores } from "../../ground/db/schema/store.ts";
import type { Deps } from "../../ground/deps.ts";
import { clearAlarm, raiseAlarm } from "../../journal/alarm/store.ts";

/** A carrier whose webhooks tell of a store's calls, as it is kept. */
export type CarrierRow = typeof carrierConnections.$inferSelect;

type Of = Pick<CarrierRow, "storeId" | "carrier">;

/** Notes of a connection are exact to this, ms: a write for each message would double its price. */
export const NOTE_GRAIN_MS = 60_000;

/** So many refused messages within so long (ms) raise an alarm. */
export const REFUSED_MOST = 5;
export const REFUSED_SPAN_MS = 600_000;

/** Of few calls a day, two refused ones that far apart at most (ms), and none taken since, are one as well. */
const REFUSED_APART_MS = 7 * 86_400_000;

/** A store's connection to a carrier, of a store that isn't deleted; `null`: there is none. */
export async function findCarrier({ db }: Pick<Deps, "db">, { storeId, carrier }: Of): Promise<CarrierRow | null> {
  const [found] = await db
    .select({ row: carrierConnections })
    .from(carrierConnections)
    .innerJoin(stores, eq(stores.id, carrierConnections.storeId))
    .where(
      and(eq(carrierConnections.storeId, storeId), eq(carrierConnections.carrier, carrier), isNull(stores.deletedAt)),
    );
  return found?.row ?? null;
}

/** A store's connections. */
export async function listCarriers({ db }: Pick<Deps, "db">, storeId: string): Promise<CarrierRow[]> {
  return db
    .select()
    .from(carrierConnections)
    .where(eq(carrierConnections.storeId, storeId))
    .orderBy(carrierConnections.carrier);
}

/** Statements that write a connection in the place of `before`; they break their batch off if it isn't that any more. */
export function writeCarrier({ d1, db }: Deps, before: CarrierRow | null, row: CarrierRow): D1PreparedStatement[] {
  const { storeId, carrier, lastAt: _lastAt, lastRefusedAt: _lastRefusedAt, ...changes } = row;
  return [
    mustHold(
      d1,
      `EXISTS (SELECT 1 FROM stores WHERE id = ?1 AND deleted_at IS NULL)
         AND (SELECT version FROM carrier_connections WHERE store_id = ?1 AND carrier = ?2) IS ?3`,
      storeId,
      carrier,
      before?.version ?? null,
    ),
    statementOf(
      d1,
      db
        .insert(carrierConnections)
        .values(row)
        .onConflictDoUpdate({ target: [carrierConnections.storeId, carrierConnections.carrier], set: changes }),
    ),
  ];
}

/** Statement that forgets a connection. */
export function deleteCarrier({ d1 }: Pick<Deps, "d1">, { storeId, carrier }: Of): D1PreparedStatement {
  return d1.prepare("DELETE FROM carrier_connections WHERE store_id = ?1 AND carrier = ?2").bind(storeId, carrier);
}

/** What alarms know a connection by. */
export function subjectOf({ storeId, carrier }: Of): string {
  return `${storeId} ${carrier}`;
}

/** Notes that a message came which is signed, at `now` (ms UTC), of `account`, if it says. */
export async function noteTaken(
  { d1 }: Pick<Deps, "d1">,
  row: CarrierRow,
  account: string,
  now: number,
): Promise<void> {
  const isKnown = account === "" || account === row.account;
  if (isKnown && row.lastAt !== null && row.lastAt > now - NOTE_GRAIN_MS) return;
  await d1
    .prepare(
      `UPDATE carrier_connections SET last_at = max(coalesce(last_at, 0), ?3), account = iif(?4 = '', account, ?4)
       WHERE store_id = ?1 AND carrier = ?2`,
    )
    .bind(row.storeId, row.carrier, now, account)
    .run();
  // While others come that aren't signed, somebody should look still.
  if (row.lastRefusedAt === null || row.lastRefusedAt > now - REFUSED_SPAN_MS) return;
  await clearAlarm(d1, "carrier_refused", subjectOf(row), now);
}

/** When messages were refused lately, by connection; by environment, as the isolate's own state is: see index.ts. */
const refusals = new WeakMap<object, Map<string, number[]>>();

/** Connections whose refusals are remembered at most. */
const MOST_REMEMBERED = 500;

/**
 * Notes that a message was refused at `now` (ms UTC) since nobody who may had signed it: at most once a minute, so that
 * whoever floods writes nothing. Many within minutes, or two with none taken in between, raise an alarm.
 */
export async function noteRefused({ d1, env }: Pick<Deps, "d1" | "env">, row: CarrierRow, now: number): Promise<void> {
  const lately = lastRefusals(env, subjectOf(row), now);
  const before = row.lastRefusedAt;
  // The one that makes it many is noted too.
  if (before !== null && before > now - NOTE_GRAIN_MS && lately !== REFUSED_MOST) return;
  await d1
    .prepare(
      `UPDATE carrier_connections SET last_refused_at = max(coalesce(last_refused_at, 0), ?3)
       WHERE store_id = ?1 AND carrier = ?2`,
    )
    .bind(row.storeId, row.carrier, now)
    .run();
  const isLasting =
    before !== null &&
    before <= now - REFUSED_SPAN_MS &&
    before > now - REFUSED_APART_MS &&
    (row.lastAt === null || row.lastAt < before);
  if (lately < REFUSED_MOST && !isLasting) return;
  const detail = { storeId: row.storeId, carrier: row.carrier, refused: lately, lastTakenAt: row.lastAt };
  await raiseAlarm(d1, { kind: "carrier_refused", subject: subjectOf(row), detail }, now);
}

/** How many were refused lately, this one too: more than {@link REFUSED_MOST} is as many as one more. */
function lastRefusals(env: object, key: string, now: number): number {
  const known = refusals.get(env) ?? new Map<string, number[]>();
  refusals.set(env, known);
  if (known.size >= MOST_REMEMBERED && !known.has(key)) known.clear();
  const lately = [...(known.get(key) ?? []), now].filter((time) => time > now - REFUSED_SPAN_MS);
  const times = lately.slice(-REFUSED_MOST - 1);
  known.set(key, times);
  return times.length;
}
