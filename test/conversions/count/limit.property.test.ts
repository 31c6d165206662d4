import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countedOf, type Limited } from "../../../src/conversions/count/limit.ts";
import { contactAt, subjectOf } from "../../../src/conversions/count/subject.ts";

const DAY = 86_400_000;

const rows = fc
  .array(
    fc.record({
      day: fc.integer({ min: 0, max: 40 }),
      trust: fc.constantFrom("claimed", "confirmed"),
      origin: fc.constantFrom("live", "backfill"),
    }),
    {
      maxLength: 30,
    },
  )
  .map((some) => some.map(({ day, ...row }, at): Limited => ({ key: `e:${at}`, time: day * (DAY / 2), ...row })));

const limits = fc.record({
  times: fc.integer({ min: 1, max: 4 }),
  windowDays: fc.option(fc.integer({ min: 1, max: 10 })),
});

describe("the limit", () => {
  it("AC-25, ACX-8: comes to the same in any order, passes N in no window, and leaves no place free", () => {
    fc.assert(
      fc.property(rows, limits, fc.infiniteStream(fc.nat()), (some, limit, ranks) => {
        const counted = countedOf(some, limit);
        const shuffled = some
          .map((row) => ({ row, rank: ranks.next().value ?? 0 }))
          .toSorted((a, b) => a.rank - b.rank)
          .map(({ row }) => row);
        expect(countedOf(shuffled, limit)).toEqual(counted);
        const span = limit.windowDays === null ? Infinity : limit.windowDays * DAY;
        const within = some.filter(({ key }) => counted.has(key));
        for (const { time: from } of within) {
          const inWindow = within.filter(({ time }) => time >= from && time - from < span);
          expect(inWindow.length).toBeLessThanOrEqual(limit.times);
        }
        // What doesn't count has as many near it as may be.
        for (const { key, time } of some) {
          if (counted.has(key)) continue;
          const near = within.filter((other) => Math.abs(other.time - time) < span);
          expect(near.length).toBeGreaterThanOrEqual(limit.times);
        }
      }),
    );
  });

  it.each([
    [
      "ACX-8: no claim takes the place of what a server confirms",
      ({ trust, origin }: Limited) => trust === "confirmed" && origin === "live",
    ],
    ["ACX-6: what is applied to the past takes the place of nothing else", ({ origin }: Limited) => origin === "live"],
  ])("%s", (_name, stands) => {
    fc.assert(
      fc.property(rows, limits, (some, limit) => {
        const confirmed = some.filter(stands);
        const alone = countedOf(confirmed, limit);
        const together = countedOf(some, limit);
        expect(confirmed.filter(({ key }) => together.has(key)).map(({ key }) => key)).toEqual(
          confirmed.filter(({ key }) => alone.has(key)).map(({ key }) => key),
        );
      }),
    );
  });

  it("without one everything counts, whatever the times", () => {
    const same = [1, 2, 3].map((at): Limited => ({ key: `e:${at}`, time: 0, trust: "claimed", origin: "live" }));
    expect(countedOf(same, null).size).toBe(3);
    expect([...countedOf(same, { times: 2, windowDays: null })]).toEqual(["e:1", "e:2"]);
  });
});

describe("whose it is", () => {
  const link = (contactId: string, time: number) => ({ contactId, time });

  it("a visitor's event belongs to whom it was last known as until then, else to the first after", () => {
    const links = [link("con_b", 20), link("con_a", 10), link("con_c", 20)];
    expect(contactAt(links, 5)).toBe("con_a");
    expect(contactAt(links, 10)).toBe("con_a");
    expect(contactAt(links, 20)).toBe("con_b");
    expect(contactAt(links.toReversed(), 99)).toBe("con_b");
    expect(contactAt([], 1)).toBeNull();
  });

  it("goes by the contact, the customer, the visitor, the page view, and last by the event", () => {
    const event = { key: "i:1", customerHash: "h", visitorHash: "v", view: "p" };
    expect(subjectOf("con_1", event)).toBe("c:con_1");
    expect(subjectOf(null, event)).toBe("h:h");
    expect(subjectOf(null, { ...event, customerHash: null })).toBe("v:v");
    expect(subjectOf(null, { ...event, customerHash: null, visitorHash: null })).toBe("p:p");
    expect(subjectOf(null, { ...event, customerHash: null, visitorHash: null, view: null })).toBe("e:i:1");
  });
});
