import { FIGURE_COLUMNS, FIGURES } from "../model/attribution-report.ts";
import { boundedSum } from "../money/sum.ts";

/** SQL: the sums of Amazon's figures over rows `r` of reports, by their names; `NULL` where no row has the figure. */
export const FIGURE_SUMS = FIGURES.map((name) => `${boundedSum(`sum(r.${FIGURE_COLUMNS[name]})`)} AS ${name}`).join(
  ", ",
);

/** SQL: a JSON object of a currency and the figures that {@link FIGURE_SUMS} names. */
export const FIGURES_JSON = `json_object('currency', currency, ${FIGURES.map((name) => `'${name}', ${name}`).join(", ")})`;
