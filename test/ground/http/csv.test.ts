import { expect, it } from "vitest";
import { amountCell, csvLines, DecimalCell } from "../../../src/ground/http/csv.ts";

it("amounts in a CSV have the decimals of their currency, and are numbers below 0 too", () => {
  const row = [
    [2_500, "EUR"],
    [150, "EUR"],
    [-5, "EUR"],
    [0, "EUR"],
    [25, "JPY"],
    [-1_000, "KWD"],
    [1, "CLF"],
  ] as const;
  expect(csvLines([row.map(([minor, currency]) => amountCell(minor, currency))])).toBe(
    "25.00,1.50,-0.05,0.00,25,-1.000,0.0001\r\n",
  );
  expect(() => amountCell(1, "XXQ")).toThrow(RangeError);
});

it("nothing but a decimal is written as one", () => {
  for (const text of ["", "=1", "-", "1e3", "-1-1", "+1", "1,5", "1\n", " 1", "1."]) {
    expect(() => new DecimalCell(text), text).toThrow(RangeError);
  }
});
