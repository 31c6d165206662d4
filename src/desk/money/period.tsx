import type { Child } from "hono/jsx";
import { dayIn } from "../../books/ledger/calendar.ts";
import type { Period } from "../../books/period/schema.ts";
import type { Page } from "../frame/api-load.ts";
import type { Desk } from "../frame/desk-load.ts";
import { Sums, sumsCell } from "../frame/money.tsx";
import { Amount, Chip, Count, Moment, Named } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import type { Field } from "../form/field.ts";
import { keyName } from "./key-name.ts";
import type { Column, Resource, View } from "../resource/resource.ts";
import { monthEnds } from "./month-ends.ts";

const FIELDS: readonly Field[] = [
  {
    kind: "moment",
    name: "to",
    label: "End (UTC)",
    required: true,
    hint: "What is booked at this moment or later isn’t in it. It may be in the future.",
  },
  { kind: "textarea", name: "note", label: "Note", rows: 2 },
];

/** Where a period stands: what can be done about it. */
function stateOf({ lockedAt, to }: Period, now: number): "locked" | "due" | "open" {
  if (lockedAt !== null) return "locked";
  return Date.parse(to) <= now ? "due" : "open";
}

/** `/admin/periods`: accounting periods. */
export const PERIODS: Resource<Period> = {
  place: "periods",
  one: "Period",
  many: "Periods",
  api: "/periods",
  read: "orders:read",
  title: (period, view) => nameOf(period, view),
  list: {
    byStore: true,
    expand: true,
    csv: "desk",
    intro: () => (
      <p class="note">
        A store’s periods follow one another. Lock one once it is reconciled: nothing is booked into it any more, and
        payout runs take what it has. Earned is what was booked for creators in it, less what was taken back; paid out
        is what was paid to them in that time, mostly for earlier periods.
      </p>
    ),
    filters: [
      {
        kind: "choice",
        name: "state",
        label: "State",
        options: [
          { value: "due", label: "To be locked" },
          { value: "open", label: "Open" },
          { value: "locked", label: "Locked" },
        ],
      },
    ],
    empty: {
      title: "There is no period yet.",
      text: "The first one begins with the store’s books, and ends where you say. Payout runs take entries of locked periods alone.",
    },
    columns: [
      { label: "Period", main: true, cell: (period, view) => nameOf(period, view), csv: ({ from }) => from },
      { label: "End", cell: ({ to }, { desk }) => <Moment desk={desk} time={to} />, csv: ({ to }) => to },
      {
        label: "Store",
        cell: ({ storeId }, { names }) => <Named id={storeId} names={names} />,
        csv: ({ storeId }, { names }) => names[storeId] ?? storeId,
      },
      {
        label: "State",
        cell: (period, { desk }) => <State period={period} now={desk.now} />,
        csv: (period, { desk }) => stateOf(period, desk.now),
      },
      sumColumn("Earned", earnedIn),
      sumColumn("Paid out", paidIn),
      {
        label: "Orders undecided",
        num: true,
        cell: ({ openIssues }, { desk }) => <Count desk={desk} value={openIssues} />,
        csv: ({ openIssues }) => openIssues,
      },
      { label: "Note", cell: ({ note }) => note ?? "–", csv: ({ note }) => note },
    ],
  },
  page: {
    query: { expand: "names" },
    facts: (period, { desk, names }) => [
      ["State", <State period={period} now={desk.now} />],
      ["Store", <Named id={period.storeId} names={names} />],
      ["From", period.from === null ? "The beginning" : <Moment desk={desk} time={period.from} />],
      ["To", <Moment desk={desk} time={period.to} />],
      [
        "Orders undecided",
        period.openIssues === 0 ? (
          "None"
        ) : (
          <a
            href={withQuery("/admin/orders", {
              store: period.storeId,
              from: period.from,
              to: period.to,
            })}
          >
            <Count desk={desk} value={period.openIssues} />
          </a>
        ),
      ],
      ["Note", period.note],
      ["Locked", period.lockedAt && <Moment desk={desk} time={period.lockedAt} />],
      ["Locked by", period.lockedBy && keyName(period.lockedBy, names)],
      ["Made", <Moment desk={desk} time={period.createdAt} />],
      ["Entries", <a href={entriesOf(period)}>In the ledger</a>],
    ],
    panels: [
      { title: "What was booked in it", show: async ({ desk }, { totals }) => <Totals desk={desk} totals={totals} /> },
      {
        title: "Payouts",
        fits: ({ lockedAt }) => lockedAt !== null,
        show: async (_view, { storeId }) => (
          <p>
            <a href={withQuery("/admin/payouts/new", { store: storeId })}>Make a payout run</a> of what is owed in
            locked periods, or see <a href={withQuery("/admin/payouts", { store: storeId })}>the store’s runs</a>.
          </p>
        ),
      },
    ],
  },
  create: {
    scope: "orders:write",
    fields: [{ kind: "ref", of: "store", name: "storeId", label: "Store", required: true }, ...FIELDS],
    intro: beginnings,
  },
  edit: { scope: "orders:write", fields: FIELDS, fits: ({ lockedAt }) => lockedAt === null },
  actions: [
    {
      name: "lock",
      label: "Lock",
      scope: "orders:write",
      risky: true,
      fits: ({ lockedAt }) => lockedAt === null,
      api: ({ id }) => `/periods/${id}/lock`,
      fields: [{ kind: "textarea", name: "note", label: "Note", rows: 2, hint: "Takes the place of the one it has." }],
      toBody: (body) => (Object.keys(body).length === 0 ? null : body),
      text: ({ openIssues }) => (
        <>
          This is for good: nothing is booked into it any more, and what is heard of its orders later becomes a new
          entry in the open period. Payout runs can take what it has from then on.{" "}
          {openIssues === 0
            ? "No order placed in it waits for a decision."
            : `Orders placed in it that wait for a decision: ${openIssues}. They don’t hold up the lock; what they earn is booked later.`}
        </>
      ),
      preview: async (desk, { totals }) => <Totals desk={desk} totals={totals} />,
      done: "Period locked.",
    },
    {
      name: "delete",
      label: "Delete",
      scope: "orders:write",
      risky: true,
      fits: ({ lockedAt }) => lockedAt === null,
      method: "DELETE",
      api: ({ id }) => `/periods/${id}`,
      text: "Only a store’s last period can go. What was booked in it stays in the ledger.",
      done: "Period deleted.",
    },
  ],
};

