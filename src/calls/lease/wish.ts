import type { NumberCase } from "../../ground/model/call.ts";

/** What a page asks or tells of one number on it, with all that is known of who looks at it. */
export interface Wish {
  storeId: string;
  /** The number on the page, E.164. */
  target: string;
  /** Whether it is to have a number, and is counted; else it only tells that it shows one. */
  asks: boolean;
  /** A program asks: it gets none. */
  isBot: boolean;
  /** A keyed hash; `null`: nobody who may be told from others. */
  visitorHash: string | null;
  /** A keyed hash of whose network it comes from. */
  network: string;
  /** The number that the page shows instead, E.164; `null`: its own. */
  shown: string | null;
  visit: string | null;
  /** Of the visit's source: see `VisitSource`. */
  channel: string;
  sourceName: string;
  utmCampaign: string | null;
  /** The click that it began with, verified. */
  linkId: string | null;
  clickId: string | null;
  clickAt: number | null;
  /** Path of the page, cleaned. */
  page: string;
}

/** What became of a wish. */
export interface Given {
  target: string;
  /** The number to be shown, E.164; `null`: the page's own. */
  number: string | null;
  case: NumberCase;
}

/**
 * Wishes as they are bound: lists of what the statements of `claim-sql.ts` read by place. Of several of one visitor for
 * one number the first alone may get one; the others go by it. `repeats` may have been counted before.
 */
export function packWishes(wishes: readonly Wish[], repeats: ReadonlySet<Wish>): string {
  const seen = new Set<string>();
  return JSON.stringify(
    wishes.map((wish) => {
      const key = JSON.stringify([wish.storeId, wish.target, wish.visitorHash]);
      const isAgain = wish.asks && wish.visitorHash !== null && seen.has(key);
      if (wish.asks) seen.add(key);
      return [
        wish.storeId,
        wish.target,
        wish.asks ? 1 : 0,
        wish.isBot ? 1 : 0,
        wish.isBot ? null : wish.visitorHash,
        wish.network,
        wish.shown,
        wish.visit,
        wish.channel,
        wish.sourceName,
        wish.utmCampaign,
        wish.linkId,
        wish.clickId,
        wish.clickAt,
        wish.page,
        isAgain ? 1 : 0,
        repeats.has(wish) ? 0 : 1,
      ];
    }),
  );
}
