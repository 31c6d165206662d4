import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isoTimeOf, rfcTimeOf, toIso } from "../../../src/shops/bigcommerce/time.ts";

describe("a time of BigCommerce", () => {
  it("is read as RFC 2822 writes it, in whatever zone", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 86_400, max: 4_000_000_000 }),
        fc.integer({ min: -1439, max: 1439 }),
        (at, zone) => {
          const local = new Date((at + zone * 60) * 1000).toUTCString().replace("GMT", "");
          const minutes = Math.abs(zone);
          const text = `${local}${zone < 0 ? "-" : "+"}${String(Math.floor(minutes / 60)).padStart(2, "0")}${String(minutes % 60).padStart(2, "0")}`;
          expect(rfcTimeOf(text)).toBe(new Date(at * 1000).toISOString());
        },
      ),
    );
  });

  it.each([
    ["Wed, 25 Jun 2025 05:22:10 +0000", "2025-06-25T05:22:10.000Z"],
    ["5 Jun 2025 05:22 GMT", "2025-06-05T05:22:00.000Z"],
    ["Thu, 20 Apr 2017 11:32:00 -0400", "2017-04-20T15:32:00.000Z"],
  ])("%s is %s", (text, iso) => {
    expect(rfcTimeOf(text)).toBe(iso);
  });

  it.each([
    "",
    "2025-06-25T05:22:10Z",
    "Wed, 30 Feb 2025 05:22:10 +0000",
    "Wed, 25 Jui 2025 05:22:10 +0000",
    "25 Jun 2025",
    null,
    7,
  ])("%j is none", (text) => {
    expect(rfcTimeOf(text)).toBeNull();
  });

  it("of a promotion comes back to the second, and never without a zone", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (at) => {
        expect(isoTimeOf(toIso(at * 1000 + 999))).toBe(at * 1000);
      }),
    );
    for (const text of ["2025-06-25T05:22:10", "2025-06-25", "", null]) expect(isoTimeOf(text)).toBeNull();
  });
});
