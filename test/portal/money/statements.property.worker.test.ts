import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import Papa from "papaparse";
import { afterEach, expect, it, vi } from "vitest";
import { balancesSchema, entrySchema } from "../../../src/books/ledger/schema.ts";
import { readParts } from "../../../src/portal/money/load-statement.ts";
import { closingMinor } from "../../../src/portal/money/statement.ts";
import { book } from "../../books/money-fixtures.ts";
import { visit } from "../../edge/visit.ts";
import { api, bodyOf, pagesOf } from "../../ground/api.ts";
import { createCreator } from "../../programme/fixtures.ts";
import { histories } from "../../property-runs.ts";
import { emptyStorage } from "../../storage.ts";
import { createGuest, createShop, look, NOON } from "../portal-fixtures.ts";

const DIGITS = { EUR: 2, JPY: 0, KWD: 3 } as const;
type Currency = keyof typeof DIGITS;

const ZONES = ["UTC", "Pacific/Auckland", "America/New_York"];
const TYPES = ["accrual", "adjustment", "reversal", "clawback", "bonus", "payout"] as const;

/** Ends of months in the zones, where an entry is in one month here and in another there. */
const anyTime = fc.oneof(
  fc.integer({ min: Date.UTC(2026, 6, 1), max: NOON }),
  fc
    .tuple(fc.integer({ min: 7, max: 10 }), fc.integer({ min: -15, max: 15 }))
    .map(([month, hours]) => Date.UTC(2026, month, 1) + hours * 3_600_000),
);

const anyEntry = fc.record({
  store: fc.nat({ max: ZONES.length - 1 }),
  mine: fc.integer({ min: 0, max: 4 }).map((drawn) => drawn > 0),
  currency: fc.constantFrom<Currency>("EUR", "EUR", "JPY", "KWD"),
  type: fc.constantFrom(...TYPES),
  amountMinor: fc.integer({ min: -100_000, max: 100_000 }),
  time: anyTime,
});

const monthIn = (zone: string, time: number): string =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: zone, year: "numeric", month: "2-digit" }).format(time);

afterEach(() => {
  vi.useRealTimers();
});

it("statements of all months hold each entry of the ledger once, each begins where the last one ended, and the last ends at the balance", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyEntry, { minLength: 1, maxLength: 60, size: "max" }), async (drawn) => {
      await emptyStorage();
      vi.useFakeTimers({ toFake: ["Date"], now: NOON });
      const [lea, zoe] = [await createGuest(), await createCreator()];
      const stores: { id: string; name: string; timezone: string }[] = [];
      for (const [index, timezone] of ZONES.entries()) {
        stores.push({ ...(await createShop({ name: `Shop ${index}`, timezone })), timezone });
      }
      const storeOf = (index: number) => stores[index] ?? { id: "", name: "", timezone: "UTC" };
      for (const { store, mine, ...entry } of drawn) {
        await book({ ...entry, storeId: storeOf(store).id, creatorId: mine ? lea.id : zoe.id });
      }

      const own = drawn.filter(({ mine }) => mine);
      const monthOf = ({ store, time }: (typeof drawn)[number]) => monthIn(storeOf(store).timezone, time);
      const expected = [...new Set(own.map(monthOf))].toSorted();
      const { text } = await look(`${lea.path}/money`);
      const offered = new Set([...text.matchAll(/statement\?month=([\d-]{7})/g)].map(([, month = ""]) => month));
      expect([...offered].toSorted()).toEqual(expected);

      const owed = new Map<string, number>();
      for (const month of expected) {
        const whose = { creatorId: lea.id, hiddenStores: [] };
        const parts = await readParts({ d1: env.DB }, whose, month);
        for (const { store, currency, openingMinor } of parts) {
          expect(openingMinor, `${month} ${store.name} ${currency}`).toBe(owed.get(`${store.name} ${currency}`) ?? 0);
        }
        const csv = await (await visit(`${lea.path}/money/statement.csv?month=${month}`)).text();
        const rows = Papa.parse<Record<string, string>>(csv.trimEnd(), { header: true }).data;
        for (const row of rows) {
          const [key, digits] = [`${row["store"]} ${row["currency"]}`, DIGITS[row["currency"] as Currency]];
          const [amount, balance] = [row["amount"], row["balance"]].map((text) =>
            Math.round(Number(text) * 10 ** digits),
          );
          expect(balance, `${month} ${key}`).toBe((owed.get(key) ?? 0) + (amount ?? 0));
          expect(row["day"]?.slice(0, 7)).toBe(month);
          owed.set(key, balance ?? 0);
        }
        const booked = own.filter((entry) => monthOf(entry) === month);
        expect(rows.map(({ amount, type }) => `${type} ${Number(amount)}`).toSorted()).toEqual(
          booked.map(({ amountMinor, currency, type }) => `${type} ${amountMinor / 10 ** DIGITS[currency]}`).toSorted(),
        );
        for (const part of parts) {
          expect(closingMinor(part)).toBe(owed.get(`${part.store.name} ${part.currency}`) ?? 0);
        }
      }

      for (const { id, name } of stores) {
        const { data } = bodyOf(balancesSchema, await api("GET", `/ledger/balances?creator=${lea.id}&store=${id}`));
        for (const { currency, balance } of data) {
          expect(owed.get(`${name} ${currency}`), `${name} ${currency}`).toBe(balance.amountMinor);
        }
      }
      const all = (await pagesOf(entrySchema, `/ledger?creator=${lea.id}&limit=200`)).flat();
      const sum = (minors: readonly number[]) => minors.reduce((total, minor) => total + minor, 0);
      expect(sum(all.map(({ amount }) => amount.amountMinor))).toBe(sum([...owed.values()]));
    }),
    { numRuns: histories(4) },
  );
}, 120_000);
