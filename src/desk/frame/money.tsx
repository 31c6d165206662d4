import { signedMajorOf } from "../../ground/money/amount.ts";
import type { Desk } from "./desk-load.ts";
import { Amount } from "./parts.tsx";

/** An amount as the API says it, in minor units. */
export interface Money {
  amountMinor: number;
  currency: string;
}

/** An amount; a dash for none. */
export function MoneyText({ desk, money }: { desk: Desk; money: Money | null | undefined }) {
  return <Amount desk={desk} minor={money?.amountMinor} currency={money?.currency} />;
}

/** Amounts of several currencies as a cell of a CSV, which can be no number: `EUR 12.50; JPY 300`. */
export function sumsCell(sums: readonly Money[]): string {
  return sums.map(({ amountMinor, currency }) => `${currency} ${signedMajorOf(amountMinor, currency)}`).join("; ");
}

/** Amounts of several currencies, one after the other; a dash for none. */
export function Sums({ desk, sums }: { desk: Desk; sums: readonly Money[] }) {
  if (sums.length === 0) return <span class="none">–</span>;
  return (
    <>
      {sums.map((money, index) => (
        <>
          {index === 0 ? "" : " + "}
          <MoneyText desk={desk} money={money} />
        </>
      ))}
    </>
  );
}
