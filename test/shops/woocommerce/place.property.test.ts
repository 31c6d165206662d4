import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cursorOf, nextPlace, type Place, placeOf, queryOf } from "../../../src/shops/woocommerce/place.ts";

const START = Date.parse("2026-06-01T00:00:00Z");

describe("a place in a list", () => {
  it("asks for what changed at or after its time, which has no zone (SHP-25)", () => {
    expect(queryOf("modified_after", { since: START + 500, offset: 0 }, 100)).toEqual({
      modified_after: "2026-05-31T23:59:59",
      dates_are_gmt: "true",
      orderby: "modified",
      order: "asc",
      per_page: "100",
    });
    expect(queryOf("after", { since: 0, offset: 90 }, 20)).toMatchObject({
      after: "1970-01-01T00:00:00",
      offset: "90",
    });
  });

  it("is the same as a cursor", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 1e8 }), (since, offset) => {
        expect(placeOf(cursorOf({ since, offset }))).toEqual({ since, offset });
      }),
    );
    expect([null, "", "1", "1.2.3", "x"].map(placeOf)).toEqual([null, null, null, null, null]);
  });

  /** Reads all pages of a list whose orders change while it is read; answers what was read of each. */
  function read(
    modified: Map<number, number>,
    size: number,
    changes: readonly number[],
    hasTotals: boolean,
  ): Set<string> {
    let clock = START + 100_000;
    const seen = new Set<string>();
    let place: Place | null = { since: START, offset: 0 };
    for (let page = 0; place !== null; page++) {
      expect(page, "pages without an end").toBeLessThan(2_000);
      const since: number = Math.floor(place.since / 1000) * 1000;
      const all = [...modified].filter(([, at]) => at >= since).toSorted((a, b) => a[1] - b[1] || a[0] - b[0]);
      const rows = all.slice(place.offset, place.offset + size).map(([id, at]) => ({
        id,
        at,
        date_modified_gmt: new Date(at).toISOString().slice(0, 19),
      }));
      for (const { id, at } of rows) seen.add(`${id}@${at}`);
      place = nextPlace(rows, "date_modified_gmt", hasTotals ? all.length : null, place, size);
      // Somebody changes an order before the next page; what changes after the last is the next poll's.
      const changed = changes[page];
      if (place !== null && changed !== undefined) modified.set(changed % modified.size, (clock += 1000));
    }
    return seen;
  }

  it("leads past every order as it stands at the end, whatever changes while pages are read (SHP-25)", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 120 }),
        fc.array(fc.nat({ max: 119 }), { maxLength: 9 }),
        fc.boolean(),
        (seconds, changes, hasTotals) => {
          const modified = new Map(seconds.map((second, id) => [id, START + second * 1000]));
          const seen = read(modified, 20, changes, hasTotals);
          for (const [id, at] of modified) expect(seen).toContain(`${id}@${at}`);
        },
      ),
    );
  });

  it("leads through a second in which more orders changed than a page has", () => {
    const modified = new Map(Array.from({ length: 350 }, (_none, id) => [id, START + 5_000]));
    const seen = read(modified, 100, [3, 7, 11], true);
    for (const [id, at] of modified) expect(seen).toContain(`${id}@${at}`);
  });
});
