import type { Child } from "hono/jsx";
import type { Reconciliation, ReconciliationDetail } from "../../books/reconcile/schema.ts";
import type { RowClass } from "../../ground/model/reconciliation.ts";
import type { Desk } from "../frame/desk-load.ts";
import { Amount, Chip, Count, Moment, Named, Progress, type Tone } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import type { Resource, View } from "../resource/resource.ts";
import { PRESET_WORDS } from "./upload-form.ts";
import { CLASS_WORDS, CLASSES } from "./words.ts";

/** A reconciliation as lists have it, and as its page does. */
type Shown = Reconciliation & Partial<Pick<ReconciliationDetail, "counts" | "totals" | "warning">>;

const STATES: Readonly<Record<Reconciliation["status"], { label: string; tone: Tone }>> = {
  receiving: { label: "Being received", tone: "wait" },
  classifying: { label: "Being compared", tone: "wait" },
  ready: { label: "Compared", tone: "good" },
  applying: { label: "Being applied", tone: "wait" },
  failed: { label: "Failed", tone: "bad" },
};

/** `/admin/reconciliations`: stores' exports beside what was tracked. */
export const RECONCILIATIONS: Resource<Shown> = {
  place: "reconciliations",
  one: "Reconciliation",
  many: "Reconciliations",
  api: "/reconciliations",
  read: "orders:read",
  title: (row, view) => nameOf(row, view),
  list: {
    byStore: true,
    expand: true,
    csv: "desk",
    actions: (desk) =>
      desk.may("orders:write") ? (
        <a class="button main" href={withQuery("/admin/reconciliations/new", { store: desk.store?.id })}>
          Compare an export
        </a>
      ) : null,
    filters: [{ kind: "maybe", name: "open", label: "With differences left" }],
    empty: {
      title: "No export was compared yet.",
      text: "Export the orders in the shop and compare the file here: what was never reported, what the shop doesn’t have, and which amounts differ.",
    },
    columns: [
      {
        label: "Reconciliation",
        main: true,
        cell: (row, view) => nameOf(row, view),
        csv: ({ createdAt }) => createdAt,
      },
      {
        label: "State",
        cell: (row) => <State row={row} />,
        csv: ({ status, dryRun }) => (dryRun ? `${status}, dry run` : status),
      },
      {
        label: "Rows",
        num: true,
        cell: ({ progress }, { desk }) => <Count desk={desk} value={progress.rows} />,
        csv: ({ progress }) => progress.rows,
      },
      {
        label: "Applied",
        num: true,
        cell: ({ progress }, { desk }) => <Count desk={desk} value={progress.applied} />,
        csv: ({ progress }) => progress.applied,
      },
      { label: "Read as", cell: ({ preset }) => PRESET_WORDS[preset], csv: ({ preset }) => preset },
      {
        label: "Orders from",
        cell: ({ from }, { desk }) => <Moment desk={desk} time={from} />,
        csv: ({ from }) => from,
      },
      { label: "To", cell: ({ to }, { desk }) => <Moment desk={desk} time={to} />, csv: ({ to }) => to },
      {
        label: "Store",
        cell: ({ storeId }, { names }) => <Named id={storeId} names={names} />,
        csv: ({ storeId }, { names }) => names[storeId] ?? storeId,
      },
    ],
  },
  page: {
    query: { expand: "names" },
    busy: ({ status }) => ["receiving", "classifying", "applying"].includes(status),
    head: (row, view) => <Head row={row} view={view} />,
    facts: ({ storeId, preset, format, bytes, from, to, sameFileAs, fileHash, createdAt, updatedAt, ...row }, view) => [
      ["State", <State row={row} />],
      ["Store", <Named id={storeId} names={view.names} />],
      ["Read as", `${PRESET_WORDS[preset]}, ${format.toUpperCase()}`],
      ["Rows", <Count desk={view.desk} value={row.progress.rows} />],
      ["Size", `${view.desk.formats.count(Math.ceil(bytes / 1024))} KiB`],
      ["Orders placed from", from && <Moment desk={view.desk} time={from} />],
      ["To before", to && <Moment desk={view.desk} time={to} />],
      [
        "Selected to be applied",
        row.progress.selected === 0 ? null : <Count desk={view.desk} value={row.progress.selected} />,
      ],
      ["Applied", <Count desk={view.desk} value={row.progress.applied} />],
      ["The same file as", sameFileAs && <Named id={sameFileAs} names={{ [sameFileAs]: "an earlier one" }} />],
      ["Uploaded", <Moment desk={view.desk} time={createdAt} />],
      ["Changed", <Moment desk={view.desk} time={updatedAt} />],
      ["SHA-256", fileHash && <code>{fileHash}</code>],
    ],
    panels: [{ title: "What comparing it came to", show: async ({ desk }, row) => classTable(desk, row) }],
  },
  actions: [
    {
      name: "keep",
      label: "Keep this dry run",
      scope: "orders:write",
      fits: ({ dryRun, status }) => dryRun && status === "ready",
      api: ({ id }) => `/reconciliations/${id}/keep`,
      text: "It becomes a reconciliation like any other: it stays, and rows of it can be applied. The file doesn’t have to be sent again. Nothing is applied by this.",
      done: "The dry run is kept, and can be applied.",
    },
    {
      name: "apply",
      label: "Apply rows",
      scope: "orders:write",
      fits: ({ dryRun, status }) => !dryRun && status === "ready",
      api: ({ id }) => `/reconciliations/${id}/apply`,
      text: "What the shop says of the rows is recorded as confirmed; orders that it lacks are declined. What isn’t chosen stays as it is, and what was applied before isn’t applied again. It is worked off behind this page.",
      preview: async (desk, row) => classTable(desk, row),
      fields: async (desk, row) => applyFields(desk, row),
      toBody: ({ classes, rows, confirmUnmatched }) => ({
        ...(Array.isArray(classes) && classes.length > 0 && { classes }),
        ...(Array.isArray(rows) && rows.length > 0 && { rows: rows.map(Number) }),
        ...(confirmUnmatched === true && { confirmUnmatched }),
      }),
      done: "The rows are being applied.",
    },
  ],
};

