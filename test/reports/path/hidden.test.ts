import { describe, expect, it } from "vitest";
import { type Found, hiddenOf } from "../../../src/reports/path/hidden.ts";

const NOTHING: Found = {
  visitors: 1,
  visits: 1,
  pagesLeftOut: 0,
  complete: true,
  keptDays: 90,
  ageDays: 10,
  calls: [],
  customer: null,
  unverifiedClicks: 0,
  leftOut: 0,
};

const told = (found: Partial<Found>) => hiddenOf({ ...NOTHING, ...found }).map(({ what, why }) => `${what} ${why}`);

describe("BXX-7: what a path hides", () => {
  it("is nothing where all of it is shown", () => {
    expect(told({})).toEqual([]);
  });

  it("is what no browser may tell of without consent", () => {
    expect(told({ visitors: 0, visits: 0, ageDays: 100 })).toEqual(["visits no_consent"]);
  });

  it("tells what was never told from what is kept no longer, by the days that the deployment keeps", () => {
    expect(told({ visits: 0 })).toEqual(["visits not_told"]);
    expect(told({ visits: 0, ageDays: 91 })).toEqual(["visits not_told", "pages retention"]);
    expect(told({ ageDays: 31, keptDays: 30 })).toEqual(["pages retention"]);
    expect(hiddenOf({ ...NOTHING, ageDays: 31, keptDays: 30 })[0]?.text).toContain("30 days");
    expect(told({ ageDays: 1_000, keptDays: 0 })).toEqual([]);
  });

  it("is whose a browser or a caller was that is kept no longer", () => {
    const calls = [{ match: "lease", visitorHash: null, callerHash: null }];
    expect(told({ calls })).toEqual(["visitor forgotten", "caller withheld"]);
  });
});
