import type { Deps } from "../../ground/deps.ts";
import { numberCells } from "./csv.ts";
import { listNumbers, type NumberFilter } from "./numbers-store.ts";
import { presentNumber, type NumberView } from "./present.ts";

/** Numbers read at once: a page's rows in memory, never the whole list. */
const EXPORT_PAGE = 500;

/** All numbers that pass a filter at `now` (ms UTC), from new to old, a page at a time. */
export async function* exportNumbers(deps: Deps, filter: NumberFilter, now: number): AsyncGenerator<unknown[][]> {
  let after: string | null = null;
  for (;;) {
    const views: NumberView[] = await listNumbers(deps, { after, limit: EXPORT_PAGE }, filter, now);
    yield views.map((view) => numberCells(presentNumber(view, now)));
    after = views.at(-1)?.row.id ?? null;
    if (views.length < EXPORT_PAGE || after === null) return;
  }
}
