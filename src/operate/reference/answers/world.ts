/**
 * The story that all samples tell a piece of: the store Linen & Co sells in euros from Paris, Nora Lind recommends it in
 * the campaign Spring looks with the link /nora and the code NORA10, and order 1001 came by her link. Times are in
 * UTC. Every id of a kind is the one that the schemas' own examples have.
 */

/** An amount as answers have it, of minor units of the one currency. */
export interface Euros {
  amountMinor: number;
  currency: "EUR";
}

/** So many cents. */
export function euros(amountMinor: number): Euros {
  return { amountMinor, currency: "EUR" };
}

/** An id by the prefix of its kind. */
export function id(prefix: string): string {
  return `${prefix}_06c4v8e5m1k2n3p4`;
}

/** Who did what nobody else did: the key of whoever reads the reference. */
export const ACTOR = id("key");

/** The click before order 1001. */
export const CLICK_ID = "clk_AZqh2x0kq3o5y8Xv1ZbT";

export const CLICKED_AT = "2026-11-20T18:31:02.000Z";
export const PLACED_AT = "2026-11-20T18:42:10.000Z";

/** When the order's commission is approved by itself: 30 days after it was placed. */
export const DUE_AT = "2026-12-20T18:42:10.000Z";

/** When what somebody does in a sample is done. */
export const NOW = "2026-11-21T09:00:00.000Z";

/** When stores, plans and creators of samples were made. */
export const BEGAN = "2026-10-01T09:00:00.000Z";

/** The days of the reports in samples, as most of them write it. */
export const DAYS = { from: "2026-11-01", to: "2026-11-30" };

/** The same days, as reports over moments write it. */
export const MOMENTS = { from: "2026-11-01T00:00:00.000Z", to: "2026-12-01T00:00:00.000Z" };

/** All of an order to one creator. */
export const WHOLE = { numerator: 1, denominator: 1 };

/** The creator as a new one. */
export const CREATOR = {
  id: id("crt"),
  firstName: "Nora",
  lastName: "Lind",
  email: null,
  handles: { instagram: "nora.lind" },
  externalId: null,
  createdAt: NOW,
  updatedAt: NOW,
};

/** Another creator, for what two of them are needed for, and her link. */
export const SECOND_CREATOR = "crt_06c4v8e5m1k2n3p5";
export const SECOND_LINK = "lnk_06c4v8e5m1k2n3p5";
