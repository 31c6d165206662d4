import type { Child } from "hono/jsx";
import type { LedgerEntry, OrderCommission } from "../../books/ledger/schema.ts";
import { wordsOf } from "../form/field.ts";
import type { Desk } from "../frame/desk-load.ts";
import { MoneyText } from "../frame/money.tsx";
import { Empty, Moment, Named } from "../frame/parts.tsx";
import { Rows } from "../frame/rows.tsx";
import type { View } from "../resource/resource.ts";
import type { Expanded, ShownOrder } from "./state.tsx";

/** What an order's creators earn by it, how that came about, and what the ledger has of it. */
export async function commissionOf({ desk, names: known }: View, order: ShownOrder): Promise<Child> {
  const {
    commissions,
    entries,
    names: said,
  } = await desk.api.get<OrderCommission & Expanded>(`/orders/${order.id}/commission`, { expand: "names" });
  if (commissions.length === 0 && entries.length === 0) {
    return (
      <Empty title="Nobody earns by it so far.">
        Its commission is worked out once a server has confirmed it and it is credited to a creator whose plan pays.
      </Empty>
    );
  }
  const names = { ...known, ...said };
  const shares = order.attribution?.shares ?? [];
  return (
    <>
      <Rows
        caption="What each earns"
        heads={["Creator", "Plan", "Part of the order", { label: "Earns", num: true }, "How"]}
        rows={commissions.map(
          ({ creatorId, planId, campaignId, ruleVersion, amount, sales, uncapped, note, updatedAt }) => [
            <Named id={creatorId} names={names} />,
            <>
              <Named id={planId} names={names} />
              {ruleVersion === null ? null : <small> rule {ruleVersion}</small>}
              {campaignId === null ? null : (
                <>
                  <br />
                  <Named id={campaignId} names={names} />
                </>
              )}
            </>,
            shares
              .filter((share) => share.creatorId === creatorId)
              .map(({ weight }) => `${weight.numerator}/${weight.denominator}`)
              .join(", "),
            <MoneyText desk={desk} money={amount} />,
            <details>
              <summary>{note.reasonCode === null ? "The sum" : wordsOf(note.reasonCode)}</summary>
              <Sum desk={desk} note={note} names={names} />
              <p class="note">
                Counts <MoneyText desk={desk} money={sales} /> for tiers and <MoneyText desk={desk} money={uncapped} />{" "}
                against the cap. Worked out <Moment desk={desk} time={updatedAt} />.
              </p>
            </details>,
          ],
        )}
      />
      <Entries desk={desk} entries={entries} names={names} />
      <p>
        <a href={`/admin/ledger?order=${order.id}`}>All of it in the ledger</a>
      </p>
    </>
  );
}

type Note = OrderCommission["commissions"][number]["note"];

function Sum({ desk, note, names }: { desk: Desk; note: Note; names: Readonly<Record<string, string>> }) {
  const { sum, missingRates, uncounted, without } = note;
  const minor = (value: number, currency: string): Child => (
    <MoneyText desk={desk} money={{ amountMinor: value, currency }} />
  );
  const rate = (type: string, value: number, currency: string): Child =>
    type === "percentage" ? `${value / 100} %` : minor(value, currency);
  return (
    <ul>
      {missingRates.length === 0 ? null : (
        <li>
          It waits for <a href="/admin/exchange-rates">exchange rates</a>: {missingRates.join(", ")}
        </li>
      )}
      {uncounted.length === 0 ? null : <li>Counts 0 for later orders of the month: {uncounted.join(", ")}</li>}
      {without === null ? null : (
        <li>
          Worked out without {without.count} earlier orders of the month that wait for exchange rates:{" "}
          {without.orders.map(({ orderId, missingRates: missing }, index) => (
            <>
              {index === 0 ? "" : ", "}
              <Named id={orderId} names={names} /> ({missing.join(", ")})
            </>
          ))}
        </li>
      )}
      {sum === null ? null : (
        <>
          <li>
            Base {minor(sum.base.baseMinor, sum.orderCurrency)}: total {minor(sum.base.totalMinor, sum.orderCurrency)},
            less tax {minor(sum.base.taxMinor, sum.orderCurrency)} and shipping{" "}
            {minor(sum.base.shippingMinor, sum.orderCurrency)}
            {sum.base.subtotalMinor === null ? null : (
              <>, no more than the subtotal {minor(sum.base.subtotalMinor, sum.orderCurrency)}</>
            )}
          </li>
          {sum.general === null ? null : (
            <li>
              {rate(sum.general.type, sum.general.value, sum.currency)} of {sum.general.of} earns {sum.general.earns}
              {sum.general.tierFromMinor === null ? null : (
                <>
                  ; the tier from {minor(sum.general.tierFromMinor, sum.currency)} holds, after sales of{" "}
                  {minor(sum.general.salesBeforeMinor, sum.currency)} in the month
                </>
              )}
            </li>
          )}
          {sum.special.map(({ index, type, value, of, quantity, earns }) => (
            <li>
              Special rate {index + 1}: {rate(type, value, sum.currency)} of {of} ({quantity} pieces) earns{" "}
              {earns ?? "–"}
            </li>
          ))}
          {sum.whole === null ? null : <li>Together {sum.whole}, in minor units</li>}
          <li>
            Part {sum.weight.numerator}/{sum.weight.denominator}
            {sum.refundedMinor === 0 ? null : (
              <>, less what was refunded: {minor(sum.refundedMinor, sum.orderCurrency)}</>
            )}
            : {sum.share ?? "–"}
          </li>
          {sum.caps.map(({ cap, capMinor, leaves }) => (
            <li>
              The cap per {cap} of {minor(capMinor, sum.currency)} leaves {leaves}
            </li>
          ))}
          {sum.rates.map(({ from, to, date, rate: text, source, inverse }) => (
            <li>
              {from} to {to} at {inverse ? `1/${text}` : text} of {date} ({source})
            </li>
          ))}
          {sum.exact === null ? null : <li>{sum.exact} before it is rounded</li>}
        </>
      )}
    </ul>
  );
}

/** Entries of the ledger about one thing. */
export function Entries({
  desk,
  entries,
  names,
}: {
  desk: Desk;
  entries: readonly LedgerEntry[];
  names: Readonly<Record<string, string>>;
}) {
  if (entries.length === 0) return <p class="note">The ledger has nothing of it yet.</p>;
  return (
    <Rows
      caption="Entries of the ledger"
      heads={["Entry", "Creator", { label: "Amount", num: true }, "Booked", "Reason", "Payout"]}
      rows={entries.map(({ type, creatorId, amount, time, reason, payoutId, conversion }) => [
        wordsOf(type),
        <Named id={creatorId} names={names} />,
        <>
          <MoneyText desk={desk} money={amount} />
          {conversion === null ? null : (
            <small>
              {" "}
              ({conversion.from} × {conversion.rate}, {conversion.date}, {conversion.source})
            </small>
          )}
        </>,
        <Moment desk={desk} time={time} />,
        reason,
        payoutId === null ? <span class="none">–</span> : <a href={`/admin/payouts/${payoutId}`}>Payout run</a>,
      ])}
    />
  );
}
