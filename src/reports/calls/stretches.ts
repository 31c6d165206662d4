import { addSums } from "../../ground/money/sum.ts";
import { dayAfter, type DaySpan, daysOf } from "../../ground/time/range.ts";
import { partOf, type SpreadCost } from "../../calls/cost/spread.ts";
import type { CostRow } from "./figures.ts";

/** Days that are told apart at most: more would be more rows than a statement takes. */
export const MOST_DAYS = 400;

/** Costs of a channel on a day that a statement takes at most, about: 2 MB of them. */
export const MOST_COSTS = 50_000;

/** How a span is cut for what channels cost. */
export type Stretch = "day" | "month" | "total";

/** What channels cost in each stretch of a span, in one currency (ISO 4217); what is nothing is left out. */
export function costRows(
  costs: readonly SpreadCost[],
  { span, stretch, currency }: { span: DaySpan; stretch: Stretch; currency: string },
): CostRow[] {
  const own = costs.filter((cost) => cost.currency === currency);
  const channels = Map.groupBy(own, ({ channel }) => channel);
  return stretchesOf(span, stretch).flatMap((part) =>
    [...channels].flatMap(([channel, paid]): CostRow[] => {
      const costMinor = addSums(paid.map((cost) => partOf(cost, part)));
      return costMinor === 0 ? [] : [{ channel, span: part.first, costMinor }];
    }),
  );
}

function stretchesOf(span: DaySpan, stretch: Stretch): Pick<DaySpan, "first" | "last">[] {
  if (stretch === "total") return [span];
  if (stretch === "day") {
    return Array.from({ length: daysOf(span) }, (_none, index) => {
      const day = dayAfter(span.first, index);
      return { first: day, last: day };
    });
  }
  const months = [];
  for (let first = span.first; first <= span.last;) {
    const next = `${dayAfter(`${first.slice(0, 7)}-01`, 31).slice(0, 7)}-01`;
    const last = dayAfter(next, -1);
    months.push({ first, last: last < span.last ? last : span.last });
    first = next;
  }
  return months;
}
