import type { AmazonReport } from "../../reports/amazon/schema.ts";
import type { Desk } from "../frame/desk-load.ts";

/** What other reports have of Amazon's figures. */
export type BesideOrders = Pick<AmazonReport, "totals" | "unassigned">;

/** Amazon's figures beside a report's own: they are in none of its numbers. */
export function AmazonBeside({ desk: { formats }, amazon }: { desk: Desk; amazon: BesideOrders | undefined }) {
  if (amazon === undefined) return null;
  return (
    <p class="note">
      By Amazon’s own figures, in none of the numbers above:{" "}
      {amazon.totals
        .map(({ currency, clicks, purchases, salesMinor }) =>
          [
            ...(clicks === null ? [] : [`${formats.count(clicks)} clicks`]),
            ...(purchases === null ? [] : [`${formats.count(purchases)} purchases`]),
            ...(salesMinor === null ? [] : [`${formats.money(salesMinor, currency)} of sales`]),
          ].join(", "),
        )
        .join("; ")}
      . <a href="/admin/reports/amazon">By creator</a>
    </p>
  );
}
