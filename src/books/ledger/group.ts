import { majorOf } from "../../ground/money/amount.ts";
import { mostOfOrder, mostText } from "../../ground/money/bound.ts";
import type { RateOf } from "../../ground/money/rate.ts";
import { addSums } from "../../ground/money/sum.ts";
import type { ConfirmedAmounts } from "../../ground/model/evidence.ts";
import { stateOf } from "../../sales/order/state.ts";
import { dayIn } from "./calendar.ts";
import { commissionsOf, type ShareCommission } from "./commission.ts";
import { EARNING, type RuleVersion, settle, type Settling } from "./decide.ts";
import {
  type Before,
  type CustomersOrder,
  monthKey,
  type Position,
  positionKey,
  type WantedRates,
} from "./load-grounds.ts";
import type { DueOrder, Group, SettledStore } from "./load.ts";
import { withoutOf } from "./without.ts";
import type { Counting } from "../../ground/model/commission.ts";

/** The version of a plan's rule that is in force for what was placed at a time (ms UTC); `null`: there is no such plan. */
export type RuleOf = (planId: string, placedAt: number) => RuleVersion | null;

/** What commissions hang on beside the order itself. */
export interface Grounds {
  ruleOf: RuleOf;
  /** By `positionKey`, without the group's own orders. */
  before: ReadonlyMap<string, Before>;
  /** Ids of orders of customers who had bought before. */
  returning: ReadonlySet<string>;
  rateOf: RateOf;
}

/** An order, and what settling it came to. */
export interface Settled {
  order: DueOrder;
  settling: Settling;
}

/** What the grounds of a group are to be read for. */
export interface WantedGrounds {
  positions: Position[];
  customers: CustomersOrder[];
  rates: WantedRates[];
}

/** Says what is to be read: sums of the month only for tiers and caps, customers only where it matters that they are new. */
export function wantedGrounds({ orders, stores }: Group, ruleOf: RuleOf): WantedGrounds {
  const wanted: WantedGrounds = { positions: [], customers: [], rates: [] };
  for (const order of orders) {
    const { id, storeId, customerHash, placedAt, confirmed } = order;
    if (confirmed === null) continue;
    const store = storeOf(stores, order);
    const day = dayIn(store.timezone, placedAt);
    const currencies = new Set([confirmed.currency, store.currency]);
    let wantsNew = false;
    for (const { creatorId, planId } of order.shares) {
      const rule = planId === null ? null : ruleOf(planId, placedAt);
      if (planId === null || rule === null) continue;
      const { commission } = rule;
      wantsNew ||= commission.newCustomersOnly;
      for (const rate of [commission, ...commission.special]) if (rate.type === "fixed") currencies.add(rate.currency);
      if (commission.payIn !== null) currencies.add(commission.payIn);
      if (goesBy(rule).length > 0) {
        wanted.positions.push({ planId, creatorId, month: monthOf(day), placedAt, orderId: id });
      }
    }
    if (wantsNew && customerHash !== null) wanted.customers.push({ id, storeId, customerHash, placedAt });
    wanted.rates.push({ currencies, day });
  }
  return wanted;
}

/**
 * Settles a group's orders at `now` (ms UTC), each with what the ones before it in the group come to. Throws a
 * `RangeError` if one of them earns more than an order may come to, by a wrong rate, or comes to more itself: it
 * was recorded before there was a bound.
 */
