import { type FieldError, Problem } from "../../ground/http/problem.ts";
import type { Page, Query } from "../frame/api-load.ts";
import type { Desk } from "../frame/desk-load.ts";
import { readForm } from "../form/read.ts";
import { resolveRefs } from "../form/resolve-load.ts";
import type { Filter, ListSpec, Resource, Shown } from "./resource.ts";

/** A page of the list, or none and what is wrong with the filters. Throws any other `Problem`. */
export async function pageOrProblem<Row extends Shown>(
  desk: Desk,
  resource: Resource<Row>,
  list: ListSpec<Row>,
  faults: readonly FieldError[],
  query: Query,
): Promise<{ page: Page<Row>; problem: Problem | null }> {
  const none = { data: [], nextCursor: null };
  if (faults.length > 0)
    return { page: none, problem: new Problem("validation_failed", "Some filters say nothing.", faults) };
  try {
    return { page: await readPage(desk, resource, list, query), problem: null };
  } catch (error) {
    if (error instanceof Problem && error.code === "validation_failed") return { page: none, problem: error };
    throw error;
  }
}

/** A page of the list, as the API answers it; rows without an id get what stands for one. */
export async function readPage<Row extends Shown>(
  desk: Desk,
  resource: Resource<Row>,
  list: ListSpec<Row>,
  query: Query,
): Promise<Page<Row>> {
  const page = await desk.api.get<Page<Row>>(list.api ?? resource.api, {
    ...query,
    ...(list.expand === true && { expand: "names" }),
  });
  const { idOf } = list;
  return idOf === undefined ? page : { ...page, data: page.data.map((row) => ({ ...row, id: idOf(row) })) };
}

/** What ids of a page are called: those that the API says, and the stores. */
export function namesOf<Row>(desk: Desk, { names }: Page<Row>): Record<string, string> {
  return { ...Object.fromEntries(desk.stores.map(({ id, name }) => [id, name])), ...names };
}

export function filtersOf<Row>(list: ListSpec<Row>, desk: Desk): readonly Filter[] {
  return typeof list.filters === "function" ? list.filters(desk) : list.filters;
}

/** What the address asks of the API: its filters, by the API's own names. */
export async function queryOf<Row>(desk: Desk, list: ListSpec<Row>, filters: readonly Filter[]) {
  const { searchParams } = desk.url;
  const filled = new Map([
    ...Object.entries(list.start ?? {}).map(([name, value]): [string, string[]] => [name, [value]]),
    ...[...new Set(searchParams.keys())].map((name): [string, string[]] => [name, searchParams.getAll(name)]),
  ]);
  const { body, faults, refs } = readForm(filters, filled, true);
  faults.push(...(await resolveRefs(desk.api, refs, true)));
  const query: Query = {
    ...list.always,
    ...(list.byStore === true && { store: desk.store?.id }),
    ...Object.fromEntries(
      Object.entries(body).map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : String(value)]),
    ),
  };
  return { query, faults, filled, body };
}
