import { type AmazonFigures, FIGURES } from "../model/attribution-report.ts";
import { addSums } from "./sum.ts";

/** The sums of Amazon's figures of one currency, which end at `MOST_SUM`; `null` where none of them says. */
export function sumFigures(rows: readonly AmazonFigures[]): AmazonFigures {
  const sumOf = (name: keyof AmazonFigures): number | null => {
    const said = rows.map((figures) => figures[name]).filter((value) => value !== null);
    return said.length === 0 ? null : addSums(said);
  };
  return Object.fromEntries(FIGURES.map((name) => [name, sumOf(name)])) as unknown as AmazonFigures;
}
