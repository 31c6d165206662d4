import type { Child } from "hono/jsx";
import type { BookedCommission } from "../../books/conversion/schema.ts";
import type { ConversionDetail } from "../../conversions/count/schema.ts";
import type { OrderExplanation } from "../../sales/order/schema.ts";
import { wordsOf } from "../form/field.ts";
import { MoneyText } from "../frame/money.tsx";
import { Facts, Moment, Named } from "../frame/parts.tsx";
import { Rows } from "../frame/rows.tsx";
import { Entries } from "../orders/commission.tsx";
import { Explained } from "../orders/explanation.tsx";
import { TrustChip } from "../orders/state.tsx";
import type { View } from "../resource/resource.ts";
import { CommissionState, type ShownConversion } from "./state.tsx";

const HINDRANCES: Readonly<Record<NonNullable<BookedCommission["hindrance"]>, string>> = {
  backfill: "it was made of the past, which earns nobody anything.",
  no_rate: "no plan pays for it.",
  limit: "the contact had as many as it may.",
  withdrawn: "what made it is undone.",
  contested: "browsers claim it for different creators, and no server says whose it is.",
  uncredited: "it is nobody’s.",
};

/** What a conversion's creators earn by it, and what the ledger has of that. */
export async function commissionOf({ desk, names: known }: View, conversion: ShownConversion): Promise<Child> {
  const booked = await desk.api.get<BookedCommission & { names?: Record<string, string> }>(
    `/conversions/${conversion.id}/commission`,
    { expand: "names" },
  );
  const names = { ...known, ...booked.names };
  const { state, hindrance, dueAt, approvedAt, review, commissions, entries } = booked;
  return (
    <>
      <p>
        <CommissionState state={state} />{" "}
        {hindrance === null ? "" : `Nothing can be owed for it, whoever approves it: ${HINDRANCES[hindrance]}`}
      </p>
      <Facts
        facts={[
          ["The rule approves it", dueAt && <Moment desk={desk} time={dueAt} />],
          ["Approved", approvedAt && <Moment desk={desk} time={approvedAt} />],
          [
            "Decided by hand",
            review && (
              <>
                {wordsOf(review.decision)}
                {review.reason === null ? "" : `, “${review.reason}”`}, by {review.actor},{" "}
                <Moment desk={desk} time={review.at} />
              </>
            ),
          ],
        ]}
      />
      {commissions.length === 0 ? null : (
        <Rows
          caption="What each earns"
          heads={["Creator", "Plan", { label: "Earns", num: true }, "Held"]}
          rows={commissions.map(({ creatorId, planId, amount, holdDays }) => [
            <Named id={creatorId} names={names} />,
            <Named id={planId} names={names} />,
            <MoneyText desk={desk} money={amount} />,
            holdDays === null ? "Until somebody approves it" : `${holdDays} days`,
          ])}
        />
      )}
      <Entries desk={desk} entries={entries} names={names} />
      <p>
        <a href={`/admin/ledger?conversion=${conversion.id}`}>All of it in the ledger</a>
      </p>
    </>
  );
}

/** Why it is credited as it is. */
export function explanationOf(
  { desk, names }: View,
  { explanation, attribution, time }: ShownConversion,
): Promise<Child> {
  return Promise.resolve(explanation === undefined ? null : explained(explanation));

  function explained(shown: OrderExplanation): Child {
    return (
      <Explained
        desk={desk}
        explanation={shown}
        owners={(attribution?.shares ?? []).map(({ creatorId }) => creatorId)}
        at={time}
        names={names}
      />
    );
  }
}

/** What made it. */
export function evidenceOf(
  _view: View,
  { evidence, trust, trigger, origin, toldApartBy }: ShownConversion,
): Promise<Child> {
  return Promise.resolve(evidence === undefined ? null : told(evidence));

  function told({ event, triggerIndex, triggerWords }: ConversionDetail["evidence"]): Child {
    return (
      <Facts
        facts={[
          ["Trigger", `${triggerIndex + 1}: ${triggerWords ?? wordsOf(trigger)}`],
          ["Event", <code>{event}</code>],
          ["Whose word", <TrustChip trust={trust} />],
          ["How it came", ORIGINS[origin]],
          ["Told apart by", wordsOf(toldApartBy)],
        ]}
      />
    );
  }
}

const ORIGINS: Readonly<Record<ShownConversion["origin"], string>> = {
  live: "As it happened",
  manual: "By hand or by a server",
  backfill: "Of what happened before its definition",
};
