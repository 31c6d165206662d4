import { ORDER_STATUSES } from "../../sales/order/review-schema.ts";
import type { Order, ORDER_SORTS } from "../../sales/order/schema.ts";
import { optionsOf } from "../form/field.ts";
import type { Field } from "../form/field.ts";
import type { Desk } from "../frame/desk-load.ts";
import { MoneyText } from "../frame/money.tsx";
import { Moment, Named } from "../frame/parts.tsx";
import { byRoute } from "../resource/bulk-run.ts";
import type { Action, BulkAction, Resource } from "../resource/resource.ts";
import { commissionOf } from "./commission.tsx";
import { evidenceOf, itemsOf } from "./evidence.tsx";
import { orderName } from "./name.ts";
import { explanationOf, historyOf, wayOf } from "./panels.tsx";
import { OrderState, type ShownOrder, STATUS_WORDS, TrustChip } from "./state.tsx";

const REASON: Field = {
  kind: "textarea",
  name: "reason",
  label: "Reason",
  required: true,
  rows: 2,
  max: 500,
  hint: "Is kept with the order and its history.",
};

type Decision = "approve" | "decline" | "dispute";

const DECISIONS: Readonly<Record<Decision, { label: string; text: string; done: string; risky: boolean }>> = {
  approve: {
    label: "Approve",
    text: "Its commission is owed from then on: it is booked into the period that is open. An approval counts from when it was first given.",
    done: "Approved.",
    risky: false,
  },
  decline: {
    label: "Decline",
    text: "What was booked for it is booked back; where it was paid already, the creator owes it. It can be approved again.",
    done: "Declined.",
    risky: true,
  },
  dispute: {
    label: "Dispute",
    text: "What was booked for it stays booked, and no payout run takes it until it is approved again.",
    done: "Disputed: no payout run takes it.",
    risky: false,
  },
};

/** Where each decision may be taken; the API has the last word. */
const FITS: Readonly<Record<Decision, readonly Order["status"][]>> = {
  approve: ["pending", "disputed", "declined", "received", "contested"],
  decline: ["pending", "approved", "locked", "payable", "paid", "disputed", "received", "contested"],
  dispute: ["pending", "approved", "locked", "payable"],
};

const readOrder = (desk: Desk, id: string): Promise<ShownOrder> =>
  desk.api.get<ShownOrder>(`/orders/${encodeURIComponent(id)}`);

function decision(name: Decision): Action<ShownOrder> {
  return {
    name,
    scope: "orders:write",
    // What browsers alone tell can't be approved: a button that is always refused helps nobody.
    fits: ({ status, trust }) => FITS[name].includes(status) && (name !== "approve" || trust === "confirmed"),
    fields: [REASON],
    api: ({ id }) => `/orders/${id}/${name}`,
    ...DECISIONS[name],
  };
}

function decideMany(name: Decision): BulkAction<ShownOrder> {
  const { label, risky } = DECISIONS[name];
  return {
    name,
    label,
    risky,
    scope: "orders:write",
    fields: [REASON],
    run: byRoute<ShownOrder>("/orders/bulk", name, readOrder, orderName),
  };
}

/** The list as it runs by when orders were recorded: what came late is first. */
const BY_RECORDED = "-createdAt" satisfies (typeof ORDER_SORTS)[number];

