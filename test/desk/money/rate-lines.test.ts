import { describe, expect, it } from "vitest";
import { monthEnds } from "../../../src/desk/money/month-ends.ts";
import { ratesIn } from "../../../src/desk/money/rate-lines.ts";

describe("exchange rates as lines", () => {
  it.each([
    "usd EUR 2026-11-20 0.9223 ECB",
    "USD, EUR, 2026-11-20, 0.9223, ECB",
    "USD,EUR,2026-11-20,0.9223,ECB",
    "USD\tEUR\t2026-11-20\t0,9223\tECB",
    "USD;EUR;2026-11-20;0,9223;ECB",
  ])("%j is read", (line) => {
    expect(ratesIn(`${line}\n\n`)).toEqual([
      { from: "USD", to: "EUR", date: "2026-11-20", rate: "0.9223", source: "ECB" },
    ]);
  });

  it("leaves what is missing for the API to say", () => {
    expect(ratesIn("USD")).toEqual([{ from: "USD", to: "", date: "", rate: "", source: "" }]);
    expect(ratesIn("USD EUR 2026-11-20 0.9 my own bank")[0]?.source).toBe("my own bank");
  });
});

describe("ends of months", () => {
  it("are those before and after now, by the clocks of the place", () => {
    expect(monthEnds("Europe/Berlin", Date.parse("2026-11-30T12:00:00Z"))).toEqual([
      { month: "October 2026", at: Date.parse("2026-10-31T23:00:00Z") },
      { month: "November 2026", at: Date.parse("2026-11-30T23:00:00Z") },
    ]);
    expect(monthEnds("UTC", Date.parse("2026-03-01T00:00:00Z")).map(({ month }) => month)).toEqual([
      "February 2026",
      "March 2026",
    ]);
  });
});
