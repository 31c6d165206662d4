import { and, desc, eq, getTableColumns, gte, isNotNull, isNull, lt, sql } from "drizzle-orm";
import { below, equals } from "../../ground/db/filter.ts";
import { conversionDefinitions, conversions } from "../../ground/db/schema/conversion.ts";
import type { Deps } from "../../ground/deps.ts";
import { endMsOf, msOf } from "../../ground/http/fields.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import { orNotFound } from "../../ground/http/problem.ts";
import { waitsForHand } from "./by-hand.ts";
import type { ConversionQuery } from "./schema.ts";
import type { ConversionRow } from "./work.ts";

/** A conversion with the currency of its definition, ISO 4217. */
export type ListedConversion = ConversionRow & { currency: string };

const columns = { ...getTableColumns(conversions), currency: conversionDefinitions.currency };

/** Conversions that match the filters, from new to old, starting after the id `after`. */
export async function listConversions(
  { db }: Pick<Deps, "db">,
  { after, limit }: Stretch,
  { definition, contact, creator, store, counted, commission, approval, from, to }: ConversionQuery,
): Promise<ListedConversion[]> {
  return db
    .select(columns)
    .from(conversions)
    .innerJoin(conversionDefinitions, eq(conversionDefinitions.id, conversions.definitionId))
    .where(
      and(
        equals(conversions.definitionId, definition),
        equals(conversions.contactId, contact),
        equals(conversions.storeId, store),
        creator === undefined
          ? undefined
          : sql`EXISTS (SELECT 1 FROM json_each(${conversions.shares}) s WHERE s.value ->> 'creatorId' = ${creator})`,
        counted === undefined
          ? undefined
          : counted === "true"
            ? isNull(conversions.uncounted)
            : isNotNull(conversions.uncounted),
        equals(conversions.commission, commission),
        approval === undefined
          ? undefined
          : approval === "hand"
            ? sql.raw(waitsForHand("conversions"))
            : and(sql`${conversions.commission} = 'pending'`, isNotNull(conversions.dueAt)),
        from === undefined ? undefined : gte(conversions.time, msOf(from)),
        to === undefined ? undefined : lt(conversions.time, endMsOf(to)),
        below(conversions.id, after),
      ),
    )
    .orderBy(desc(conversions.id))
    .limit(limit);
}

/** The conversion with this id. Throws a `Problem` (404) if there is none. */
export const existingConversion = orNotFound(
  "conversion",
  async ({ db }: Pick<Deps, "db">, id: string): Promise<ListedConversion | null> => {
    const [row] = await db
      .select(columns)
      .from(conversions)
      .innerJoin(conversionDefinitions, eq(conversionDefinitions.id, conversions.definitionId))
      .where(eq(conversions.id, id));
    return row ?? null;
  },
);
