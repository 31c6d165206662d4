import { z } from "@hono/zod-openapi";
import { Problem } from "./problem.ts";

/** Rows of a page where the caller names no limit. */
const DEFAULT_LIMIT = 50;
/** Most rows of a page. */
const MAX_LIMIT = 200;

/** Query parameters of every list. */
export const pageQuery = z.strictObject({
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
  return z.object({ data: z.array(item), nextCursor: z.string().nullable() });
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

/** Cuts `rows`, read with `limit + 1`, to the page and names the next. */
export function pageFrom<Row extends { id: string }, Item>(
  rows: readonly Row[],
  limit: number,
  present: (row: Row) => Item,
): { data: Item[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    data: page.map(present),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(last.id) : null,
  };
}

/** The cursor of a list that runs by sequence number. */
export function encodeSeqCursor(seq: number): string {
  return btoa(`s1:${seq}`).replaceAll("=", "");
}

/** Reads such a cursor back. Throws a `Problem` (422) that names `cursor`. */
export function decodeSeqCursor(cursor: string | undefined): number | null {
  if (cursor === undefined) return null;
  const seq = /^s1:(\d{1,15})$/.exec(textOf(cursor))?.[1];
  if (seq === undefined) throw badCursor();
  return Number(seq);
}

function textOf(cursor: string): string {
  try {
    return atob(cursor);
  } catch {
    return "";
  }
}

function badCursor(): Problem {
  return Problem.invalid("cursor", "is not a cursor that this API gave out");
}
