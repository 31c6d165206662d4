import { sumsCell } from "../frame/money.tsx";
import type { AttributionReport, AttributionRow } from "../../shops/amazon/report-schema.ts";
import type { Desk } from "../frame/desk-load.ts";
import { Amount, Chip, Count, Moment, Named } from "../frame/parts.tsx";
import type { Column, Resource } from "../resource/resource.ts";
import { wordsOf } from "../form/field.ts";

/** A row of a report, with what stands for an id. */
export type RowRow = AttributionRow & { id: string };

const COUNTS = [
  "clicks",
  "detailPageViews",
  "addToCarts",
  "purchases",
  "units",
  "totalDetailPageViews",
  "totalAddToCarts",
  "totalPurchases",
  "totalUnits",
] as const;
const AMOUNTS = ["salesMinor", "totalSalesMinor", "bonusMinor"] as const;

/** Figures that a list shows; its CSV has all. */
const SHOWN: ReadonlySet<string> = new Set(["clicks", "detailPageViews", "addToCarts", "purchases", "salesMinor"]);

function trailOf(desk: Desk, storeId: string): { name: string; path: string }[] {
  const name = desk.stores.find(({ id }) => id === storeId)?.name ?? "Store";
  return [
    { name: "Stores", path: "/admin/stores" },
    { name, path: `/admin/stores/${encodeURIComponent(storeId)}` },
  ];
}

/** `/admin/stores/{id}/attribution-reports`: what was imported of Amazon's reports. */
export function reportsOf(desk: Desk, storeId: string): Resource<AttributionReport> {
  const id = encodeURIComponent(storeId);
  const at = `/admin/stores/${id}`;
  return {
    place: `stores/${id}/attribution-reports`,
    one: "Report",
    many: "Imported reports",
    trail: trailOf(desk, storeId),
    api: `/stores/${id}/attribution-reports`,
    read: "orders:read",
    title: ({ firstDay, lastDay }) => `${firstDay} to ${lastDay}`,
    page: null,
    list: {
      filters: [],
      csv: "desk",
      expand: true,
      empty: {
        title: "No report was imported yet.",
        text: "Download a performance report by day from Amazon Attribution, and import it here.",
      },
      actions: ({ may }) => (
        <>
          <a class="button" href={`${at}/attribution-rows`}>
            Rows
          </a>
          {may("orders:write") ? (
            <a class="button main" href={`${at}/attribution-reports/import`}>
              Import a report
            </a>
          ) : null}
        </>
      ),
      columns: [
        {
          label: "Days",
          main: true,
          cell: ({ firstDay, lastDay }) => (
            <a href={`${at}/attribution-rows?from=${firstDay}&to=${lastDay}`}>
              {firstDay === lastDay ? firstDay : `${firstDay} to ${lastDay}`}
            </a>
          ),
          csv: ({ firstDay, lastDay }) => `${firstDay} to ${lastDay}`,
        },
        {
          label: "Stands for",
          cell: ({ days, standing }) =>
            standing === days ? (
              <Chip tone="good">all of its {days} days</Chip>
            ) : (
              <Chip tone={standing === 0 ? "plain" : "wait"}>
                {standing} of {days} days
              </Chip>
            ),
          csv: ({ days, standing }) => `${standing} of ${days}`,
        },
        {
          label: "Rows",
          num: true,
          cell: ({ rows }, { desk }) => <Count desk={desk} value={rows} />,
          csv: ({ rows }) => rows,
        },
        {
          label: "Lines of totals",
          num: true,
          cell: ({ totalLines }, { desk }) => <Count desk={desk} value={totalLines} />,
          csv: ({ totalLines }) => totalLines,
        },
        {
          label: "Sales",
          num: true,
          cell: ({ totals }, { desk }) =>
            totals.map(({ currency, salesMinor }) => <Amount desk={desk} minor={salesMinor} currency={currency} />),
          csv: ({ totals }) =>
            sumsCell(totals.map(({ currency, salesMinor }) => ({ amountMinor: salesMinor ?? 0, currency }))),
        },
        { label: "File", cell: ({ format }) => format.toUpperCase(), csv: ({ format }) => format },
        {
          label: "Imported",
          cell: ({ createdAt }, { desk }) => <Moment desk={desk} time={createdAt} />,
          csv: ({ createdAt }) => createdAt,
        },
        {
          label: "By",
          cell: ({ actor }, { names }) => <Named id={actor} names={names} />,
          csv: ({ actor }) => actor,
        },
      ],
    },
  };
}

/** `/admin/stores/{id}/attribution-rows`: rows of the reports, of each day those of the last that covered it. */
export function rowsOf(desk: Desk, storeId: string): Resource<RowRow> {
  const id = encodeURIComponent(storeId);
  const api = `/stores/${id}/attribution-reports/rows`;
  const figures = [
    ...COUNTS.map((name) => ({
      name,
      column: {
        label: wordsOf(name),
        num: true,
        cell: (row, { desk }) => <Count desk={desk} value={row[name]} />,
      } satisfies Column<RowRow>,
    })),
    ...AMOUNTS.map((name) => ({
      name,
      column: {
        label: wordsOf(name.replace("Minor", "")),
        num: true,
        cell: (row, { desk }) => <Amount desk={desk} minor={row[name]} currency={row.currency} />,
      } satisfies Column<RowRow>,
    })),
  ];
  return {
    place: `stores/${id}/attribution-rows`,
    one: "Row",
    many: "Rows of the reports",
    trail: [...trailOf(desk, storeId), { name: "Imported reports", path: `/admin/stores/${id}/attribution-reports` }],
    api,
    read: "orders:read",
    title: ({ day }) => day,
    page: null,
    list: {
      filters: [
        { kind: "date", name: "from", label: "From" },
        { kind: "date", name: "to", label: "To, that day too" },
        { kind: "ref", of: "creator", name: "creator", label: "Creator" },
        {
          kind: "choice",
          name: "unassigned",
          label: "Whose they are",
          options: [
            { value: "true", label: "No creator’s alone" },
            { value: "false", label: "A creator’s" },
          ],
        },
        { kind: "text", name: "sourceId", label: "Source", hint: "Its id, as a row’s source leads here." },
      ],
      csv: "api",
      expand: true,
      idOf: ({ day, sourceId, currency }) => `${day} ${sourceId} ${currency}`,
      empty: { title: "There are no rows.", text: "They come with the reports that are imported." },
      columns: [
        { label: "Day", main: true, cell: ({ day }) => day },
        {
          label: "Of",
          cell: ({ names, sourceId }) => (
            <a href={`/admin/stores/${id}/attribution-rows?sourceId=${sourceId}`}>
              {Object.values(names).join(" · ") || "Nothing by name"}
            </a>
          ),
        },
        {
          label: "Creator",
          cell: ({ creatorId }, { names }) =>
            creatorId === null ? <Chip tone="wait">Nobody’s</Chip> : <Named id={creatorId} names={names} />,
        },
        ...figures.filter(({ name }) => SHOWN.has(name)).map(({ column }) => column),
      ],
    },
  };
}
