import type { Child } from "hono/jsx";
import type { Payout, PayoutEntry, PayoutLine, PayoutPreview } from "../../books/payout/schema.ts";
import type { Page } from "../frame/api-load.ts";
import type { Desk } from "../frame/desk-load.ts";
import { Amount, Chip, Count, Moment, Named, ProblemNote, Said } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import { Table } from "../resource/table.tsx";
import type { Column, View } from "../resource/resource.ts";
import { TYPE_WORDS } from "./ledger.tsx";

/** Rows of a part of a page. */
const PART_ROWS = 50;

/** A line with by which payment and how it is paid; `method` is `null` where nobody said where to. */
type Line = PayoutLine & { reference?: string | null; method?: string | null };

const METHODS: Readonly<Record<string, string>> = { sepa: "SEPA", paypal: "PayPal", other: "Otherwise" };

const LINE_COLUMNS: readonly Column<Line & { id: string }>[] = [
  { label: "Creator", main: true, cell: ({ name }) => name },
  { label: "E-mail", cell: ({ email }) => email ?? "–" },
  { label: "External id", cell: ({ externalId }) => externalId ?? "–" },
  { label: "Reference", cell: ({ reference }) => (reference ? <code>{reference}</code> : "–") },
  {
    label: "Paid by",
    cell: ({ method, creatorId, proposalId }) => (
      <>
        {method === null ? (
          <a href={`/admin/creators/${creatorId}/payout-details/edit`}>
            <Chip tone="bad">No bank details</Chip>
          </a>
        ) : method === undefined ? (
          "–"
        ) : (
          (METHODS[method] ?? method)
        )}
        {proposalId === null ? null : (
          <>
            {" "}
            <a href={`/admin/payout-detail-proposals/${proposalId}`}>
              <Chip tone="wait">Another account waits</Chip>
            </a>
          </>
        )}
      </>
    ),
  },
  {
    label: "Amount",
    num: true,
    cell: ({ amount }, { desk }) => <Amount desk={desk} minor={amount.amountMinor} currency={amount.currency} />,
  },
  { label: "Entries", num: true, cell: ({ entries }, { desk }) => <Count desk={desk} value={entries} /> },
];

/** Says that some whom a run pays entered another account, and that it pays the one in force. */
function Proposed({ lines }: { lines: readonly Line[] }) {
  const waiting = lines.filter(({ proposalId }) => proposalId !== null).length;
  if (waiting === 0) return null;
  return (
    <p class="warn">
      {waiting === 1 ? "One of these creators" : `${waiting} of these creators`} entered another account on their own
      page, and nobody decided on it yet: they are paid by what is in force.{" "}
      <a href="/admin/payout-detail-proposals?state=open">Decide before you pay</a>.
    </p>
  );
}

/** What a run pays each creator, a page of them. */
export async function Lines(view: View, payout: Payout): Promise<Child> {
  const page = await partOf<Line>(view.desk, payout, "lines");
  const rows = page.data.map((line) => ({ ...line, id: line.creatorId }));
  return (
    <>
      {payout.status === "draft" ? <Proposed lines={rows} /> : null}
      <Table caption="What it pays each creator" columns={LINE_COLUMNS} rows={rows} view={view} />
      <More desk={view.desk} payout={payout} part="lines" next={page.nextCursor} what="creators" />
    </>
  );
}

const ENTRY_COLUMNS: readonly Column<PayoutEntry>[] = [
  { label: "Booked", cell: ({ time }, { desk }) => <Moment desk={desk} time={time} /> },
  { label: "What", cell: ({ type }) => <Chip tone={TYPE_WORDS[type].tone}>{TYPE_WORDS[type].label}</Chip> },
  { label: "Creator", cell: ({ creatorId }, { names }) => <Named id={creatorId} names={names} /> },
  {
    label: "For",
    cell: ({ orderId, conversionId }, { names }) => <Named id={orderId ?? conversionId} names={names} />,
  },
  {
    label: "Amount",
    num: true,
    cell: ({ amount }, { desk }) => <Amount desk={desk} minor={amount.amountMinor} currency={amount.currency} />,
  },
  { label: "Why", cell: ({ reason }) => reason },
];

/** The entries that a run pays, a page of them. */
export async function Entries(view: View, payout: Payout): Promise<Child> {
  const page = await partOf<PayoutEntry>(view.desk, payout, "entries");
  return (
    <>
      <Table
        caption="Entries that it pays"
        columns={ENTRY_COLUMNS}
        rows={page.data}
        view={{ ...view, names: { ...view.names, ...page.names } }}
      />
      <More desk={view.desk} payout={payout} part="entries" next={page.nextCursor} what="entries" />
    </>
  );
}

/** A page of a run's lines or entries: which, the address says by the part's own name. */
function partOf<Row>(desk: Desk, { id }: Payout, part: "lines" | "entries"): Promise<Page<Row>> {
  return desk.api.get<Page<Row>>(`/payouts/${id}/${part}`, {
    limit: PART_ROWS,
    cursor: desk.url.searchParams.get(part),
    expand: "names",
  });
}

function More({ desk, payout, part, next, what }: MoreProps) {
  const cursor = desk.url.searchParams.get(part);
  if (next === null && cursor === null) return null;
  const here = `/admin/payouts/${payout.id}`;
  return (
    <p class="row">
      {cursor === null ? null : <a href={here}>First {what}</a>}
      {next === null ? null : <a href={withQuery(here, { [part]: next })}>Next {what}</a>}
    </p>
  );
}

interface MoreProps {
  desk: Desk;
  payout: Payout;
  part: "lines" | "entries";
  next: string | null;
  what: string;
}

/** What a run would pay, and what it would leave for a later one, as the API previews it. */
export async function planned(desk: Desk, body: Record<string, unknown>): Promise<Child> {
  const sent = await desk.api.send<PayoutPreview>("POST", "/payouts/preview", body);
  if (!sent.ok) return <ProblemNote problem={sent.problem} />;
  const { total, creators, entries, lines, waiting } = sent.body;
  return (
    <>
      <p>
        It would pay <Amount desk={desk} minor={total.amountMinor} currency={total.currency} /> to{" "}
        <Count desk={desk} value={creators} /> {creators === 1 ? "creator" : "creators"}, by{" "}
        <Count desk={desk} value={entries} /> entries.
      </p>
      <Proposed lines={lines} />
      <Table
        caption="What it would pay each creator"
        columns={LINE_COLUMNS.filter(({ label }) => label !== "Reference")}
        rows={lines.map((line) => ({ ...line, id: line.creatorId }))}
        view={{ desk, names: {} }}
      />
      {lines.length < creators ? <p class="note">These are the first {lines.length}.</p> : null}
      {waiting.length === 0 ? null : (
        <>
          <h3>What is left for a later run</h3>
          <ul>
            {waiting.map(({ detail, amount, creators }) => (
              <li>
                <Amount desk={desk} minor={amount.amountMinor} currency={amount.currency} /> to {creators}{" "}
                {creators === 1 ? "creator" : "creators"}: <Said text={detail} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
