import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { AppTypes } from "../../ground/deps.ts";
import { amountCell, csvHeaders, csvLines } from "../../ground/http/csv.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { Page } from "../frame/api-load.ts";
import { ChooseStore, lacksStore } from "../frame/choose-store.tsx";
import { type Desk, deskOf } from "../frame/desk-load.ts";
import { Empty } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import { answerPage, SAFE } from "../frame/shell-page.tsx";
import { Fields, type FormState } from "../form/fields.tsx";
import { FormFaults } from "../form/faults.tsx";
import { filtersOf, namesOf, pageOrProblem, queryOf, readPage } from "./query-load.ts";
import { Table } from "./table.tsx";
import { showForm } from "../form/show.ts";
import type { Cell, Column, Filter, ListSpec, Resource, Shown, View } from "./resource.ts";
import { flashOf } from "./flash.ts";
import { mayDo } from "./may.ts";

/** Rows of a page. */
const PAGE_ROWS = 50;

/** Rows of a CSV that the desk writes itself, at most: it asks the API page by page. */
const CSV_ROWS = 10_000;

/** Answers a list of a resource: filters, rows, what can be done to many, and the way on. */
export async function listPage<Row extends Shown>(
  c: Context<AppTypes>,
  resource: Resource<Row>,
  list: ListSpec<Row>,
): Promise<Response> {
  const desk = deskOf(c);
  const filters = filtersOf(list, desk);
  const { query, faults, filled, body } = await queryOf(desk, list, filters);
  const before = list.first?.(desk) ?? null;
  const asked =
    before === null
      ? await pageOrProblem(desk, resource, list, faults, {
          ...query,
          limit: PAGE_ROWS,
          cursor: desk.url.searchParams.get("cursor"),
        })
      : { page: { data: [], nextCursor: null }, problem: null };
  const { page } = asked;
  // What has to be chosen before anything can be shown is no fault of whoever opens the page.
  const isOfOneStore = lacksStore(desk) && asked.problem?.fields.some(({ path }) => path === "store") === true;
  const problem = isOfOneStore ? null : asked.problem;
  if (list.row !== undefined) page.data = page.data.map((row) => list.row?.(row as never) ?? row);
  const view: View = { desk, names: namesOf(desk, page) };
  if (list.beside !== undefined) page.data = [...(await list.beside(desk, page.data).catch(() => page.data))];
  const here = desk.url.pathname;
  const kept = [...desk.url.searchParams].filter(
    ([name, value]) => name !== "cursor" && name !== "done" && (value !== "" || Object.hasOwn(list.start ?? {}, name)),
  );
  // With its filters as they are: also those that the list begins with and that were emptied.
  const filtered = (path: string, more: string[][] = []): string => {
    const query = new URLSearchParams([...kept, ...more]).toString();
    return query === "" ? path : `${path}?${query}`;
  };
  const isFiltered = filters.some(({ name }) => desk.url.searchParams.get(name));
  const bulk = (list.bulk ?? []).filter((action) => mayDo(desk, action));
  const { create } = resource;
  return answerPage(
    c,
    {
      title: resource.many,
      status: problem === null ? 200 : 422,
      trail: resource.trail ?? [],
      done: flashOf(desk.url, resource),
      actions: (
        <>
          {list.actions?.(desk) ?? null}
          {list.csv === null || isOfOneStore || before !== null ? null : (
            <a class="button" href={filtered(`${here}/export.csv`)}>
              CSV
            </a>
          )}
          {create !== undefined && mayDo(desk, create) ? (
            <a class="button main" href={withQuery(`${here}/new`, { store: desk.store?.id })}>
              New {resource.one.toLowerCase()}
            </a>
          ) : null}
        </>
      ),
    },
    <>
      {list.intro === undefined ? null : await list.intro(desk)}
      <Filters
        desk={desk}
        list={list}
        filters={filters}
        state={{
          filled: problem === null ? showForm(filters, body, view.names) : filled,
          faults: problem?.fields ?? [],
        }}
        isFiltered={isFiltered}
      />
      <FormFaults problem={problem} fields={filters} />
      <section class="card" aria-label={resource.many}>
        {problem !== null ? (
          <Empty title="Nothing is shown until the filters are mended." />
        ) : before !== null ? (
          before
        ) : isOfOneStore ? (
          <ChooseStore desk={desk} />
        ) : page.data.length === 0 && page.nextCursor !== null ? (
          <Empty title="Nothing in this stretch of it.">There may be more on the next pages.</Empty>
        ) : page.data.length === 0 ? (
          isFiltered ? (
            <Empty
              title="Nothing fits these filters."
              action={<a href={withQuery(here, { store: desk.store?.id })}>Show all</a>}
            />
          ) : (
            <Empty
              title={list.empty.title}
              action={
                create !== undefined && mayDo(desk, create) ? (
                  <a class="button" href={`${here}/new`}>
                    New {resource.one.toLowerCase()}
                  </a>
                ) : null
              }
            >
              {list.empty.text}
            </Empty>
          )
        ) : bulk.length === 0 ? (
          <Table caption={resource.many} columns={list.columns} rows={page.data} view={view} />
        ) : (
          <form method="post" action={filtered(`${here}/bulk`)}>
            <Table
              caption={resource.many}
              columns={list.columns}
              rows={page.data}
              view={view}
              select={(row) => resource.title(row, view)}
            />
            <div class="row bulk">
              <label>
                With those that are ticked{" "}
                <select name="_action">
                  {bulk.map(({ name, label }) => (
                    <option value={name}>{label}</option>
                  ))}
                </select>
              </label>
              <button>See what it comes to</button>
              <small data-chosen="" role="status" />
            </div>
          </form>
        )}
      </section>
      {desk.url.searchParams.get("cursor") === null && page.nextCursor === null ? null : (
        <nav class="row" aria-label="Pages">
          {desk.url.searchParams.get("cursor") === null ? null : (
            <a class="button" href={filtered(here)}>
              First page
            </a>
          )}
          {page.nextCursor === null ? null : (
            <a class="button" rel="next" href={filtered(here, [["cursor", page.nextCursor]])}>
              Next page
            </a>
          )}
        </nav>
      )}
    </>,
  );
}

