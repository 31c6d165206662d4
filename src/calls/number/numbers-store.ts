import { and, desc, eq, inArray, isNotNull, isNull, sql, type SQL } from "drizzle-orm";
import { below, equals } from "../../ground/db/filter.ts";
import { numberBindings, phoneNumbers } from "../../ground/db/schema/call.ts";
import { stores } from "../../ground/db/schema/store.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import { orNotFound } from "../../ground/http/problem.ts";
import type { NumberView } from "./present.ts";
import { dayOfNumber } from "./rental.ts";
import type { NumberQuery } from "./schema.ts";
import { BINDING_COLUMNS, bindingOf, type BindingRow, type RawBinding } from "./store.ts";

/** Ids that one query looks for: D1 takes 100 parameters. */
const IDS_AT_ONCE = 90;

/** What a number is bound to is read with it. */
function views({ db }: Pick<Deps, "db">) {
  return db
    .select({ row: phoneNumbers, open: numberBindings, timezone: stores.timezone })
    .from(phoneNumbers)
    .innerJoin(stores, eq(stores.id, phoneNumbers.storeId))
    .leftJoin(numberBindings, and(eq(numberBindings.numberId, phoneNumbers.id), isNull(numberBindings.endsAt)));
}

/** The number with this id, if it wasn't deleted. */
export async function findNumber(deps: Pick<Deps, "db">, id: string): Promise<NumberView | null> {
  const [view] = await views(deps).where(and(eq(phoneNumbers.id, id), isNull(phoneNumbers.deletedAt)));
  return view ?? null;
}

/** The number with this id. Throws a `Problem` (404) if there is none. */
export const existingNumber = orNotFound("phone number", findNumber);

/** Those of these numbers that there are, by id. */
export async function findNumbers(deps: Pick<Deps, "db">, ids: readonly string[]): Promise<Map<string, NumberView>> {
  const found: NumberView[] = [];
  for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
    const some = ids.slice(from, from + IDS_AT_ONCE);
    found.push(...(await views(deps).where(and(inArray(phoneNumbers.id, some), isNull(phoneNumbers.deletedAt)))));
  }
  return new Map(found.map((view) => [view.row.id, view]));
}

/** The numbers in a pool, from the one that was registered first. */
export async function numbersOfPool(deps: Pick<Deps, "db">, poolId: string): Promise<NumberView[]> {
  return views(deps)
    .where(and(eq(phoneNumbers.poolId, poolId), isNull(phoneNumbers.deletedAt)))
    .orderBy(phoneNumbers.id);
}

/** Filters of the list. */
export type NumberFilter = Omit<NumberQuery, "limit" | "cursor" | "format">;

/** Numbers that pass a filter at `now` (ms UTC), from new to old, starting after the id `after`. */
export async function listNumbers(
  deps: Pick<Deps, "db">,
  { after, limit }: Stretch,
  { store, kind, pool, channel, creator, campaign, link, bound, target, endingWithin, q }: NumberFilter,
  now: number,
): Promise<NumberView[]> {
  return views(deps)
    .where(
      and(
        isNull(phoneNumbers.deletedAt),
        equals(phoneNumbers.storeId, store),
        kind === undefined ? undefined : kind === "pool" ? isNotNull(phoneNumbers.poolId) : isNull(phoneNumbers.poolId),
        equals(phoneNumbers.poolId, pool),
        equals(numberBindings.channel, channel),
        equals(numberBindings.creatorId, creator),
        equals(numberBindings.campaignId, campaign),
        equals(numberBindings.linkId, link),
        bound === undefined ? undefined : bound === "true" ? isNotNull(numberBindings.seq) : isNull(numberBindings.seq),
        equals(phoneNumbers.target, target),
        endingWithin === undefined ? undefined : endsWithin(endingWithin, now),
        q === undefined
          ? undefined
          : sql`instr(lower(${phoneNumbers.label} || ' ' || ${phoneNumbers.number}), lower(${q})) > 0`,
        below(phoneNumbers.id, after),
      ),
    )
    .orderBy(desc(phoneNumbers.id))
    .limit(limit);
}

function endsWithin(days: number, now: number): SQL {
  const today = sql.raw(dayOfNumber("phone_numbers", String(now)));
  return sql`${phoneNumbers.rentedUntil} <= date(${today}, ${`+${days} days`})`;
}

/** Whether a number was ever registered under an id; deleted ones were. */
export async function numberWas({ d1 }: Pick<Deps, "d1">, id: string): Promise<{ id: string } | null> {
  return d1.prepare("SELECT id FROM phone_numbers WHERE id = ?1").bind(id).first<{ id: string }>();
}

/** A binding with the calls to its number while it lasted. */
export type CountedBinding = BindingRow & { calls: number };

/** What a number was bound to, from the last to the first, starting before `after`. */
export async function listBindings(
  { d1 }: Pick<Deps, "d1">,
  numberId: string,
  { after, limit }: Stretch<number>,
): Promise<CountedBinding[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${BINDING_COLUMNS}, (SELECT count(*) FROM calls c WHERE c.number_id = b.number_id
           AND c.direction = 'inbound' AND c.started_at >= b.starts_at
           AND (b.ends_at IS NULL OR c.started_at < b.ends_at)) AS calls
       FROM phone_numbers n CROSS JOIN number_bindings b ON b.number = n.number AND b.number_id = n.id
       WHERE n.id = ?1 AND (?2 IS NULL OR b.seq < ?2) ORDER BY b.seq DESC LIMIT ?3`,
    )
    .bind(numberId, after, limit)
    .all<RawBinding & { calls: number }>();
  return results.map((row) => ({ ...bindingOf(row), calls: row.calls }));
}

/** What is left behind by those who had a number before: nothing of theirs is touched by whoever has it next. */
export interface Left {
  /** Whether somebody has it still. */
  taken: boolean;
  /** When its last binding ended, ms UTC. */
  endedAt: number;
  /** Until when a page may still show it to somebody, ms UTC. */
  freeAt: number;
}

/** What is left of these numbers (E.164) from before; those that nobody ever had are left out. */
export async function leftOf({ d1 }: Pick<Deps, "d1">, numbers: readonly string[]): Promise<Map<string, Left>> {
  const { results } = await d1
    .prepare(
      `SELECT n.number, max(n.deleted_at IS NULL) AS taken, max(n.free_at) AS freeAt,
         coalesce((SELECT max(b.ends_at) FROM number_bindings b WHERE b.number = n.number), 0) AS endedAt
       FROM phone_numbers n WHERE n.number IN (SELECT value FROM json_each(?1)) GROUP BY n.number`,
    )
    .bind(JSON.stringify(numbers))
    .all<{ number: string; taken: number; freeAt: number; endedAt: number }>();
  return new Map(results.map(({ number, taken, ...left }) => [number, { ...left, taken: taken === 1 }]));
}
