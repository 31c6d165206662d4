import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FirstVisit, settleClaims } from "../../../src/clicks/log/displace.ts";
import { type Claim, type DraftClick, prospectsOf } from "../../../src/clicks/log/draft.ts";
import type { LoggedClick } from "../../../src/clicks/log/pack.ts";

const HOUR = 3_600_000;

interface Visit {
  id: string;
  time: number;
  visitorKey: string;
}

const draft = ({ id, time, visitorKey }: Visit): DraftClick =>
  ({
    id,
    time,
    visitorKey,
    linkId: "lnk_a",
    verdict: null,
    reason: null,
    message: null,
    windowStart: time - (time % HOUR),
  }) as DraftClick;

const anyVisits = fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { maxLength: 14 }).chain((ids) =>
  fc.tuple(
    ...ids.map((id) =>
      fc.record({
        id: fc.constant(`clk_${String(id).padStart(3, "0")}`),
        // Few moments, so that many are the same.
        time: fc.integer({ min: 0, max: 8 }).map((step) => step * 25 * 60_000),
        visitorKey: fc.constantFrom("a", "b"),
      }),
    ),
  ),
);

/** The log as far as first visits go, after each group of visits. */
class Log {
  readonly #letters = new Map<string, string>();
  readonly #visits: Visit[] = [];

  /** What the log says of each visit. */
  get letters(): ReadonlyMap<string, string> {
    return this.#letters;
  }

  append(visits: readonly Visit[]): void {
    const { prospects, displaced } = settleClaims(prospectsOf(visits.map(draft)), this.#firsts(), this.#clicks());
    for (const { click, lostWindow } of displaced) this.#letters.set(click.id, lostWindow ? "d" : "c");
    for (const [index, prospect] of prospects.entries()) {
      const letter = typeof prospect === "string" ? prospect : prospect.verdict;
      this.#letters.set(visits[index]?.id ?? "", letter ?? "unsettled");
    }
    this.#visits.push(...visits);
  }

  #firsts(): FirstVisit[] {
    return this.#visits.flatMap(({ id, time, visitorKey }, seq) =>
      "uc".includes(this.#letters.get(id) ?? "")
        ? [{ visitorKey, linkId: "lnk_a", windowStart: time - (time % HOUR), time, seq, isRow: false }]
        : [],
    );
  }

  #clicks(): Map<number, LoggedClick> {
    return new Map(
      this.#visits.map(({ id, time }, seq) => [
        seq,
        { id, time, seq, uniqueOfDay: this.#letters.get(id) === "u" ? 1 : 0 } as LoggedClick,
      ]),
    );
  }
}

function reference(visits: readonly Visit[]): Map<string, string> {
  const seen = new Set<string>();
  const letters = new Map<string, string>();
  for (const { id, time, visitorKey } of visits.toSorted((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1))) {
    const window = `${visitorKey} ${Math.floor(time / HOUR)}`;
    letters.set(id, seen.has(window) ? "d" : seen.has(visitorKey) ? "c" : "u");
    seen.add(window).add(visitorKey);
  }
  return letters;
}

describe("first visits", () => {
  it("are the earliest, whatever the groups in which visits come", () => {
    fc.assert(
      fc.property(
        anyVisits,
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 14, maxLength: 14 }),
        (visits, sizes) => {
          const log = new Log();
          for (let start = 0, group = 0; start < visits.length; group++) {
            const size = sizes[group] ?? 1;
            log.append(visits.slice(start, start + size));
            start += size;
          }
          expect(log.letters).toEqual(reference(visits));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("stay where they are once their click has left the log", () => {
    const claim: Claim = { visitorKey: "a", linkId: "lnk_a", windowStart: 0, time: 5, id: "clk_b", firstOfDay: true };
    const first: FirstVisit = { visitorKey: "a", linkId: "lnk_a", windowStart: 0, time: 9, seq: 1, isRow: false };
    expect(settleClaims([claim], [first], new Map())).toEqual({ prospects: ["d"], displaced: [] });
    const other = { ...first, windowStart: HOUR, time: HOUR + 9 };
    expect(settleClaims([claim], [other], new Map())).toEqual({
      prospects: [{ ...claim, verdict: "c" }],
      displaced: [],
    });
  });
});
