import { withNames } from "../attribution/names.ts";
import { isoOf } from "../http/fields.ts";
import type { OrderItem } from "./evidence.ts";
import type { Order, OrderDetail, OrderExplanation } from "./schema.ts";
import type { EvidenceRow, OrderRow } from "./store.ts";

/** An order as lists show it. */
export function presentOrder(row: OrderRow): Order {
  const money = moneyIn(row.currency);
  return {
    id: row.id,
    storeId: row.storeId,
    externalId: row.externalId,
    status: row.status,
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
    commission: null,
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}

/** An order with its evidence. */
export function presentDetail(row: OrderRow, evidence: readonly EvidenceRow[]): OrderDetail {
  return {
    ...presentOrder(row),
    evidence: evidence.map(({ source, trust, sourceTime, receivedAt, inboxId, data }) => ({
      source,
      trust,
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
        country: data.country ?? null,
        test: data.test ?? null,
      },
    })),
  };
}

/** Why an order is credited as it is, with the names of creators (see `creatorNames`) in its sentences. */
export function presentExplanation(
  { explanation, manual }: OrderRow,
  names: ReadonlyMap<string, string>,
): OrderExplanation {
  return {
    ...explanation,
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
