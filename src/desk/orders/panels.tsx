import type { Child } from "hono/jsx";
import type { CustomerPath } from "../../reports/path/schema.ts";
import type { OrderStep } from "../../sales/order/review-schema.ts";
import type { OrderExplanation } from "../../sales/order/schema.ts";
import { wordsOf } from "../form/field.ts";
import { Moment } from "../frame/parts.tsx";
import type { View } from "../resource/resource.ts";
import { Explained } from "./explanation.tsx";
import { summaryText } from "./path.tsx";
import { type Expanded, OrderState, type ShownOrder } from "./state.tsx";

/** Why an order is credited as it is. */
export async function explanationOf({ desk, names }: View, order: ShownOrder): Promise<Child> {
  const explanation = await desk.api.get<OrderExplanation & Expanded>(`/orders/${order.id}/explanation`, {
    expand: "names",
  });
  return (
    <Explained
      desk={desk}
      explanation={explanation}
      owners={(order.attribution?.shares ?? []).map(({ creatorId }) => creatorId)}
      at={order.placedAt}
      names={{ ...names, ...explanation.names }}
    />
  );
}

const CAUSES: Readonly<Record<OrderStep["cause"], string>> = {
  source: "by what was reported",
  rule: "by the rule",
  admin: "by hand",
  period: "by a period’s lock",
  payout: "by a payout run",
};

/** How an order came to where it stands. */
export async function historyOf({ desk }: View, order: ShownOrder): Promise<Child> {
  const { data } = await desk.api.get<{ data: OrderStep[] }>(`/orders/${order.id}/history`);
  return (
    <ol class="timeline">
      {data.map(({ time, from, to, cause, actor, reason, periodId, payoutId }) => (
        <li>
          <small>
            <Moment desk={desk} time={time} />
          </small>
          <br />
          {from === null ? "Recorded as" : `${wordsOf(from)} →`} <OrderState status={to} /> {CAUSES[cause]}
          {actor === null ? "" : ` of ${actor}`}
          {reason === null ? "" : `: “${reason}”`}
          {periodId === null ? null : (
            <>
              {" "}
              <a href={`/admin/periods/${periodId}`}>The period</a>
            </>
          )}
          {payoutId === null ? null : (
            <>
              {" "}
              <a href={`/admin/payouts/${payoutId}`}>The payout run</a>
            </>
          )}
        </li>
      ))}
    </ol>
  );
}

/** The customer's way in a sentence, and the page that has all of it. */
export async function wayOf({ desk }: View, order: ShownOrder): Promise<Child> {
  const path = await desk.api.get<CustomerPath>(`/orders/${order.id}/path`);
  return (
    <>
      <p>{summaryText(path)}</p>
      <p>
        <a class="button" href={`/admin/orders/${order.id}/path`}>
          All steps
        </a>
        {path.contact === null ? null : (
          <>
            {" "}
            <a href={`/admin/contacts/${path.contact.id}`}>The customer</a>
          </>
        )}
      </p>
    </>
  );
}