/** By its first and its last day, as clocks of the store have them. */
function nameOf({ storeId, from, to }: Period, { desk }: View): string {
  const zone = desk.stores.find(({ id }) => id === storeId)?.timezone ?? "UTC";
  const last = desk.formats.date(dayIn(zone, Date.parse(to) - 1));
  return from === null ? `Until ${last}` : `${desk.formats.date(dayIn(zone, Date.parse(from)))} to ${last}`;
}

function entriesOf({ storeId, from, to }: Period): string {
  return withQuery("/admin/ledger", { store: storeId, from, to });
}

function State({ period, now }: { period: Period; now: number }) {
  const state = stateOf(period, now);
  if (state === "locked") return <Chip tone="good">Locked</Chip>;
  return state === "due" ? <Chip tone="wait">To be locked</Chip> : <Chip>Open</Chip>;
}

/** Where the next period of each store begins, and ends that suggest themselves. */
async function beginnings(desk: Desk): Promise<Child> {
  const store = desk.store ?? (desk.stores.length === 1 ? desk.stores[0] : undefined);
  if (store === undefined) return <p class="note">It begins where the store’s last one ended.</p>;
  const { data } = await desk.api.get<Page<Period>>("/periods", { store: store.id, limit: 1 });
  const last = data[0];
  const ends = monthEnds(store.timezone, desk.now).filter(({ at }) => last === undefined || at > Date.parse(last.to));
  return (
    <p class="note">
      {last === undefined ? (
        <>It begins with the books of {store.name}.</>
      ) : (
        <>
          It begins where the last one of {store.name} ended, at <Moment desk={desk} time={last.to} />.
        </>
      )}{" "}
      {ends.length === 0 ? null : "Let it end with "}
      {ends.map(({ at, month }, index) => (
        <>
          {index === 0 ? "" : ", "}
          <a href={withQuery("/admin/periods/new", { store: store.id, to: new Date(at).toISOString().slice(0, 16) })}>
            {month}
          </a>
        </>
      ))}
      {ends.length === 0 ? null : ` (${store.timezone}).`}
    </p>
  );
}

type Total = Period["totals"][number];

/** What creators earned by what was booked, minor units: without what they were paid meanwhile. */
function earnedIn({ sumMinor, paidMinor }: Total): number {
  return sumMinor - paidMinor;
}

/** What they were paid, minor units; the ledger has it below 0, as it lessens what is owed. */
function paidIn({ paidMinor }: Total): number {
  return paidMinor === 0 ? 0 : -paidMinor;
}

/** A column of the list: a sum of each period, by currency. */
function sumColumn(label: string, of: (total: Total) => number): Column<Period> {
  const sumsOf = ({ totals }: Period) => totals.map((total) => ({ amountMinor: of(total), currency: total.currency }));
  return {
    label,
    num: true,
    cell: (period, { desk }) => <Sums desk={desk} sums={sumsOf(period)} />,
    csv: (period) => sumsCell(sumsOf(period)),
  };
}

const COLUMNS: readonly (readonly [label: string, of: (total: Total) => number])[] = [
  ["Commissions", ({ accruedMinor }) => accruedMinor],
  ["Adjusted", ({ adjustedMinor }) => adjustedMinor],
  ["Reversed", ({ reversedMinor }) => reversedMinor],
  ["Clawed back", ({ clawedBackMinor }) => clawedBackMinor],
  ["By hand", ({ bonusesMinor }) => bonusesMinor],
  ["Earned", earnedIn],
  ["Paid out", paidIn],
];

function Totals({ desk, totals }: { desk: Desk; totals: Period["totals"] }) {
  if (totals.length === 0) return <p class="none">Nothing.</p>;
  return (
    <table class="stack" role="table">
      <caption class="off">By currency</caption>
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">
            Currency
          </th>
          {COLUMNS.map(([label]) => (
            <th scope="col" role="columnheader" class="num">
              {label}
            </th>
          ))}
          <th scope="col" role="columnheader" class="num">
            Entries
          </th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {totals.map((total) => (
          <tr role="row">
            <th scope="row" role="rowheader" class="main-cell">
              {total.currency}
            </th>
            {COLUMNS.map(([label, of]) => (
              <td role="cell" data-label={label} class="num">
                <Amount desk={desk} minor={of(total)} currency={total.currency} />
              </td>
            ))}
            <td role="cell" data-label="Entries" class="num">
              <Count desk={desk} value={total.entries} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
