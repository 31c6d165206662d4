import type { CommissionReason } from "../../ground/model/commission.ts";
import type { Desk } from "../frame/desk-load.ts";
import { Amount, Facts } from "../frame/parts.tsx";
import { earnedBy, type SampleEarned, type SampleOrder } from "./sample.ts";

const REASONS: Readonly<Record<CommissionReason, string>> = {
  no_plan: "there is no plan",
  unconfirmed: "no server has confirmed an amount",
  returning_customer: "only a customer’s first order earns",
  customer_unknown: "only a customer’s first order earns, and nobody knows whether this is one",
  rate_missing: "it hangs on the exchange rate of the day",
};

/** What a creator would earn by a sample order, or why that can’t be said. */
export function SampleEarns({
  desk,
  commission,
  order,
  currency,
}: {
  desk: Desk;
  commission: Readonly<Record<string, unknown>>;
  order: SampleOrder;
  /** The store's. */
  currency: string;
}) {
  const day = new Date(desk.now).toISOString().slice(0, 10);
  const reckoned = earnedBy(commission, order, currency, day);
  if ("faults" in reckoned) {
    return (
      <p class="warn">
        What an order would earn can’t be said:{" "}
        {reckoned.faults.map(({ path, message }) => `${path.split(".").at(-1)} ${message}`).join("; ")}.
      </p>
    );
  }
  const { earned } = reckoned;
  return (
    <Facts
      facts={[
        ["Of an order of", <Amount desk={desk} minor={earned.totalMinor} currency={earned.orderCurrency} />],
        [
          "Counts",
          earned.baseMinor === null ? null : (
            <Amount desk={desk} minor={earned.baseMinor} currency={earned.orderCurrency} />
          ),
        ],
        ["The creator earns", <Earns desk={desk} earned={earned} />],
        ["Bounded", earned.caps === 0 ? null : "yes, by what is paid at most"],
      ]}
    />
  );
}

function Earns({ desk, earned }: { desk: Desk; earned: SampleEarned }) {
  return (
    <>
      {earned.amountMinor === null ? (
        "can’t be said yet"
      ) : (
        <b>
          <Amount desk={desk} minor={earned.amountMinor} currency={earned.currency} />
        </b>
      )}
      {earned.reason === null ? null : <small> ({REASONS[earned.reason]})</small>}
    </>
  );
}
