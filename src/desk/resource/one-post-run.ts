import type { Query } from "../frame/api-load.ts";
import type { Desk } from "../frame/desk-load.ts";
import { rowsOfList } from "./find-load.ts";
import type { BulkResult, Shown } from "./resource.ts";

/** How a write without a body is done to many rows of a list whose rows the API reads none of alone. */
export interface PostEach<Row> {
  /** Of the API: its list, and the write for one of it. */
  list: string;
  path: (row: Row) => string;
  query?: Query;
  name: (row: Row) => string;
  /** What it comes to, or why nothing happens. */
  outcome: (row: Row) => { text: string } | { skip: string };
}

/** Makes what `BulkAction.run` is, one row after the other: one that is refused stops no other. */
export function postEach<Row extends Shown>({ list, path, query, name, outcome }: PostEach<Row>) {
  return async (
    desk: Desk,
    ids: readonly string[],
    _body: Record<string, unknown>,
    dryRun: boolean,
  ): Promise<BulkResult[]> => {
    const { rows } = await rowsOfList<Row>(desk, list, ids, query === undefined ? {} : { query });
    const results: BulkResult[] = [];
    for (const row of rows) {
      const { id } = row;
      const planned = outcome(row);
      if ("skip" in planned) {
        results.push({ id, name: name(row), text: planned.skip, ok: false });
        continue;
      }
      if (dryRun) {
        results.push({ id, name: name(row), text: planned.text, ok: true });
        continue;
      }
      const sent = await desk.api.send("POST", path(row));
      results.push({ id, name: name(row), text: sent.ok ? planned.text : sent.problem.message, ok: sent.ok });
    }
    return results;
  };
}
