import type { Balances } from "../../books/ledger/schema.ts";
import { amountCell } from "../../ground/http/csv.ts";
import { Amount } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import type { Resource, Shown } from "../resource/resource.ts";
import { owedTotals } from "./owed.tsx";

/** What one creator is owed in one currency. */
type Balance = Balances["data"][number] & Shown;

/** `/admin/balances`: what creators are owed, now or at any moment. */
export const BALANCES: Resource<Balance> = {
  place: "balances",
  one: "Balance",
  many: "Balances",
  api: "/ledger/balances",
  read: "orders:read",
  title: ({ creatorId }, { names }) => names[creatorId] ?? creatorId,
  page: null,
  list: {
    byStore: true,
    expand: true,
    csv: "desk",
    idOf: ({ creatorId }) => creatorId,
    intro: (desk) => {
      const { searchParams } = desk.url;
      const [creator, at, currency] = ["creator", "at", "in"].map((name) => searchParams.get(name));
      // Names are looked up for the list alone.
      if (creator && !creator.startsWith("crt_")) return null;
      return owedTotals(desk, { store: desk.store?.id, creator, at, in: currency?.toUpperCase() });
    },
    filters: [
      { kind: "ref", of: "creator", name: "creator", label: "Creator" },
      { kind: "date", name: "at", label: "At the end of (UTC)" },
      { kind: "text", name: "in", label: "Totals also in", max: 3, caps: true, placeholder: "EUR" },
    ],
    empty: {
      title: "Nobody is owed anything.",
      text: "What a creator earns is owed from when it is booked until a payout run that has it is paid.",
    },
    columns: [
      {
        label: "Creator",
        main: true,
        cell: ({ creatorId }, { names }) => names[creatorId] ?? creatorId,
        csv: ({ creatorId }, { names }) => names[creatorId] ?? creatorId,
      },
      {
        label: "Entries",
        cell: ({ creatorId, currency }, { desk, names }) => (
          <a href={withQuery("/admin/ledger", { creator: creatorId, currency, store: desk.store?.id })}>
            In the ledger<span class="off"> of {names[creatorId] ?? creatorId}</span>
          </a>
        ),
      },
      { label: "Currency", cell: ({ currency }) => currency, csv: ({ currency }) => currency },
      ...(
        [
          ["Owed", "balance"],
          ["Earned", "earned"],
          ["Paid", "paid"],
          ["Not approved yet", "unapproved"],
        ] as const
      ).map(([label, field]) => ({
        label,
        num: true,
        cell: (row: Balance, { desk }: { desk: Parameters<typeof Amount>[0]["desk"] }) => (
          <Amount desk={desk} minor={row[field]?.amountMinor} currency={row.currency} />
        ),
        csv: (row: Balance) => {
          const amount = row[field];
          return amount === null ? null : amountCell(amount.amountMinor, amount.currency);
        },
      })),
    ],
  },
};
