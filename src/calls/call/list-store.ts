import { and, asc, desc, eq, getTableColumns, gte, lt, type SQL, sql } from "drizzle-orm";
import { below, equals } from "../../ground/db/filter.ts";
import { callEvents, calls } from "../../ground/db/schema/call.ts";
import { contacts } from "../../ground/db/schema/conversion.ts";
import type { Deps } from "../../ground/deps.ts";
import { endMsOf, msOf } from "../../ground/http/fields.ts";
import { badCursor, type ListOrder, type Stretch, textOf } from "../../ground/http/pagination.ts";
import { orNotFound } from "../../ground/http/problem.ts";
import type { CallRow } from "./record-run.ts";
import type { CallQuery } from "./schema.ts";

/** A call, with the contact that called. */
export type ListedCall = CallRow & { contactId: string | null };

/** Something that was told of calls, as it is kept. */
export type EventRow = typeof callEvents.$inferSelect;

type Filters = Partial<Omit<CallQuery, "limit" | "cursor" | "format">>;

/** Where a page of calls begins: behind the call with this value of what is sorted by, and this id. */
export interface CallPlace {
  value: number;
  id: string;
}

const columns = { ...getTableColumns(calls), contactId: contacts.id };

/** What is sorted by; a call that isn't over talked for no time. */
const SORTED = {
  startedAt: sql<number>`${calls.startedAt}`,
  talkSeconds: sql<number>`coalesce(${calls.talkSeconds}, 0)`,
} as const;

/** How a list of calls runs that is sorted so. */
export function byCall(sort: CallQuery["sort"]): ListOrder<ListedCall, CallPlace> {
  const { name } = orderOf(sort);
  return {
    placeOf: (cursor) => {
      if (cursor === undefined) return null;
      const [, named, value, id] = /^c1:(-?\w+):(\d{1,16}):(cal_\w{16})$/.exec(textOf(cursor)) ?? [];
      if (named !== sort || id === undefined) throw badCursor();
      return { value: Number(value), id };
    },
    cursorOf: (row) => btoa(`c1:${sort}:${row[name] ?? 0}:${row.id}`).replaceAll("=", ""),
  };
}

function orderOf(sort: CallQuery["sort"]): { name: keyof typeof SORTED; isDown: boolean } {
  const isDown = sort.startsWith("-");
  return { name: (isDown ? sort.slice(1) : sort) as keyof typeof SORTED, isDown };
}

/** Calls that match the filters, in the order that is asked for. */
export async function listCalls(
  { db }: Pick<Deps, "db">,
  { after, limit }: Stretch<CallPlace>,
  filters: Filters,
): Promise<ListedCall[]> {
  const { name, isDown } = orderOf(filters.sort ?? "-startedAt");
  const sorted = SORTED[name];
  const [order, sign] = isDown ? [desc, sql.raw("<")] : [asc, sql.raw(">")];
  return db
    .select(columns)
    .from(calls)
    .leftJoin(contacts, and(eq(contacts.storeId, calls.storeId), eq(contacts.customerHash, calls.customerHash)))
    .where(
      and(
        ...conditionsOf(filters),
        after === null ? undefined : sql`(${sorted}, ${calls.id}) ${sign} (${after.value}, ${after.id})`,
      ),
    )
    .orderBy(order(sorted), order(calls.id))
    .limit(limit);
}

function conditionsOf({ from, to, contact, qualified, ...filters }: Filters): (SQL | undefined)[] {
  return [
    equals(calls.storeId, filters.store),
    equals(calls.numberId, filters.number),
    equals(calls.creatorId, filters.creator),
    equals(calls.campaignId, filters.campaign),
    equals(calls.linkId, filters.link),
    equals(calls.channel, filters.channel),
    equals(calls.direction, filters.direction),
    equals(calls.status, filters.status),
    equals(calls.match, filters.match),
    equals(contacts.id, contact),
    qualified === undefined ? undefined : eq(calls.qualified, qualified === "true"),
    from === undefined ? undefined : gte(calls.startedAt, msOf(from)),
    to === undefined ? undefined : lt(calls.startedAt, endMsOf(to)),
  ];
}

/** The call with this id. Throws a `Problem` (404) if there is none. */
export const existingCall = orNotFound(
  "call",
  async ({ db }: Pick<Deps, "db">, id: string): Promise<ListedCall | null> => {
    const [row] = await db
      .select(columns)
      .from(calls)
      .leftJoin(contacts, and(eq(contacts.storeId, calls.storeId), eq(contacts.customerHash, calls.customerHash)))
      .where(eq(calls.id, id));
    return row ?? null;
  },
);

/** Messages of one call that are shown. */
const MOST_EVENTS = 200;

/** What was told of a call, oldest first. */
export async function eventsOf({ db }: Pick<Deps, "db">, call: CallRow): Promise<EventRow[]> {
  return db
    .select()
    .from(callEvents)
    .where(
      and(
        eq(callEvents.storeId, call.storeId),
        eq(callEvents.carrier, call.carrier),
        eq(callEvents.externalId, call.externalId),
      ),
    )
    .orderBy(asc(callEvents.receivedAt), asc(callEvents.id))
    .limit(MOST_EVENTS);
}

/** What was told that matches the filters, from new to old, starting after the id `after`. */
export async function listEvents(
  { db }: Pick<Deps, "db">,
  { after, limit }: Stretch,
  { store, carrier, verdict }: { store?: string | undefined } & Partial<Pick<EventRow, "carrier" | "verdict">>,
): Promise<EventRow[]> {
  return db
    .select()
    .from(callEvents)
    .where(
      and(
        below(callEvents.id, after),
        equals(callEvents.storeId, store),
        equals(callEvents.carrier, carrier),
        equals(callEvents.verdict, verdict),
      ),
    )
    .orderBy(desc(callEvents.id))
    .limit(limit);
}
