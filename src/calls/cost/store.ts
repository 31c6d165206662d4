import { and, desc, eq, gte, isNull, lte } from "drizzle-orm";
import { statementOf } from "../../ground/db/client.ts";
import { below, equals } from "../../ground/db/filter.ts";
import { mustChange } from "../../ground/db/premise.ts";
import { channelCosts } from "../../ground/db/schema/call.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import { orNotFound } from "../../ground/http/problem.ts";
import type { ChannelCost, CostFilters } from "./schema.ts";

/** A row of the table of costs. */
export type CostRow = typeof channelCosts.$inferSelect;

/** The cost with this id; `null`: there is none, or it was deleted. */
async function findCost({ db }: Deps, id: string): Promise<CostRow | null> {
  const [row] = await db
    .select()
    .from(channelCosts)
    .where(and(eq(channelCosts.id, id), isNull(channelCosts.deletedAt)));
  return row ?? null;
}

/** The cost with this id. Throws a `Problem` (404) if there is none. */
export const existingCost = orNotFound("cost", findCost);

/** Costs from new to old, starting after the id `after`. */
export async function listCosts(
  { db }: Deps,
  { after, limit }: Stretch,
  { store, channel, from, to }: CostFilters,
): Promise<CostRow[]> {
  return db
    .select()
    .from(channelCosts)
    .where(
      and(
        isNull(channelCosts.deletedAt),
        equals(channelCosts.storeId, store),
        equals(channelCosts.channel, channel),
        from === undefined ? undefined : gte(channelCosts.toDay, from),
        to === undefined ? undefined : lte(channelCosts.fromDay, to),
        below(channelCosts.id, after),
      ),
    )
    .orderBy(desc(channelCosts.id))
    .limit(limit);
}

/** Statement that adds a cost. */
export function insertCost({ d1, db }: Deps, row: CostRow): D1PreparedStatement {
  return statementOf(d1, db.insert(channelCosts).values(row));
}

/** Statements that write a cost over an older version of it. They break their batch off if another came between. */
export function updateCost({ d1, db }: Deps, before: CostRow, after: CostRow): D1PreparedStatement[] {
  const isBefore = and(eq(channelCosts.id, before.id), eq(channelCosts.version, before.version));
  return [statementOf(d1, db.update(channelCosts).set(after).where(isBefore)), mustChange(d1)];
}

/** A cost as the API shows it. */
export function presentCost(row: CostRow): ChannelCost {
  return {
    id: row.id,
    storeId: row.storeId,
    channel: row.channel,
    from: row.fromDay,
    to: row.toDay,
    amount: { amountMinor: row.amountMinor, currency: row.currency },
    note: row.note,
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}
