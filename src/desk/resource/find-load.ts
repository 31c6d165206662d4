import { Problem } from "../../ground/http/problem.ts";
import type { Page, Query } from "../frame/api-load.ts";
import type { Desk } from "../frame/desk-load.ts";
import type { Found, Shown } from "./resource.ts";

/** Pages of a list that are looked through for one row at most, and the rows of each. */
const PAGES = 10;
const ROWS = 200;

/**
 * Finds rows of a list by their ids, newest first, where the API reads none of them alone. `idOf`: what stands for an id
 * of a row without one. Throws the API's `Problem`.
 */
export async function rowsOfList<Row extends Shown>(
  desk: Desk,
  path: string,
  ids: readonly string[],
  { idOf, query }: { idOf?: ((row: Row) => string) | undefined; query?: Query } = {},
): Promise<{ rows: Row[]; names: Record<string, string> }> {
  const left = new Set(ids);
  const found: { rows: Row[]; names: Record<string, string> } = { rows: [], names: {} };
  let cursor: string | null = null;
  for (let page = 0; page < PAGES && left.size > 0 && (page === 0 || cursor !== null); page += 1) {
    const answer: Page<Row> = await desk.api.get(path, { ...query, limit: ROWS, expand: "names", cursor });
    for (const each of answer.data) {
      const row = idOf === undefined ? each : { ...each, id: idOf(each) };
      if (left.delete(row.id)) found.rows.push(row);
    }
    Object.assign(found.names, answer.names);
    cursor = answer.nextCursor;
  }
  return found;
}

/** How a resource finds one row in its list. The function throws a `Problem` (404) where it isn't there. */
export function findInList<Row extends Shown>(
  path: string,
  one: string,
  options: { idOf?: (row: Row) => string; query?: Query } = {},
): (desk: Desk, id: string) => Promise<Found<Row>> {
  return async (desk, id) => {
    const { rows, names } = await rowsOfList<Row>(desk, path, [id], options);
    const [row] = rows;
    if (row === undefined) throw new Problem("not_found", `There is no ${one} ${id} among the latest.`);
    return { row, names };
  };
}
