import { Fraction } from "fraction.js";
import { CREATORS, FIXED, HOLD_DAYS, TIERS } from "../../../scripts/demo/definitions.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, monthOf } from "../../../scripts/demo/days.ts";
import { SIGN_UP_HOLD_DAYS, SIGN_UP_PAYS } from "../../../scripts/demo/set-up.ts";
import type { Story } from "../../../scripts/demo/story.ts";
import type { StoreKey } from "../../../scripts/demo/story-orders.ts";
import { roundHalfEven } from "../../../src/ground/money/exact.ts";

/** What a creator, a campaign or a day comes to; money in minor units. */
export interface Sums {
  clicks: number;
  conversions: number;
  salesMinor: number;
  commissionMinor: number;
}

/** An order or a deal that counts, with what it is worth. */
interface Sale {
  creator: string | null;
  campaign: string;
  store: StoreKey;
  placedAt: number;
  keptMinor: number;
  commissionMinor: number;
}

const CAMPAIGNS: Readonly<Record<StoreKey, string>> = { demo: "Spring looks", "demo-shopify": "Autumn looks" };

const minor = (major: string): number => Math.round(Number(major) * 100);

/** Clicks that count: each visitor's first within the hour, by hand, from what the story says was sent. */
export function countedClicks({ clicks }: Story) {
  const seen = new Set<string>();
  return clicks.filter(({ kind, address, agent, link, at }) => {
    if (kind === "program" || kind === "prefetch" || kind === "head") return false;
    const key = [address, agent, link, Math.floor(at / HOUR_MS)].join(" ");
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Orders and deals that are somebody's and stand, with what they earn, worked out one after the other. */
export function salesOf({ orders, calls }: Story): Sale[] {
  const placed = orders.flatMap(({ later, ...order }) => {
    const news = later.at(-1);
    const keptMinor = order.totalMinor - (news?.refundedMinor ?? 0);
    return news?.status === "cancelled" || keptMinor === 0 ? [] : [{ ...order, keptMinor }];
  });
  const deals = calls.flatMap(({ at, deal }) =>
    deal === null
      ? []
      : [
          {
            creator: "demo-lea",
            store: "demo" as const,
            placedAt: at,
            totalMinor: deal.amountMinor,
            keptMinor: deal.amountMinor,
          },
        ],
  );
  const before = new Map<string, number>();
  return [...placed, ...deals]
    .toSorted((a, b) => a.placedAt - b.placedAt)
    .filter(({ creator }) => creator !== null)
    .map(({ creator, store, placedAt, totalMinor, keptMinor }) => {
      const key = `${creator} ${store} ${monthOf(placedAt)}`;
      const sold = before.get(key) ?? 0;
      before.set(key, sold + keptMinor);
      const rate = sold >= minor(TIERS.from) ? TIERS.upper : TIERS.value;
      const earned =
        store === "demo"
          ? new Fraction(keptMinor).mul(rate).div(100)
          : new Fraction(minor(FIXED)).mul(keptMinor).div(totalMinor);
      return {
        creator,
        campaign: CAMPAIGNS[store],
        store,
        placedAt,
        keptMinor,
        commissionMinor: roundHalfEven(earned),
      };
    });
}

/** The sums by whatever `key` says of clicks and sales; what it says `null` of is left out. */
export function sumsBy(
  story: Story,
  key: (of: { creator: string | null; campaign: string | null; at: number }) => string | null,
): Record<string, Sums> {
  const sums: Record<string, Sums> = {};
  const at = (name: string | null): Sums => {
    if (name === null) return { clicks: 0, conversions: 0, salesMinor: 0, commissionMinor: 0 };
    return (sums[name] ??= { clicks: 0, conversions: 0, salesMinor: 0, commissionMinor: 0 });
  };
  for (const { creator, link, at: time } of countedClicks(story)) {
    const campaign = creator === null ? null : link.startsWith("autumn") ? "Autumn looks" : "Spring looks";
    at(key({ creator, campaign, at: time })).clicks += 1;
  }
  for (const { creator, campaign, placedAt, keptMinor, commissionMinor } of salesOf(story)) {
    const sum = at(key({ creator, campaign, at: placedAt }));
    sum.conversions += 1;
    sum.salesMinor += keptMinor;
    sum.commissionMinor += commissionMinor;
  }
  return sums;
}

/** The name of a creator by their external id. */
export function nameOf(creator: string | null): string | null {
  const found = CREATORS.find(({ externalId }) => externalId === creator);
  return found === undefined ? null : `${found.firstName} ${found.lastName}`;
}

/** What each creator is owed in all by a time (ms UTC), from a store or from both: what was approved by then. */
export function owedBy(story: Story, time: number, store?: StoreKey): Record<string, number> {
  const owed: Record<string, number> = {};
  const add = (creator: string | null, at: number, holdDays: number, amount: number): void => {
    const name = nameOf(creator);
    if (name !== null && at + holdDays * DAY_MS <= time) owed[name] = (owed[name] ?? 0) + amount;
  };
  for (const sale of salesOf(story)) {
    if (store === undefined || sale.store === store) add(sale.creator, sale.placedAt, HOLD_DAYS, sale.commissionMinor);
  }
  for (const { creator, at } of store === "demo-shopify" ? [] : story.signUps) {
    add(creator, at, SIGN_UP_HOLD_DAYS, minor(SIGN_UP_PAYS));
  }
  return owed;
}

/** The last moment at which something was approved in a story, and in its closed month. */
export const settledAt = ({ end, books }: Story) => ({ end: end - MINUTE_MS, month: books.to - MINUTE_MS });