export function settleGroup({ orders, recorded, stores }: Group, grounds: Grounds, now: number): Settled[] {
  const ofGroup = new Map<string, Before>();
  return orders.map((order) => {
    const store = storeOf(stores, order);
    const day = dayIn(store.timezone, order.placedAt);
    const month = monthOf(day);
    const shares = order.shares.map(({ creatorId, planId, campaignId, weight }) => {
      const rule = planId === null ? null : grounds.ruleOf(planId, order.placedAt);
      // By what isn't read of earlier groups, none of this one's own counts either: notes say the same of both.
      const byMonth = goesBy(rule);
      const isByMonth = planId !== null && byMonth.length > 0;
      const before = grounds.before.get(positionKey({ orderId: order.id, creatorId }));
      const own = isByMonth ? ofGroup.get(monthKey({ planId, creatorId, month })) : undefined;
      const waiting = [...(before?.waiting ?? []), ...(own?.waiting ?? [])];
      return {
        creatorId,
        planId,
        campaignId,
        weight,
        rule,
        salesBeforeMinor: addSums([before?.salesMinor ?? 0, own?.salesMinor ?? 0]),
        earnedBeforeMinor: addSums([before?.earnedMinor ?? 0, own?.earnedMinor ?? 0]),
        without: withoutOf(waiting, byMonth),
      };
    });
    // What an order that is declined would earn makes no difference, be it past all bounds.
    const earns = EARNING.has(stateOf({ ...order, owned: order.shares.length > 0 }));
    const commissions = commissionsOf({
      confirmed: earns ? order.confirmed : null,
      customer: order.customerHash === null ? "unknown" : grounds.returning.has(order.id) ? "returning" : "new",
      storeCurrency: store.currency,
      day,
      shares,
      rateOf: grounds.rateOf,
    });
    if (earns) mustBePayable(order.confirmed, commissions);
    const earned = commissions.map((commission, index) => ({ rule: shares[index]?.rule ?? null, commission }));
    const settling = settle(order, earned, recorded.get(order.id) ?? [], { now, lockedTo: store.lockedTo, month });
    for (const { planId, creatorId, salesMinor, uncappedMinor, note } of settling.rows) {
      if (planId === null) continue;
      const key = monthKey({ planId, creatorId, month });
      const own = ofGroup.get(key) ?? { salesMinor: 0, earnedMinor: 0, waiting: [] };
      const { uncounted = [], missingRates = [] } = note;
      const waits = { uncounted, count: 1, orders: [{ orderId: order.id, placedAt: order.placedAt, missingRates }] };
      ofGroup.set(key, {
        salesMinor: addSums([own.salesMinor, salesMinor]),
        earnedMinor: addSums([own.earnedMinor, uncappedMinor]),
        waiting: uncounted.length === 0 ? own.waiting : [...own.waiting, waits],
      });
    }
    return { order, settling };
  });
}

/** What is past the bound by far may be kept within it by a cap, and would use that up. */
function mustBePayable(confirmed: ConfirmedAmounts | null, commissions: readonly ShareCommission[]): void {
  const mustFit = (what: string, minor: number | null, currency: string | null, wrong: string): void => {
    if (minor === null || currency === null || minor <= mostOfOrder(currency)) return;
    const amount = `${majorOf(minor, currency)} ${currency}`;
    throw new RangeError(
      `${what} of ${amount} is more than the ${mostText(currency)} that an order may come to: is ${wrong} wrong?`,
    );
  };
  mustFit("the total", confirmed?.totalMinor ?? null, confirmed?.currency ?? null, "its amount");
  for (const { amountMinor, currency } of commissions) {
    mustFit("the commission", amountMinor, currency, "its plan or an exchange rate");
  }
}

/** What of the month a rule goes by. */
export function goesBy(rule: RuleVersion | null): Counting[] {
  if (rule === null) return [];
  return [
    ...(rule.commission.tiers.length > 0 ? (["sales"] as const) : []),
    ...(rule.commission.capPerCreatorMinor !== null ? (["uncapped"] as const) : []),
  ];
}

function monthOf(day: string): string {
  return day.slice(0, 7);
}

/** Throws for an order without a store, which nothing can leave behind. */
function storeOf(stores: Group["stores"], { id, storeId }: DueOrder): SettledStore {
  const store = stores.get(storeId);
  if (store === undefined) throw new Error(`no store ${storeId} of order ${id}`);
  return store;
}
