import { creatorName } from "../../ground/db/names.ts";
import type { Deps } from "../../ground/deps.ts";
import { badCursor, type ListOrder, type Stretch, textOf } from "../../ground/http/pagination.ts";
import { boundedSum } from "../../ground/money/sum.ts";
import { ensureStoreZones } from "../../ground/time/zones-store.ts";
import { Bindings } from "../report/bindings.ts";
import { asksForCredit, baseOf, type ConversionsAsked, COUNTS, visitorsOf } from "./base.ts";

/** What conversions come to in one currency, minor units. */
export interface ConversionAmounts {
  /** ISO 4217. */
  currency: string;
  valueMinor: number;
  commissionMinor: number;
}

/** How many there are of what. */
export interface ConversionCounts {
  conversions: number;
  converters: number;
  /** `null`: it isn't known of whom is asked. */
  visitors: number | null;
  notToldApart: number;
  claimed: number;
  backfilled: number;
  overLimit: number;
  withdrawn: number;
  /** In the order of the currencies. */
  amounts: ConversionAmounts[];
}

/** A row: of a definition, of a day or of the whole span (empty), and of a creator where those are told apart. */
export interface ConversionsRead extends ConversionCounts {
  definitionId: string;
  name: string;
  creatorId: string | null;
  creatorName: string | null;
  start: string;
}

/** Where a row stands. */
export type ConversionsPlace = Pick<ConversionsRead, "start" | "definitionId" | "creatorId">;

const PLACE = /^c1:(|\d{4}-\d{2}-\d{2}) (cdf_[0-9a-z]{16}) (|crt_[0-9a-z]{16})$/;

/** The order of rows: by day, then by definition, then by creator, those of nobody first. */
export const byConversionsPlace: ListOrder<ConversionsRead, ConversionsPlace> = {
  placeOf: (cursor) => {
    if (cursor === undefined) return null;
    const [, start, definitionId, creatorId] = PLACE.exec(textOf(cursor)) ?? [];
    if (start === undefined || definitionId === undefined || creatorId === undefined) throw badCursor();
    return { start, definitionId, creatorId: creatorId === "" ? null : creatorId };
  },
  cursorOf: ({ start, definitionId, creatorId }) =>
    btoa(`c1:${start} ${definitionId} ${creatorId ?? ""}`).replaceAll("=", ""),
};

type RawRow = Omit<ConversionsRead, "amounts" | "visitors"> & { storeId: string; amounts: string };

/** The visitors of stores: by store and day as rows are spaced, and in all. */
export interface Visitors {
  of: (storeId: string, start: string) => number | null;
  total: number | null;
}

const NOBODY_KNOWS: Visitors = { of: () => null, total: null };

/** How many visitors there were; nobody knows which of them creators sent. Throws what D1 throws. */
export async function readVisitors({ d1 }: Pick<Deps, "d1">, asked: ConversionsAsked): Promise<Visitors> {
  if (asksForCredit(asked)) return NOBODY_KNOWS;
  await ensureStoreZones(d1);
  const read = async (interval: ConversionsAsked["interval"]) => {
    const bindings = new Bindings();
    const query = visitorsOf(asked, interval, bindings);
    type Row = { store_id: string; start: string; visitors: number };
    return (
      await d1
        .prepare(query)
        .bind(...bindings.values)
        .all<Row>()
    ).results;
  };
  const inAll = await read("total");
  const rows = asked.interval === "total" ? inAll : await read(asked.interval);
  const byStart = new Map(rows.map((row) => [`${row.store_id} ${row.start}`, row.visitors]));
  return {
    of: (storeId, start) => byStart.get(`${storeId} ${start}`) ?? 0,
    // No two stores know a visitor by the same name.
    total: inAll.reduce((sum, { visitors }) => sum + visitors, 0),
  };
}

/** SQL: the sums of `parts` by currency, of rows for which a condition holds, as JSON. */
const amountsJson = (condition: string): string => `(SELECT json_group_array(json_object('currency', currency,
    'valueMinor', value_minor, 'commissionMinor', commission_minor))
  FROM (SELECT currency, ${boundedSum("sum(value_minor)")} AS value_minor,
      ${boundedSum("sum(commission_minor)")} AS commission_minor
    FROM parts p WHERE ${condition} GROUP BY currency ORDER BY currency))`;

/** Rows of the report in their order. Throws what D1 throws. */
export async function readConversions(
  { d1 }: Pick<Deps, "d1">,
  asked: ConversionsAsked,
  visitors: Visitors,
  { after, limit }: Stretch<ConversionsPlace>,
): Promise<ConversionsRead[]> {
  await ensureStoreZones(d1);
  const bindings = new Bindings();
  const base = baseOf(asked, bindings);
  const place = [after?.start, after?.definitionId, after?.creatorId].map((part) => bindings.add(part ?? ""));
  const query = `WITH ${base}, page AS (
      SELECT start, definition_id, creator_id, ${COUNTS} FROM base GROUP BY start, definition_id, creator_id
      HAVING ${after === null ? "TRUE" : `(start, definition_id, coalesce(creator_id, '')) > (${place.join(", ")})`}
      ORDER BY start, definition_id, coalesce(creator_id, '') LIMIT ${bindings.add(limit)}
    )
    SELECT g.start, g.definition_id AS definitionId, d.name, d.store_id AS storeId, g.creator_id AS creatorId,
      ${creatorName("k")} AS creatorName,
      g.conversions, g.converters, g.notToldApart, g.claimed, g.backfilled, g.overLimit, g.withdrawn,
      ${amountsJson("p.start = g.start AND p.definition_id = g.definition_id AND p.creator_id IS g.creator_id")} AS amounts
    FROM page g JOIN conversion_definitions d ON d.id = g.definition_id LEFT JOIN creators k ON k.id = g.creator_id
    ORDER BY g.start, g.definition_id, coalesce(g.creator_id, '')`;
  const { results } = await d1
    .prepare(query)
    .bind(...bindings.values)
    .all<RawRow>();
  return results.map(({ storeId, amounts, ...row }) => ({
    ...row,
    creatorName: row.creatorId === null ? null : row.creatorName,
    visitors: visitors.of(storeId, row.start),
    amounts: JSON.parse(amounts) as ConversionAmounts[],
  }));
}

/** The sums of all rows: whoever is in several is counted once. Throws what D1 throws. */
export async function readConversionsTotal(
  { d1 }: Pick<Deps, "d1">,
  asked: ConversionsAsked,
  visitors: Visitors,
): Promise<ConversionCounts> {
  await ensureStoreZones(d1);
  const bindings = new Bindings();
  const query = `WITH ${baseOf(asked, bindings)} SELECT ${COUNTS}, ${amountsJson("TRUE")} AS amounts FROM base`;
  const [row] = (
    await d1
      .prepare(query)
      .bind(...bindings.values)
      .all<Omit<ConversionCounts, "amounts" | "visitors"> & { amounts: string }>()
  ).results;
  if (row === undefined) throw new Error("a sum has no row");
  return { ...row, visitors: visitors.total, amounts: JSON.parse(row.amounts) as ConversionAmounts[] };
}
