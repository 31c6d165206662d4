import * as fc from "fast-check";
import { expect, test } from "vitest";
import { amazonReport } from "../../../src/reports/amazon/schema.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { createReadyCreator } from "../../programme/campaign-fixtures.ts";
import { createAmazon, enterTag, imported, importReport, rowsOf } from "../../shops/amazon/amazon-fixtures.ts";
import { expectUntilSeen, histories } from "../../property-runs.ts";

const DAYS = ["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04"] as const;
const GROUPS = ["lea", "tom", "ada", "nobody"] as const;
const CURRENCIES = ["USD", "EUR"] as const;

type Day = (typeof DAYS)[number];

interface Row {
  date: Day;
  adGroupName: (typeof GROUPS)[number];
  currency: (typeof CURRENCIES)[number];
  clicks: number;
  purchases: number;
  /** Minor units. */
  sales: number;
}

type Step =
  | { do: "import"; rows: Row[]; from: number; to: number }
  | { do: "again" }
  | { do: "enter"; creator: number; group: number }
  | { do: "delete"; creator: number };

const rowArbitrary: fc.Arbitrary<Row> = fc.record({
  date: fc.constantFrom(...DAYS),
  adGroupName: fc.constantFrom(...GROUPS),
  currency: fc.constantFrom(...CURRENCIES),
  clicks: fc.nat(1000),
  purchases: fc.nat(100),
  // A return leaves the purchase and takes the sale.
  sales: fc.oneof(fc.constant(0), fc.nat(1_000_000)),
});

const importArbitrary = fc
  .record({
    rows: fc.uniqueArray(rowArbitrary, {
      selector: ({ date, adGroupName, currency }) => `${date} ${adGroupName} ${currency}`,
      maxLength: 8,
    }),
    from: fc.nat(3),
    to: fc.nat(3),
  })
  .map(({ rows, from, to }): Step => {
    const [first, last] = [Math.min(from, to), Math.max(from, to)];
    const days: readonly string[] = DAYS.slice(first, last + 1);
    return { do: "import", rows: rows.filter(({ date }) => days.includes(date)), from: first, to: last };
  });

const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: importArbitrary },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "again" }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("enter" as const), creator: fc.nat(1), group: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("delete" as const), creator: fc.nat(1) }) },
);

const sent = ({ date, adGroupName, currency, clicks, purchases, sales }: Row) => ({
  date,
  adGroupName,
  currency,
  "Click-throughs": clicks,
  attributedPurchases14d: purchases,
  attributedSales14d: (sales / 100).toFixed(2),
});

const spanOf = (from: number, to: number) => `?from=${DAYS[from]}&to=${DAYS[to]}`;

/** What a store has, as a list of texts without what differs between two stores. */
async function everything(storeId: string): Promise<string[]> {
  return (await rowsOf(storeId))
    .map(({ day, names, currency, clicks, purchases, salesMinor, creatorId }) =>
      JSON.stringify([day, names.adGroup, currency, clicks, purchases, salesMinor, creatorId]),
    )
    .toSorted();
}

async function report(storeId: string, interval: "day" | "total") {
  const path = `/reports/amazon?store=${storeId}&from=${DAYS[0]}&to=${DAYS[3]}&interval=${interval}`;
  return bodyOf(amazonReport, await api("GET", path));
}

