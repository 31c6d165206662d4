import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CodeActivity, leakSignals } from "../../../src/programme/code/leak.ts";

const QUIET: CodeActivity = {
  uses: 0,
  usesWithoutClick: 0,
  hasLinks: true,
  usesByDay: new Map(),
  firstDay: 0,
  period: { first: 100, last: 106 },
  usesByUnknownCountry: new Map(),
  usesOfRetiredTexts: 0,
};

const signalsOf = (parts: Partial<CodeActivity>) => leakSignals({ ...QUIET, ...parts });
const kindsOf = (parts: Partial<CodeActivity>) => signalsOf(parts).map(({ kind }) => kind);

/** As many uses on each of some days. */
const daily = (from: number, to: number, uses: number): [number, number][] =>
  Array.from({ length: to - from + 1 }, (_, index) => [from + index, uses]);

describe("UPF-65 uses without a click", () => {
  it.each([
    [3, 3, true],
    [6, 3, true],
    [7, 3, false],
    [2, 2, false],
    [100, 50, true],
    [101, 50, false],
  ])("of %i uses, %i without one: %s", (uses, usesWithoutClick, signal) => {
    expect(kindsOf({ uses, usesWithoutClick })).toEqual(signal ? ["uses_without_click"] : []);
  });

  it("say nothing where the creator has no link to click", () => {
    expect(kindsOf({ uses: 9, usesWithoutClick: 9, hasLinks: false })).toEqual([]);
  });

  it("are not made by more clicks", () => {
    const counts = fc.tuple(fc.nat(50), fc.nat(50), fc.nat(50)).map((drawn) => drawn.toSorted((a, b) => a - b));
    fc.assert(
      fc.property(counts, ([fewer = 0, more = 0, uses = 0]) => {
        // A click takes uses off those that have none before them, and adds none.
        if (kindsOf({ uses, usesWithoutClick: fewer }).length > 0) {
          expect(kindsOf({ uses, usesWithoutClick: more })).toEqual(["uses_without_click"]);
        }
      }),
    );
  });
});

describe("UPF-65 a spike", () => {
  it.each([
    ["a quiet code with 5 uses on a day", [[103, 5]], true],
    ["a quiet code with 4 uses on a day", [[103, 4]], false],
    ["a spike on the first day of the period", [[100, 5]], true],
    ["a spike on the last day of the period", [[106, 5]], true],
    ["a spike before the period", [[99, 50]], false],
    ["a day of thrice the mean that lies 3 deviations above it", [...daily(72, 99, 4), [100, 12]], true],
    ["a day just below thrice the mean", [...daily(72, 99, 4), [100, 11]], false],
    ["a day of 3 times a small mean, within 3 deviations", [...daily(72, 99, 2), [100, 6]], false],
    ["the same a little higher", [...daily(72, 99, 2), [100, 7]], true],
    ["steady use", daily(72, 106, 40), false],
    [
      "use that was there 29 days before",
      [
        [71, 1000],
        [100, 5],
      ],
      true,
    ],
    [
      "use that was there 28 days before",
      [
        [72, 1000],
        [100, 5],
      ],
      false,
    ],
  ] as [string, [number, number][], boolean][])("%s", (_name, days, signal) => {
    expect(kindsOf({ usesByDay: new Map(days) })).toEqual(signal ? ["spike"] : []);
  });

  it("is none in the first week of a code, and is judged by the days since then", () => {
    expect(kindsOf({ usesByDay: new Map([[103, 500]]), firstDay: 97 })).toEqual([]);
    expect(kindsOf({ usesByDay: new Map([[104, 500]]), firstDay: 97 })).toEqual(["spike"]);
    // Ten uses a day are usual here; spread over 28 days they would seem 2.5.
    const usesByDay = new Map([...daily(93, 99, 10), [100, 25]] as [number, number][]);
    expect(kindsOf({ usesByDay, firstDay: 93 })).toEqual([]);
    expect(kindsOf({ usesByDay, firstDay: 0 })).toEqual(["spike"]);
  });

  it("names the highest day", () => {
    const [signal] = signalsOf({ usesByDay: new Map([...daily(74, 80, 2), [101, 9], [103, 30], [105, 20]]) });
    expect(signal).toMatchObject({ uses: 30 });
    expect(signal?.detail).toBe("30 uses on 1970-04-14, against 0.8 a day in the 28 days before.");
  });
});

describe("UPF-65 uses from unknown regions", () => {
  it("are 3 together", () => {
    expect(kindsOf({ usesByUnknownCountry: new Map([["BR", 2]]) })).toEqual([]);
    const [signal] = signalsOf({
      usesByUnknownCountry: new Map([
        ["VN", 1],
        ["BR", 2],
      ]),
    });
    expect(signal).toMatchObject({ kind: "unknown_region", uses: 3 });
    expect(signal?.detail).toMatch(/BR, VN/);
  });
});

describe("UPF-65 a retired text", () => {
  it("signals with its first use", () => {
    expect(kindsOf({ usesOfRetiredTexts: 0 })).toEqual([]);
    expect(signalsOf({ usesOfRetiredTexts: 1 })).toMatchObject([{ kind: "retired_text", uses: 1 }]);
  });
});

describe("UPF-65 a code", () => {
  it("without uses gives no signal, whatever was before", () => {
    const before = fc.array(fc.tuple(fc.integer({ min: 72, max: 99 }), fc.nat(1000)));
    fc.assert(
      fc.property(before, fc.nat(106), fc.boolean(), (days, firstDay, hasLinks) => {
        expect(kindsOf({ usesByDay: new Map(days), firstDay, hasLinks })).toEqual([]);
      }),
    );
  });

  it("may give all signals at once", () => {
    expect(
      kindsOf({
        uses: 9,
        usesWithoutClick: 9,
        usesByDay: new Map([[100, 9]]),
        usesByUnknownCountry: new Map([["BR", 9]]),
        usesOfRetiredTexts: 9,
      }),
    ).toEqual(["uses_without_click", "spike", "unknown_region", "retired_text"]);
  });
});