/** `/admin/orders`: what was sold, who is credited with it, and why. */
export const ORDERS: Resource<ShownOrder> = {
  place: "orders",
  one: "Order",
  many: "Orders",
  api: "/orders",
  read: "orders:read",
  title: orderName,
  list: {
    byStore: true,
    csv: "desk",
    expand: true,
    filters: [
      { kind: "text", name: "q", label: "Order number", hint: "Or the shop’s id of it, or 3 characters of either." },
      { kind: "choice", name: "status", label: "Status", options: optionsOf(ORDER_STATUSES) },
      { kind: "ref", of: "creator", name: "creator", label: "Creator" },
      { kind: "ref", of: "campaign", name: "campaign", label: "Campaign" },
      { kind: "ref", of: "plan", name: "plan", label: "Plan" },
      { kind: "text", name: "code", label: "Code", hint: "As it was typed at the checkout." },
      { kind: "choice", name: "trust", label: "Whose word", options: optionsOf(["claimed", "confirmed"]) },
      {
        kind: "choice",
        name: "approval",
        label: "Approved by",
        options: [
          { value: "hand", label: "Hand: it waits for somebody" },
          { value: "rule", label: "Rule: by itself" },
        ],
      },
      { kind: "when", name: "from", label: "Placed from (UTC)" },
      { kind: "when", name: "to", label: "Placed until (UTC)" },
      {
        kind: "choice",
        name: "sort",
        label: "Order",
        options: [
          { value: "-placedAt", label: "Placed last first" },
          { value: BY_RECORDED, label: "Recorded last first" },
        ],
      },
    ],
    start: { sort: "-placedAt" },
    empty: {
      title: "There is no order yet.",
      text: "Orders come by a connected shop, by the shop’s server, or by the snippet on its pages: see the store’s page for what is connected, and the inbox for what came in.",
    },
    columns: [
      { label: "Order", main: true, cell: orderName, csv: orderName },
      {
        label: "Placed",
        cell: ({ placedAt, createdAt }, { desk }) => (
          <>
            <Moment desk={desk} time={placedAt} />
            {desk.url.searchParams.get("sort") === BY_RECORDED ? (
              <small>
                {" "}
                recorded <Moment desk={desk} time={createdAt} />
              </small>
            ) : null}
          </>
        ),
        csv: ({ placedAt }) => placedAt,
      },
      {
        label: "Status",
        cell: ({ status }) => <OrderState status={status} />,
        csv: ({ status }) => status,
      },
      { label: "Word", cell: ({ trust }) => <TrustChip trust={trust} />, csv: ({ trust }) => trust },
      {
        label: "Creator",
        cell: ({ attribution }, { names }) => (
          <>
            <Named id={attribution?.creatorId} names={names} />
            {attribution !== null && attribution.shares.length > 1 ? (
              <small> and {attribution.shares.length - 1} more</small>
            ) : null}
          </>
        ),
        csv: ({ attribution }, { names }) => attribution && (names[attribution.creatorId] ?? attribution.creatorId),
      },
      {
        label: "Campaign",
        cell: ({ attribution }, { names }) => <Named id={attribution?.campaignId} names={names} />,
        csv: ({ attribution }, { names }) =>
          attribution?.campaignId == null ? null : (names[attribution.campaignId] ?? attribution.campaignId),
      },
      {
        label: "Total",
        num: true,
        cell: ({ total }, { desk }) => <MoneyText desk={desk} money={total} />,
        csvMoney: ({ total }) => total,
      },
      {
        label: "Commission",
        num: true,
        cell: ({ commission }, { desk }) => <MoneyText desk={desk} money={commission?.total} />,
        csvMoney: ({ commission }) => commission?.total,
      },
    ],
    bulk: [decideMany("approve"), decideMany("decline"), decideMany("dispute")],
  },
  page: {
    query: { expand: "names" },
    head: (order, { desk }) => (
      <>
        <p>
          <OrderState status={order.status} /> <TrustChip trust={order.trust} /> {STATUS_WORDS[order.status]}
          {order.approvalDueAt === null ? null : (
            <>
              {" "}
              The rule approves it on <Moment desk={desk} time={order.approvalDueAt} />.
            </>
          )}
        </p>
        <p>
          <a href={`/admin/orders/${order.id}/path`}>The customer’s path to this order</a>
        </p>
      </>
    ),
    facts: (order, { desk, names }) => [
      ["Store", <Named id={order.storeId} names={names} />],
      ["Number", order.orderNumber],
      ["The shop’s own id", <code>{order.externalId}</code>],
      ["Placed", <Moment desk={desk} time={order.placedAt} />],
      ["Total", <MoneyText desk={desk} money={order.total} />],
      ["Subtotal", order.subtotal && <MoneyText desk={desk} money={order.subtotal} />],
      ["Discount", order.discount && <MoneyText desk={desk} money={order.discount} />],
      ["Shipping", order.shipping && <MoneyText desk={desk} money={order.shipping} />],
      ["Tax", order.tax && <MoneyText desk={desk} money={order.tax} />],
      ["Refunded", order.refunded && <MoneyText desk={desk} money={order.refunded} />],
      ["Creator", order.attribution && <Named id={order.attribution.creatorId} names={names} />],
      ["Campaign", order.attribution?.campaignId && <Named id={order.attribution.campaignId} names={names} />],
      ["Plan", order.attribution?.planId && <Named id={order.attribution.planId} names={names} />],
      ["Link", order.attribution?.linkId && <Named id={order.attribution.linkId} names={names} />],
      ["Code", order.attribution?.codeId && <Named id={order.attribution.codeId} names={names} />],
      ["Credited by", order.attribution?.method],
      ["Codes typed", order.codes.join(", ")],
      ["The shop says", order.sourceStatus],
      ["Country", order.country],
      ["Test", order.test ? "Yes: it counts nowhere" : null],
      [
        "Decided",
        order.review && (
          <>
            {order.review.decision}, “{order.review.reason}”, by {order.review.actor},{" "}
            <Moment desk={desk} time={order.review.at} />
            {order.review.reconciliationId === null ? null : (
              <>
                {" "}
                (<a href={`/admin/reconciliations/${order.review.reconciliationId}`}>reconciliation</a>)
              </>
            )}
          </>
        ),
      ],
      ["Approved", order.approvedAt && <Moment desk={desk} time={order.approvedAt} />],
      ["Recorded", <Moment desk={desk} time={order.createdAt} />],
      ["Changed", <Moment desk={desk} time={order.updatedAt} />],
    ],
    panels: [
      { title: "Why it is credited so", show: explanationOf },
      { title: "Commission", show: commissionOf },
      { title: "History", show: historyOf },
      { title: "Items", show: itemsOf, fits: ({ items }) => items !== null && items.length > 0 },
      { title: "Evidence", show: evidenceOf },
      { title: "The way to it", show: wayOf },
    ],
  },
  actions: [
    decision("approve"),
    decision("decline"),
    decision("dispute"),
    {
      name: "attribute",
      label: "Attribute",
      scope: "orders:write",
      text: "Decides by hand who owns the order. It outranks every rule and stays, whatever is heard of the order later; another decision takes its place.",
      fields: [
        {
          kind: "choice",
          name: "who",
          label: "Who owns it",
          required: true,
          initial: "creator",
          as: "radio",
          options: [
            { value: "creator", label: "A creator" },
            { value: "nobody", label: "Nobody" },
            { value: "rule", label: "Whoever the rules say: end the decision by hand" },
          ],
        },
        {
          kind: "group",
          name: null,
          label: "The creator",
          when: { name: "who", is: ["creator"] },
          fields: [
            { kind: "ref", of: "creator", name: "creatorId", label: "Creator" },
            { kind: "ref", of: "campaign", name: "campaignId", label: "Campaign" },
            {
              kind: "ref",
              of: "plan",
              name: "planId",
              label: "Tracking plan",
              hint: "The campaign’s, if one is named and this is empty.",
            },
          ],
        },
        REASON,
      ],
      api: ({ id }) => `/orders/${id}/attribute`,
      toBody: ({ who, creatorId, campaignId, planId, reason }) => ({
        ...(who === "rule"
          ? { rule: true }
          : who === "nobody"
            ? { creatorId: null }
            : { creatorId, campaignId, planId }),
        reason,
      }),
      done: "Attributed. The commission follows within a minute.",
    },
  ],
};