/** The sums of some figures by whatever `keyOf` tells apart, in one order. */
function sumsBy<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  figuresOf: (item: Item) => readonly (number | null)[],
): [string, number[]][] {
  const sums = new Map<string, number[]>();
  for (const item of items) {
    const key = keyOf(item);
    const sum = sums.get(key);
    const figures = figuresOf(item).map((figure) => figure ?? 0);
    sums.set(key, sum === undefined ? figures : sum.map((value, index) => value + (figures[index] ?? 0)));
  }
  return [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

const shown = ({
  clicks,
  purchases,
  salesMinor,
}: {
  clicks: number | null;
  purchases: number | null;
  salesMinor: number | null;
}) => [clicks, purchases, salesMinor] as const;

test("UPF-2, SHP-28: all that is imported is shown, by creator or as nobody's, whatever came before in whatever order", async () => {
  const creators = [(await createReadyCreator()).id, (await createReadyCreator()).id];
  const seen = { replaced: false, emptied: false, repeated: false, moved: false, unassigned: false, assigned: false };
  const property = fc.asyncProperty(
    fc.array(stepArbitrary, { minLength: 4, maxLength: 9 }),
    fc.infiniteStream(fc.nat(1000)),
    async (steps, order) => {
      const store = await createAmazon();
      const byDay = new Map<Day, Row[]>();
      const tags = new Map<number, number>();
      let last: Extract<Step, { do: "import" }> | null = null;
      // Whether rows that stand got another owner after the last import.
      let moved = false;
      for (const step of steps) {
        if (step.do === "import" || (step.do === "again" && last !== null)) {
          const { rows, from, to } = step.do === "import" ? step : (last ?? { rows: [], from: 0, to: 0 });
          if (step.do === "again") {
            const before = await everything(store.id);
            const answer = await importReport(store.id, rows.map(sent), spanOf(from, to));
            expect(answer.status).toBe(200);
            expect(await everything(store.id)).toEqual(before);
            seen.repeated = true;
          } else {
            await imported(store.id, rows.map(sent), spanOf(from, to));
            last = step;
            moved = false;
          }
          for (const day of DAYS.slice(from, to + 1)) {
            const now = rows.filter(({ date }) => date === day);
            seen.replaced ||= (byDay.get(day)?.length ?? 0) > 0 && now.length > 0 && step.do === "import";
            seen.emptied ||= (byDay.get(day)?.length ?? 0) > 0 && now.length === 0;
            byDay.set(day, now);
          }
        } else if (step.do === "enter") {
          // What is another's by now is refused, and stays the other's.
          if ([...tags].some(([creator, group]) => creator !== step.creator && group === step.group)) continue;
          await enterTag(store.id, creators[step.creator] ?? "", GROUPS[step.group] ?? "");
          moved ||= [...byDay.values()].flat().some(({ adGroupName }) => adGroupName === GROUPS[step.group]);
          tags.set(step.creator, step.group);
        } else if (step.do === "delete" && tags.delete(step.creator)) {
          await api("DELETE", `/stores/${store.id}/attribution-tags/${creators[step.creator]}`);
        }
      }
      seen.moved ||= moved;
      const rows = [...byDay.values()].flat();
      const ownerOf = ({ adGroupName }: Row): string | null => {
        const [creator] = [...tags].find(([, group]) => GROUPS[group] === adGroupName) ?? [];
        return creator === undefined ? null : (creators[creator] ?? null);
      };
      for (const interval of ["day", "total"] as const) {
        const { data, totals, unassigned } = await report(store.id, interval);
        const startOf = (day: string) => (interval === "day" ? day : "");
        const expected = sumsBy(
          rows,
          (row) => JSON.stringify([startOf(row.date), ownerOf(row), row.currency]),
          ({ clicks, purchases, sales }) => [clicks, purchases, sales],
        );
        expect(
          sumsBy(data, ({ start, creatorId, currency }) => JSON.stringify([start ?? "", creatorId, currency]), shown),
        ).toEqual(expected);
        // By creator and nobody's together, nothing more and nothing less than what was imported.
        const byCurrency = sumsBy(
          rows,
          ({ currency }) => currency,
          ({ clicks, purchases, sales }) => [clicks, purchases, sales],
        );
        expect(sumsBy(totals, ({ currency }) => currency, shown)).toEqual(byCurrency);
        expect(sumsBy(data, ({ currency }) => currency, shown)).toEqual(byCurrency);
        const nobodys = data.filter(({ creatorId }) => creatorId === null);
        expect(sumsBy(unassigned, ({ currency }) => currency, shown)).toEqual(
          sumsBy(nobodys, ({ currency }) => currency, shown),
        );
        seen.unassigned ||= nobodys.length > 0;
        seen.assigned ||= nobodys.length < data.length;
      }
      // The same, of a store that got nothing but what stands, day by day, in another order, its tags before.
      const other = await createAmazon();
      for (const [creator, group] of tags) await enterTag(other.id, creators[creator] ?? "", GROUPS[group] ?? "");
      const places = [...byDay].map(([day, own]) => ({ day, own, place: order.next().value ?? 0 }));
      for (const { day, own } of places.toSorted((a, b) => a.place - b.place)) {
        await imported(other.id, own.map(sent), `?from=${day}&to=${day}`);
      }
      expect(await everything(other.id)).toEqual(await everything(store.id));
    },
  );
  await expectUntilSeen(property, histories(8), () =>
    Object.entries(seen).flatMap(([name, was]) => (was ? [] : [name])),
  );
});
