import type { ClickRow, PathCall, PathConversion, PathOrder } from "./load-records.ts";
import type { PathEntry, PathPayout } from "./load-money.ts";
import type { Step } from "./step.ts";

/** What the log of clicks has of one. */
export interface ClickSource {
  source: string;
  referrerHost: string | null;
}

/** Sources of clicks by the name that visits have for them. Others tell of nothing that led to the click. */
const CLICK_KINDS = {
  ad: "paid",
  social: "social",
  email: "email",
  search: "search",
  referral: "referral",
} as const;

/** Clicks, each once: whatever a server says of one stands before what a browser claims. */
export function clicksOnce(rows: readonly ClickRow[]): ClickRow[] {
  const clicks = new Map<string, ClickRow>();
  for (const row of rows) {
    if (clicks.get(row.clickId)?.trust !== "confirmed") clicks.set(row.clickId, row);
  }
  return [...clicks.values()];
}

/** Clicks with what led to them, as far as the log of clicks has it. */
export function clickSteps(clicks: readonly ClickRow[], logged: ReadonlyMap<string, ClickSource>): Step[] {
  return clicks.flatMap(({ clickId, linkId, trust, time }): Step[] => {
    const evidence = { kind: "click", id: clickId, trust } as const;
    const from = logged.get(clickId);
    const kind = CLICK_KINDS[from?.source as keyof typeof CLICK_KINDS] ?? null;
    const source = { kind, name: from?.referrerHost ?? "", rule: "click", campaign: null };
    const link: Step = { time, kind: "link", evidence, linkId };
    return kind === null ? [link] : [{ time, kind: "ad", evidence, source: { ...source, kind } }, link];
  });
}

/** Calls. */
export function callSteps(calls: readonly PathCall[]): Step[] {
  return calls.map((row) => ({
    time: row.startedAt,
    kind: "call",
    evidence: { kind: "call", id: row.id, trust: "confirmed" },
    linkId: row.linkId,
    creatorId: row.creatorId,
    campaignId: row.campaignId,
    call: {
      id: row.id,
      // Of no number of the store's it may be the customer's.
      number: row.numberId === null ? null : row.number,
      label: row.label,
      channel: row.channel,
      direction: row.direction,
      status: row.status,
      talkSeconds: row.talkSeconds,
      qualified: row.qualified === 1,
      match: row.match,
      reason: row.reason,
      customerTrust: row.customerTrust,
    },
  }));
}

/** Conversions that count. */
export function conversionSteps(conversions: readonly PathConversion[]): Step[] {
  return conversions.map(
    ({ id, definitionId, definition, trust, time, valueMinor, currency, creatorId, campaignId }) => ({
      time,
      kind: "conversion",
      evidence: { kind: "conversion", id, trust },
      conversion: { id, definitionId, definition },
      creatorId,
      campaignId,
      amount: valueMinor === null ? null : { amountMinor: valueMinor, currency },
    }),
  );
}

/** Orders. */
export function orderSteps(orders: readonly PathOrder[]): Step[] {
  return orders.map(
    ({ id, externalId, orderNumber, status, trust, currency, totalMinor, codes, placedAt, ...credit }) => ({
      time: placedAt,
      kind: "order",
      evidence: { kind: "order", id, trust },
      order: { id, externalId, orderNumber, status, codes: JSON.parse(codes) as string[] },
      creatorId: credit.creatorId,
      campaignId: credit.campaignId,
      linkId: credit.linkId,
      amount: currency === null || totalMinor === null ? null : { amountMinor: totalMinor, currency },
    }),
  );
}

/** What was booked and paid. */
export function moneySteps(entries: readonly PathEntry[], payouts: readonly PathPayout[]): Step[] {
  return [
    ...entries.map(({ id, type, amountMinor, currency, creatorId, time }): Step => ({
      time,
      kind: "commission",
      evidence: { kind: "ledger", id, trust: "confirmed" },
      entry: { id, type },
      creatorId,
      amount: { amountMinor, currency },
    })),
    ...payouts.map(({ id, reference, creatorId, amountMinor, currency, paidAt }): Step => ({
      time: paidAt,
      kind: "payout",
      evidence: { kind: "payout", id, trust: "confirmed" },
      payout: { id, reference },
      creatorId,
      amount: { amountMinor, currency },
    })),
  ];
}
