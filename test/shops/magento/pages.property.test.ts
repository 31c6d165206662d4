import * as fc from "fast-check";
import { expect, test } from "vitest";
import { listAnswer } from "../../../scripts/shops/magento/search.ts";
import type { Calls } from "../../../src/shops/magento/calls-send.ts";
import { criteriaQuery } from "../../../src/shops/magento/criteria.ts";
import { pagesOf } from "../../../src/shops/magento/pages-send.ts";
import { cursorOf, type Place, placeOf } from "../../../src/shops/magento/place.ts";
import { timeText } from "../../../src/shops/magento/times.ts";
import { ShopFailure } from "../../../src/shops/platform.ts";

const START = Date.parse("2026-06-01T12:00:00Z");

interface Row {
  entity_id: number;
  second: number;
  isBad: boolean;
}

/** A shop that holds its pages down in one way or the other, and fails at some of its entries. */
function callsTo(rows: readonly Row[], limits: { refusesOver: number | null; givesAtMost: number | null }): Calls {
  return {
    call: async () => null,
    list: async (_path, criteria, page) => {
      const plain = ({ entity_id, second }: Row) => ({ entity_id, updated_at: timeText(START + second * 1_000) });
      const show = (row: Row) => {
        if (row.isBad) throw new ShopFailure("unavailable", "The shop answers HTTP 500.");
        return plain(row);
      };
      const query = new URLSearchParams(criteriaQuery(criteria, page));
      const { status, body } = listAnswer(rows, { query, plain, show, limits });
      if (status !== 200) throw new ShopFailure("refused", `Maximum SearchCriteria pageSize is ${limits.refusesOver}.`);
      const { items, total_count: total } = body as { items: unknown[]; total_count: number };
      return { rows: items, total };
    },
  };
}

const anyLimit = fc.option(fc.integer({ min: 1, max: 150 }), { nil: null });

test("SHP-25: all entries are read, but for those that the shop fails at, whatever it does to pages and however many changed in one second", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 8, maxLength: 160 }),
      fc.uniqueArray(fc.nat({ max: 159 }), { maxLength: 2 }),
      anyLimit,
      anyLimit,
      async (seconds, bad, refusesOver, givesAtMost) => {
        const rows = seconds.map((second, at) => ({ entity_id: at + 1, second, isBad: bad.includes(at) }));
        const pages = pagesOf(callsTo(rows, { refusesOver, givesAtMost }));
        const read = new Set<number>();
        const seen = new Set<string>();
        for (let place: Place | null = { since: START, afterId: null }; place !== null;) {
          const page = await pages.since("/orders", "entity_id,updated_at", place);
          for (const row of page.rows) read.add(Number(row["entity_id"]));
          if (page.next !== null) {
            const cursor = cursorOf(page.next);
            expect(seen.has(cursor), cursor).toBe(false);
            seen.add(cursor);
            expect(placeOf(cursor)).toEqual(page.next);
          }
          place = page.next;
        }
        const good = rows.filter(({ isBad }) => !isBad).map(({ entity_id: id }) => id);
        expect([...read].toSorted((a, b) => a - b)).toEqual(good);

        const ids = rows.map(({ entity_id: id }) => String(id));
        const among = await pages.among("/orders", "entity_id", "entity_id", ids);
        expect(among.rows.map(({ entity_id: id }) => id)).toEqual(good);
        expect(among.skipped).toBe(rows.length - good.length);
      },
    ),
    {
      numRuns: 300,
      examples: [
        // A page of sixteen that has the eight which are left, and is the second of eight.
        [Array.from({ length: 24 }, () => 0), [0], null, 8],
        // The shop fails at its first two entries, one of which is all that is left.
        [[1, 0, 0, 0, 0, 0, 0, 0, 0], [1, 0], null, null],
      ],
    },
  );
});