/** The list as CSV: the API's own where it has one, else written from its pages. */
export async function listCsv<Row extends Shown>(
  c: Context<AppTypes>,
  resource: Resource<Row>,
  list: ListSpec<Row>,
): Promise<Response> {
  const desk = deskOf(c);
  const { query, faults } = await queryOf(desk, list, filtersOf(list, desk));
  // A filter that says nothing must not become a file of everything.
  if (faults.length > 0) throw new Problem("validation_failed", "Some filters say nothing.", faults);
  const file = `${resource.place}.csv`;
  if (list.csv !== "desk" && list.csv !== null) {
    const isOwn = list.csv === "api";
    const answer = await desk.api.open(list.csv === "api" ? (list.api ?? resource.api) : list.csv, {
      ...query,
      ...(isOwn && { format: "csv" }),
    });
    return new Response(answer.body, { headers: { ...csvHeaders(file), ...SAFE } });
  }
  const rows: Cell[][] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Row> = await readPage(desk, resource, list, { ...query, limit: 200, cursor });
    const view: View = { desk, names: namesOf(desk, page) };
    if (list.row !== undefined) page.data = page.data.map((row) => list.row?.(row as never) ?? row);
    if (list.beside !== undefined) page.data = [...(await list.beside(desk, page.data).catch(() => page.data))];
    rows.push(...page.data.map((row) => [row.id, ...list.columns.flatMap((column) => cellsOf(column, row, view))]));
    cursor = page.nextCursor;
  } while (cursor !== null && rows.length < CSV_ROWS);
  const lines = [["id", ...list.columns.flatMap(headsOf)], ...rows];
  // A file that ends before the list does says so, in its last line.
  if (cursor !== null) lines.push([`Only the first ${rows.length} rows: narrow the filters for the rest.`]);
  return new Response(csvLines(lines), { headers: { ...csvHeaders(file), ...SAFE } });
}

/** What a column is called in the CSV, if it is in it. */
function headsOf<Row>({ label, csv, csvMoney }: Column<Row>): string[] {
  if (csvMoney !== undefined) return [label, `${label}, currency`];
  return csv === undefined ? [] : [label];
}

function cellsOf<Row>({ csv, csvMoney }: Column<Row>, row: Row, view: View): Cell[] {
  if (csvMoney === undefined) return csv === undefined ? [] : [csv(row, view)];
  const money = csvMoney(row);
  return money == null ? [null, null] : [amountCell(money.amountMinor, money.currency), money.currency];
}

function Filters<Row>({
  desk,
  list,
  filters,
  state,
  isFiltered,
}: {
  desk: Desk;
  list: ListSpec<Row>;
  filters: readonly Filter[];
  state: FormState;
  isFiltered: boolean;
}): Child {
  const byStore = list.byStore === true && desk.stores.length > 1;
  if (filters.length === 0 && !byStore) return null;
  const [first, ...others] = filters.map((field) => ({ ...field, required: false }));
  const shown = { ...state, free: true };
  return (
    <form class="filters" aria-label="Filters">
      {byStore ? (
        <StoreChoice desk={desk} />
      ) : desk.store === null ? null : (
        <input type="hidden" name="store" value={desk.store.id} />
      )}
      {first === undefined ? null : <Fields fields={[first]} state={shown} />}
      {others.length === 0 ? null : (
        <details open={others.some(({ name }) => desk.url.searchParams.get(name))}>
          <summary>More filters</summary>
          <div class="filters">
            <Fields fields={others} state={shown} />
          </div>
        </details>
      )}
      <button>Filter</button>
      {isFiltered ? <a href={withQuery(desk.url.pathname, { store: desk.store?.id })}>Clear</a> : null}
    </form>
  );
}

/** A choice of one store or all, by which a page is narrowed. `all`: whether all of them may be chosen. */
export function StoreChoice({ desk, all = true }: { desk: Desk; all?: boolean }) {
  const isOfSome = (desk.actor.storeIds?.size ?? 0) > 1;
  return (
    <div class="field">
      <label for="f-store">Store</label>
      <select id="f-store" name="store" data-now="">
        {all && !isOfSome ? <option value="">All stores</option> : null}
        {all && lacksStore(desk) ? <option value="">Choose a store</option> : null}
        {desk.stores.map(({ id, name }) => (
          <option value={id} selected={id === desk.store?.id}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
