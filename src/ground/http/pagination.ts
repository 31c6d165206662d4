import * as z from "./zod.ts";
import type { Context } from "hono";
import type { AppTypes, Deps } from "../deps.ts";
import { Problem } from "./problem.ts";

/** Rows of a page where the caller names no limit. */
const DEFAULT_LIMIT = 50;
/** Most rows of a page. */
const MAX_LIMIT = 200;

/** Query of what shows ids: see `expandNames`. */
export const expandQuery = z.object({
  expand: z.enum(["names"]).optional().openapi({
    description:
      "Adds `names`: what creators, campaigns, plans, codes, links, stores, orders, definitions, numbers and pools are called whose ids stand in the answer, by these.",
  }),
});

/** Query parameters of every list. */
export const pageQuery = z.strictObject({
  ...expandQuery.shape,
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_LIMIT)
    .default(DEFAULT_LIMIT)
    .openapi({ description: "Rows of a page." }),
  cursor: z.string().min(1).max(200).optional().openapi({ description: "`nextCursor` of the page before." }),
});

/** A page of a list on the wire. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item),
    nextCursor: z.string().nullable(),
    names: z
      .record(z.string(), z.string())
      .optional()
      .openapi({
        description: "With `expand=names`: what the ids in it are called.",
        example: { crt_06c4v8e5m1k2n3p4: "Lea Sommer" },
      }),
  });
}

/**
 * Lists run from new to old by id, and ids sort by creation, so the last id of a page says where the
 * next begins. It is wrapped so that nobody builds on its form.
 */
export function encodeCursor(id: string): string {
  return btoa(`v1:${id}`).replaceAll("=", "");
}

/** Reads a cursor back. Throws a `Problem` (422) that names `cursor`. */
export function decodeCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const id = /^v1:([a-z]{3}_[0-9a-z]{16})$/.exec(textOf(cursor))?.[1];
  if (id === undefined) throw badCursor();
  return id;
}

/** The cursor of a list that runs by sequence number. */
export function encodeSeqCursor(seq: number): string {
  return btoa(`s1:${seq}`).replaceAll("=", "");
}

/** Reads such a cursor back. Throws a `Problem` (422) that names `cursor`. */
export function decodeSeqCursor(cursor: string | undefined): number | null {
  if (cursor === undefined) return null;
  const seq = Number(/^s1:(\d{1,16})$/.exec(textOf(cursor))?.[1]);
  if (!Number.isSafeInteger(seq)) throw badCursor();
  return seq;
}

/** The stretch of a list that is to be read: from behind a place on, `null` for its beginning, `limit` rows at most. */
export interface Stretch<Place = string> {
  after: Place | null;
  limit: number;
}

/** How a list runs: the place that a cursor names, and the cursor that goes on behind a row. */
export interface ListOrder<Row, Place> {
  placeOf: (cursor: string | undefined) => Place | null;
  cursorOf: (row: Row) => string;
}

/** The order of most lists: from new to old, by id. */
export const byId: ListOrder<{ id: string }, string> = byIdOf(({ id }) => id);

/** The order of a list that runs by the id of something else than its rows. */
export function byIdOf<Row>(idOf: (row: Row) => string): ListOrder<Row, string> {
  return { placeOf: decodeCursor, cursorOf: (row) => encodeCursor(idOf(row)) };
}

/** The order of a list that runs by sequence number. */
export const bySeq: ListOrder<{ seq: number }, number> = byNumber(({ seq }) => seq);

/** The order of a list that runs by another number of its rows. */
export function byNumber<Row>(seqOf: (row: Row) => number): ListOrder<Row, number> {
  return { placeOf: decodeSeqCursor, cursorOf: (row) => encodeSeqCursor(seqOf(row)) };
}

/** What {@link pageQuery} comes to. */
type PageQuery = Pick<z.output<typeof pageQuery>, "limit" | "cursor">;

/**
 * Reads the page that a query asks for, by one row more, which tells whether there is a next page.
 *
 * ```ts
 * const { rows, nextCursor } = await readPage(query, byId, (stretch) => listMembers(deps, campaignId, stretch, query));
 * return c.json({ data: rows.map(presentMember), nextCursor }, 200);
 * ```
 */
export async function readPage<Row, Place>(
  { limit, cursor }: PageQuery,
  { placeOf, cursorOf }: ListOrder<Row, Place>,
  read: (stretch: Stretch<Place>) => Promise<readonly Row[]>,
): Promise<{ rows: Row[]; nextCursor: string | null }> {
  const found = await read({ after: placeOf(cursor), limit: limit + 1 });
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, nextCursor: found.length > limit && last !== undefined ? cursorOf(last) : null };
}

/** What {@link listHandler} needs of a request. */
type ListContext<Filters> = Pick<Context<AppTypes>, "env" | "json"> & {
  req: { valid: (target: "query") => Filters & PageQuery };
};

/**
 * The handler of a list whose rows are shown one by one: `listHandler(byId, listCreators, presentCreator)`. The route's
 * query is {@link pageQuery} with the filters that `read` takes.
 */
export function listHandler<Filters, Row, Place, Item>(
  order: ListOrder<Row, Place>,
  read: (deps: Deps, stretch: Stretch<Place>, filters: Filters) => Promise<readonly Row[]>,
  present: (row: Row) => Item,
) {
  return async (c: ListContext<Filters>) => {
    const query = c.req.valid("query");
    const { rows, nextCursor } = await readPage(query, order, (stretch) => read(c.env.deps, stretch, query));
    return c.json({ data: rows.map(present), nextCursor }, 200);
  };
}

/** What a cursor wraps; nothing if it wraps nothing. */
export function textOf(cursor: string): string {
  try {
    return atob(cursor);
  } catch {
    return "";
  }
}

/** The problem (422) of a cursor that isn't one of the list. */
export function badCursor(): Problem {
  return Problem.invalid("cursor", "is not a cursor that this API gave out");
}
