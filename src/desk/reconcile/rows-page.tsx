import type { Context } from "hono";
import type { Discrepancy, ReconciliationDetail } from "../../books/reconcile/schema.ts";
import type { AppTypes } from "../../ground/deps.ts";
import { csvHeaders } from "../../ground/http/csv.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import type { Page } from "../frame/api-load.ts";
import { deskOf } from "../frame/desk-load.ts";
import { Amount, Chip, Empty, Moment, Named } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import { answerPage, SAFE } from "../frame/shell-page.tsx";
import { wordsOf } from "../form/field.ts";
import { Table } from "../resource/table.tsx";
import type { Column } from "../resource/resource.ts";
import { CLASS_WORDS, CLASSES, differenceTexts } from "./words.ts";

/** Rows of a page. */
const PAGE_ROWS = 50;

/** A row of a file, known by its number. */
type Row = Discrepancy & { id: string };

const COLUMNS: readonly Column<Row>[] = [
  {
    label: "Row",
    main: true,
    cell: ({ n, externalId }) => (
      <>
        {externalId ?? "–"} <small>row {n}</small>
      </>
    ),
  },
  { label: "Class", cell: ({ class: name }) => CLASS_WORDS[name].name },
  {
    label: "Order",
    cell: ({ orderId, externalId }, { names }) => (
      <Named id={orderId} names={{ ...(orderId !== null && { [orderId]: externalId ?? "Order" }), ...names }} />
    ),
  },
  { label: "Placed", cell: ({ store }, { desk }) => <Moment desk={desk} time={store?.placedAt} /> },
  {
    label: "The shop’s total",
    num: true,
    cell: ({ store }, { desk }) => (
      <Amount desk={desk} minor={store?.total.amountMinor} currency={store?.total.currency} />
    ),
  },
  {
    label: "What differs",
    cell: (row, { desk }) => (
      <>
        {row.fault}
        {row.store?.unknownStatus}
        {differenceTexts(row, desk.formats.money).map(({ field, store, tracker }, index) => (
          <>
            {index === 0 ? "" : "; "}
            {wordsOf(field)}: shop {store}, Waymark {tracker}
          </>
        ))}
      </>
    ),
  },
  {
    label: "Applied",
    cell: ({ appliedAt, selectedAt, outcome }) => {
      if (outcome !== null) {
        const isBad = /^(?:refused|failed):/.test(outcome);
        return <Chip tone={isBad ? "bad" : "good"}>{outcome}</Chip>;
      }
      if (appliedAt !== null) return <Chip tone="good">Applied</Chip>;
      return selectedAt === null ? "–" : <Chip tone="wait">Selected</Chip>;
    },
  },
];

/** Answers the rows of a reconciliation, of one class or all that differ. */
export async function rowsPage(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["orders:read"]);
  const id = c.req.param("id") ?? "";
  const { searchParams } = desk.url;
  const api = `/reconciliations/${encodeURIComponent(id)}`;
  const [found, page] = await Promise.all([
    desk.api.get<ReconciliationDetail>(api),
    desk.api.get<Page<Discrepancy>>(`${api}/discrepancies`, {
      class: searchParams.get("class"),
      cursor: searchParams.get("cursor"),
      limit: PAGE_ROWS,
      expand: "names",
    }),
  ]);
  const here = `/admin/reconciliations/${found.id}`;
  const chosen = CLASSES.find((name) => name === searchParams.get("class"));
  const rows = page.data.map((row) => ({ ...row, id: String(row.n) }));
  const mayApply = desk.may("orders:write") && !found.dryRun && found.status === "ready";
  const names = { ...page.names };
  const table = (
    <Table
      caption="Rows"
      columns={COLUMNS}
      rows={rows}
      view={{ desk, names }}
      {...(mayApply && { select: ({ n }: Row) => `Row ${n}` })}
    />
  );
  return answerPage(
    c,
    {
      title: chosen === undefined ? "What differs" : CLASS_WORDS[chosen].name,
      trail: [
        { name: "Reconciliations", path: "/admin/reconciliations" },
        {
          name: `${desk.stores.find(({ id }) => id === found.storeId)?.name ?? "Export"}, ${desk.formats.moment(Date.parse(found.createdAt), desk.timezone)}`,
          path: here,
        },
      ],
      actions: (
        <a class="button" href={withQuery(`${here}/rows.csv`, { class: chosen })}>
          CSV
        </a>
      ),
    },
    <>
      <nav class="tabs" aria-label="Classes">
        <a href={`${here}/rows`} {...(chosen === undefined && { "aria-current": "page" })}>
          All that differ
        </a>
        {CLASSES.filter((name) => (found.counts[name] ?? 0) > 0 || name === chosen).map((name) => (
          <a href={withQuery(`${here}/rows`, { class: name })} {...(chosen === name && { "aria-current": "page" })}>
            {CLASS_WORDS[name].name} ({desk.formats.count(found.counts[name] ?? 0)})
          </a>
        ))}
      </nav>
      <section class="card" aria-label="Rows">
        {chosen === undefined ? null : (
          <p class="note">
            {CLASS_WORDS[chosen].means} Applying it {CLASS_WORDS[chosen].applying}.
          </p>
        )}
        {rows.length === 0 ? (
          <Empty title="There is no such row." />
        ) : mayApply ? (
          <form action={`${here}/apply`}>
            {table}
            <div class="row bulk">
              <button>Apply those that are ticked …</button>
              <small data-chosen="" role="status" />
            </div>
          </form>
        ) : (
          table
        )}
      </section>
      {searchParams.get("cursor") === null && page.nextCursor === null ? null : (
        <nav class="row" aria-label="Pages">
          {searchParams.get("cursor") === null ? null : (
            <a class="button" href={withQuery(`${here}/rows`, { class: chosen })}>
              First page
            </a>
          )}
          {page.nextCursor === null ? null : (
            <a class="button" rel="next" href={withQuery(`${here}/rows`, { class: chosen, cursor: page.nextCursor })}>
              Next page
            </a>
          )}
        </nav>
      )}
    </>,
  );
}

/** The same rows as CSV, all pages in one. */
export async function rowsCsv(c: Context<AppTypes>): Promise<Response> {
  const { api, url } = deskOf(c);
  const answer = await api.open(`/reconciliations/${encodeURIComponent(c.req.param("id") ?? "")}/discrepancies`, {
    class: url.searchParams.get("class"),
    format: "csv",
  });
  return new Response(answer.body, { headers: { ...csvHeaders("discrepancies.csv"), ...SAFE } });
}
