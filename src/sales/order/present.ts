import { withNames } from "../attribution/names-store.ts";
import type { OrderStatus } from "../../ground/model/order.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { Earning, OrderDress } from "./load-dress.ts";
import type { OrderItem } from "../../ground/model/evidence.ts";
import type { OrderStep } from "./review-schema.ts";
import type { Order, OrderDetail, OrderExplanation } from "./schema.ts";
import type { Review } from "../../ground/model/order.ts";
import { reviewInForce } from "./state.ts";
import type { EvidenceRow, ListedOrder, OrderRow } from "./store.ts";
import type { Step } from "./timeline.ts";
import { lackOf } from "./told.ts";
import { unverifiedText } from "./unverified.ts";

/** An order as lists show it, with what isn't in its row. */
export function presentOrder(row: ListedOrder, { settlement, commissions }: OrderDress): Order {
  const money = moneyIn(row.currency);
  return {
    id: row.id,
    storeId: row.storeId,
    externalId: row.externalId,
    orderNumber: row.orderNumber,
    status: row.status === "approved" ? (settlement ?? row.status) : row.status,
    trust: row.trust,
    sourceStatus: row.sourceStatus,
    ...amountsOf(row),
    items: itemsOf(row.items, row.currency),
    codes: row.codes,
    country: row.country,
    placedAt: isoOf(row.placedAt),
    test: row.test,
    attribution:
      row.creatorId === null || row.method === null
        ? null
        : {
            creatorId: row.creatorId,
            campaignId: row.campaignId,
            planId: row.planId,
            linkId: row.linkId,
            codeId: row.codeId,
            method: row.method,
            model: row.policy.model,
            shares: row.shares.map(({ amountMinor, ...share }) => ({ ...share, amount: money(amountMinor) })),
          },
    commission: commissionOf(row, commissions),
    review: reviewOf(row.review),
    approvedAt: isoOf(row.approvedAt),
    approvalDueAt: row.status === "pending" ? isoOf(row.dueAt) : null,
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}

/** The decision that an order stands by. */
function reviewOf(review: Review | null): Order["review"] {
  const inForce = reviewInForce(review);
  if (inForce === null) return null;
  const { lack: _lack, at, ...decision } = inForce;
  return { ...decision, at: isoOf(at), reconciliationId: lackOf(inForce)?.reconciliationId ?? null };
}

/** Orders of which nobody earns anything. */
const UNPAID: ReadonlySet<OrderStatus> = new Set(["contested", "declined", "orphan", "test"]);

/** What the order's creators earn by it, the owner first; `null` until all of it is computed. */
function commissionOf({ status, shares }: ListedOrder, commissions: readonly Earning[]): Order["commission"] {
  const earned = shares.flatMap(({ creatorId }) => commissions.find((share) => share.creatorId === creatorId) ?? []);
  const [first] = earned;
  if (UNPAID.has(status) || first === undefined || earned.length < shares.length) return null;
  const amounts = earned.map(({ amountMinor }) => amountMinor);
  const known = amounts.filter((amount) => amount !== null);
  const alike = earned.every(({ currency }) => currency === first.currency);
  return {
    shares: earned.map(({ creatorId, planId, ruleVersion, reasonCode, missingRates, ...earning }) => ({
      creatorId,
      planId,
      ruleVersion,
      amount: moneyIn(earning.currency)(earning.amountMinor),
      reasonCode,
      missingRates: [...missingRates],
      booked: moneyIn(earning.bookedCurrency)(earning.bookedMinor),
    })),
    total:
      alike && known.length === earned.length
        ? moneyIn(first.currency)(known.reduce((sum, amount) => sum + amount, 0))
        : null,
  };
}

/** A step of an order's history. */
export function presentStep({ time, ...step }: Step): OrderStep {
  return { time: isoOf(time), ...step };
}

/** An order with its evidence. */
export function presentDetail(row: OrderRow, dress: OrderDress, evidence: readonly EvidenceRow[]): OrderDetail {
  return {
    ...presentOrder(row, dress),
    evidence: evidence.map(({ source, trust, late, sourceTime, receivedAt, inboxId, data }) => ({
      source,
      trust,
      late,
      sourceTime: isoOf(sourceTime),
      receivedAt: isoOf(receivedAt),
      inboxId,
      data: {
        ...amountsOf(data),
        status: data.status ?? null,
        items: itemsOf(data.items, data.currency),
        placedAt: isoOf(data.placedAt ?? null),
        codes: data.codes ?? [],
        clicks: (data.clicks ?? []).map((click) => ({ ...click, time: isoOf(click.time) })),
        badClicks: data.badClicks ?? [],
        customer: data.customerHash !== undefined,
        phone: data.phoneHash !== undefined,
        callIds: (data.calls ?? []).map(({ callId }) => callId),
        country: data.country ?? null,
        test: data.test ?? null,
      },
    })),
  };
}

/** Why an order is credited as it is, with the names of creators (see `creatorNames`) in its sentences. */
export function presentExplanation(
  { explanation, manual }: Pick<OrderRow, "explanation" | "manual">,
  names: ReadonlyMap<string, string>,
): OrderExplanation {
  const { unverified = [], ...explained } = explanation;
  return {
    ...explained,
    unverifiedClicks: unverified.map((one) => ({ ...one, reason: unverifiedText(one) })),
    decision: withNames(explanation.decision, names),
    window: { from: isoOf(explanation.window.from), to: isoOf(explanation.window.to) },
    candidates: explanation.candidates.map(({ touch, reason, ...verdict }) => ({
      touch: {
        id: touch.id,
        kind: touch.kind,
        trust: touch.trust,
        time: isoOf(touch.time),
        creatorId: touch.creatorId,
        campaignId: touch.campaignId,
        planId: touch.planId,
        linkId: touch.linkId,
        codeId: touch.codeId,
        callId: touch.call?.callId ?? null,
        channel: touch.call?.channel ?? null,
      },
      ...verdict,
      reason: withNames(reason, names),
    })),
    manual: manual === null ? null : { ...manual, at: isoOf(manual.at) },
  };
}

type Minor = number | null | undefined;

/** What writes amounts of a currency, minor units; without a currency there are none. */
function moneyIn(currency: string | null | undefined) {
  return (amountMinor: Minor) => (amountMinor == null || currency == null ? null : { amountMinor, currency });
}

interface Amounts {
  currency?: string | null | undefined;
  totalMinor?: Minor;
  subtotalMinor?: Minor;
  discountMinor?: Minor;
  shippingMinor?: Minor;
  taxMinor?: Minor;
  refundedMinor?: Minor;
}

function amountsOf(of: Amounts) {
  const money = moneyIn(of.currency);
  return {
    total: money(of.totalMinor),
    subtotal: money(of.subtotalMinor),
    discount: money(of.discountMinor),
    shipping: money(of.shippingMinor),
    tax: money(of.taxMinor),
    refunded: money(of.refundedMinor),
  };
}

function itemsOf(items: readonly OrderItem[] | null | undefined, currency: string | null | undefined) {
  if (items == null || currency == null) return null;
  return items.map(({ sku, name, quantity, priceMinor, category }) => ({
    sku,
    name: name ?? null,
    quantity,
    price: { amountMinor: priceMinor, currency },
    category: category ?? null,
  }));
}
