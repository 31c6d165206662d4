import type { Deps } from "../../ground/deps.ts";
import { currencyDigits } from "../../ground/money/amount.ts";
import { decimalText, ratio } from "../../ground/money/ratio.ts";
import { type CartCounts, CartSums, TOLD_STATES } from "./abandonment.ts";
import { Funnel } from "./funnel.ts";
import { type CartsAsked, everyCart } from "./load-judged.ts";
import { readSums } from "./load-sums.ts";
import { sumOf, type SumsReport } from "./sums.ts";

/** Names of steps that are read: a plan has fewer, and so have all that a store ever had. */
const MOST_STEPS = 1_000;

/** How often steps were entered, by whomever. */
const STEP_SUMS = {
  from: "behaviour_sums s",
  where: () => "s.kind = 'step'",
  keys: { step: "s.name" },
  sums: { events: sumOf("s.count", "all"), measured: sumOf("s.count", "granted") },
} satisfies SumsReport<string, string>;

/** The steps of a store's checkout in order, with what became of carts at each. Throws what D1 throws. */
export async function readCheckout(deps: Pick<Deps, "d1" | "now">, asked: CartsAsked) {
  const { store, span, today, checkout } = asked;
  const plan = checkout.steps.map(({ name }) => name);
  const sums = { storeId: store.id, span, today, interval: "total" as const };
  const { rows } = await readSums(deps, STEP_SUMS, sums, { sort: "step", after: null, limit: MOST_STEPS });
  const told = new Map(rows.map(({ keys, sums: counts }) => [keys.step, counts]));
  const funnel = new Funnel(plan);
  for await (const carts of everyCart(deps, asked)) for (const cart of carts) funnel.add(cart);
  const data = funnel.steps.map(({ medianMsToNext, ...figures }) => {
    const { events, measured } = told.get(figures.step) ?? { events: 0, measured: 0 };
    return {
      step: figures.step,
      events,
      measuredEvents: measured,
      entered: figures.entered,
      continued: figures.continued,
      left: figures.left,
      open: figures.open,
      lostShare: ratio(figures.left, figures.entered),
      medianMsToNext,
      measuredShare: ratio(measured, events),
      lists: listsOf(asked, figures.step),
    };
  });
  const of = (name: "events" | "measuredEvents") => data.reduce((sum, row) => sum + row[name], 0);
  return {
    data,
    total: { carts: funnel.carts, bought: funnel.bought },
    measuredShare: ratio(of("measuredEvents"), of("events")),
  };
}

/** The lists behind the numbers of a step. */
function listsOf({ store, span: { first, last } }: CartsAsked, step: string) {
  const base = `/api/v1/carts?${new URLSearchParams({ store: store.id, from: first, to: last, step }).toString()}`;
  return {
    entered: base,
    continued: `${base}&outcome=continued`,
    left: `${base}&outcome=left`,
    open: `${base}&outcome=open`,
  };
}

/** A row of the report on abandonment. */
interface AbandonmentRow extends CartCounts {
  start: string | null;
  source: string | null;
}

/** Carts by what they came to: by when they began and by source, as asked. Throws a `Problem` (422) where there are too many, and what D1 throws. */
export async function readAbandonment(
  deps: Pick<Deps, "d1" | "now">,
  asked: CartsAsked,
  { interval, by }: { interval: "day" | "month" | "total"; by: "none" | "source" },
): Promise<{ rows: AbandonmentRow[]; total: CartCounts }> {
  const length = { day: 10, month: 7, total: 0 }[interval];
  const groups = new Map<string, { start: string | null; source: string | null; sums: CartSums }>();
  const total = new CartSums();
  for await (const carts of everyCart(deps, asked)) {
    for (const cart of carts) {
      if (cart.state === "empty") continue;
      const start = length === 0 ? null : cart.day.slice(0, length);
      const source = by === "source" ? cart.row.source : null;
      const key = `${start ?? ""}\n${source ?? ""}`;
      let group = groups.get(key);
      if (group === undefined) groups.set(key, (group = { start, source, sums: new CartSums() }));
      for (const sums of [group.sums, total]) sums.add(cart, asked.store.currency);
    }
  }
  const rows = [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { start, source, sums }]) => ({ start, source, ...sums.counts }));
  return { rows, total: total.counts };
}

/** The report on abandonment as CSV: a line a currency, of which the first has the counts, so that columns add up. */
export function abandonmentLines(rows: readonly AbandonmentRow[]): { columns: string[]; lines: unknown[][] } {
  const columns = [
    "start",
    "source",
    "carts",
    ...TOLD_STATES,
    "recoveryRate",
    "currency",
    ...TOLD_STATES.map((state) => `${state}Value`),
  ];
  const lines = rows.flatMap((row) => {
    const counts = [row.carts, ...TOLD_STATES.map((state) => row[state]), row.recoveryRate];
    if (row.amounts.length === 0) return [[row.start, row.source, ...counts, null, ...TOLD_STATES.map(() => null)]];
    return row.amounts.map((amounts, index) => [
      row.start,
      row.source,
      ...(index === 0 ? counts : counts.map(() => null)),
      amounts.currency,
      ...TOLD_STATES.map((state) => decimalText(amounts[`${state}Minor`], currencyDigits(amounts.currency) ?? 0)),
    ]);
  });
  return { columns, lines };
}
