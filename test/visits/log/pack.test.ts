import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { LoggedEvent, SourceKind } from "../../../src/ground/model/visit.ts";
import { packEvents, packRows, unpackEvents } from "../../../src/visits/log/pack.ts";

const text = fc.oneof(fc.constantFrom("", "a", "b\nc", "𝕏"), fc.string());
const event: fc.Arbitrary<LoggedEvent> = fc.record({
  time: fc.nat(2 ** 40),
  type: fc.constantFrom("page", "engage", "click", "download", "form", "visible", "cart", "step"),
  visitorHash: fc.constantFrom("hash-1", "hash-2"),
  visit: fc.constantFrom("v1", "v2"),
  pageOfVisit: fc.integer({ min: 1, max: 99 }),
  page: text,
  source: fc.record({ kind: fc.constantFrom<SourceKind>("search", "direct"), name: text, rule: text }),
  campaign: fc.option(text),
  linkId: fc.option(text),
  country: fc.option(text),
  device: text,
  name: fc.option(text),
  label: fc.option(text),
  engagedMs: fc.nat(60_000),
  scroll: fc.nat(100),
  cart: fc.option(
    fc.record({ items: fc.nat(9), valueMinor: fc.option(fc.nat()), currency: fc.option(fc.constant("EUR")) }),
  ),
});

it("brings back each event as it was, in rows that D1 takes", () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 30 }), (events) => {
      const packed = packEvents(events);
      expect(unpackEvents(packed)).toEqual(events);
      expect(packed.count).toBe(events.length);
      expect(packed.earliest).toBe(Math.min(...events.map(({ time }) => time)));
      expect(packed.latest).toBe(Math.max(...events.map(({ time }) => time)));
    }),
    { numRuns: 100 },
  );
  const [one] = fc.sample(event, { seed: 1, numRuns: 1 });
  if (one === undefined) throw new Error("no event");
  const long = Array.from({ length: 3_000 }, (_none, n) => ({ ...one, label: `${"é".repeat(400)}${n}` }));
  const rows = packRows(long);
  expect(rows.length).toBeGreaterThan(1);
  expect(rows.every(({ facts }) => new TextEncoder().encode(facts).length <= 1_000_000)).toBe(true);
  expect(rows.flatMap((row) => unpackEvents(row))).toEqual(long);
});