function nameOf({ storeId, createdAt }: Shown, { desk, names }: View): string {
  return `${names[storeId] ?? "Export"}, ${desk.formats.moment(Date.parse(createdAt), desk.timezone)}`;
}

function State({ row: { status, dryRun } }: { row: Pick<Shown, "status" | "dryRun"> }) {
  return (
    <>
      <Chip tone={STATES[status].tone}>{STATES[status].label}</Chip> {dryRun ? <Chip>Dry run</Chip> : null}
    </>
  );
}

/** What is under way, and what to look at first. */
function Head({ row, view: { desk } }: { row: Shown; view: View }) {
  const { status, progress, failure, warning, dryRun } = row;
  const sent = desk.url.searchParams.get("done") === "sent" && status !== "failed";
  return (
    <>
      {sent ? (
        <p class="done" role="status">
          The file is here and is being compared. Nothing is changed by that.
        </p>
      ) : null}
      {status === "classifying" || status === "receiving" ? (
        <Progress done={progress.classified} of={progress.rows} label="Rows compared" />
      ) : null}
      {status === "applying" ? <Progress done={progress.applied} of={progress.selected} label="Rows applied" /> : null}
      {failure === null ? null : (
        <p class="problem" role="alert">
          {failure} <a href={withQuery("/admin/reconciliations/new", { store: row.storeId })}>Choose a file again</a>
        </p>
      )}
      {warning ? <p class="warn">{warning}</p> : null}
      {dryRun && status === "ready" ? (
        <p class="note">A dry run can’t be applied, and is deleted 7 days after its upload, unless you keep it.</p>
      ) : null}
    </>
  );
}

/** Rows by class, with what each means, their sums, and where they are listed. */
function classTable(desk: Desk, { id, counts = {}, totals }: Shown): Child {
  const found = CLASSES.filter((name) => (counts[name] ?? 0) > 0);
  if (found.length === 0) return <p class="none">Nothing yet.</p>;
  return (
    <>
      <table class="stack" role="table">
        <caption class="off">Rows by what comparing them came to</caption>
        <thead role="rowgroup">
          <tr role="row">
            {["Class", "Rows", "The shop has", "Waymark has", "Applying it"].map((label, index) => (
              <th scope="col" role="columnheader" class={index > 0 && index < 4 ? "num" : ""}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {found.map((name) => (
            <tr role="row">
              <th scope="row" role="rowheader" class="main-cell">
                {CLASS_WORDS[name].name} <small>{CLASS_WORDS[name].means}</small>
              </th>
              <td role="cell" data-label="Rows" class="num">
                <a href={rowsOf(id, name)}>
                  <Count desk={desk} value={counts[name]} />
                  <span class="off"> rows: {CLASS_WORDS[name].name}</span>
                </a>
              </td>
              {(["store", "tracker"] as const).map((side) => (
                <td role="cell" data-label={side === "store" ? "The shop has" : "Waymark has"} class="num">
                  <span>
                    <Sums desk={desk} sums={totals?.[name]?.[side]} />
                  </span>
                </td>
              ))}
              <td role="cell" data-label="Applying it">
                <span>{CLASS_WORDS[name].applying}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="row">
        <a class="button" href={`/admin/reconciliations/${id}/rows`}>
          All that differs
        </a>
        <a class="button" href={`/admin/reconciliations/${id}/rows.csv`}>
          All that differs, as CSV
        </a>
      </p>
    </>
  );
}

function rowsOf(id: string, name: RowClass): string {
  return withQuery(`/admin/reconciliations/${id}/rows`, { class: name });
}

function Sums({ desk, sums }: { desk: Desk; sums: { amountMinor: number | null; currency: string }[] | undefined }) {
  if (sums === undefined || sums.length === 0) return <span class="none">–</span>;
  return (
    <>
      {sums.map(({ amountMinor, currency }, index) => (
        <>
          {index === 0 ? "" : ", "}
          {amountMinor === null ? (
            `very much ${currency}`
          ) : (
            <Amount desk={desk} minor={amountMinor} currency={currency} />
          )}
        </>
      ))}
    </>
  );
}

/** What is asked before rows are applied: those that were ticked in the list are named already. */
function applyFields(desk: Desk, { counts = {}, warning }: Shown) {
  const ticked = desk.url.searchParams.getAll("id").filter((n) => /^\d+$/.test(n));
  const found = CLASSES.filter((name) => (counts[name] ?? 0) > 0 && CLASS_WORDS[name].effect !== "nothing");
  return [
    {
      kind: "choices" as const,
      name: "classes",
      label: "All rows of",
      options: found.map((name) => ({ value: name, label: `${CLASS_WORDS[name].name} (${counts[name]})` })),
    },
    {
      kind: "words" as const,
      name: "rows",
      label: "And the rows numbered",
      hint: "With commas between them, as the list numbers them: 1,000 at most.",
      initial: ticked,
    },
    ...(warning
      ? [
          {
            kind: "switch" as const,
            name: "confirmUnmatched",
            label: "Apply it though nearly nothing of the file matches what was tracked",
          },
        ]
      : []),
  ];
}
