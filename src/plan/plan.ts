import type { Utm } from "../link/link.ts";

/** What a plan's code gives the shopper. */
export type Discount =
  | { type: "percentage"; /** Hundredths of a per cent. */ basisPoints: number }
  | { type: "fixed"; amountMinor: number; currency: string };

/** A commission's further step: from these sales in the period on, another value holds. */
export interface CommissionTier {
  /** Sales in the period, minor units of the store's currency. */
  fromMinor: number;
  /** Basis points or minor units, as the commission's type says. */
  value: number;
}

/** What a creator earns by an order. */
export type Commission = (
  | { type: "percentage"; basisPoints: number }
  | { type: "fixed"; amountMinor: number; currency: string }
) & { tiers: CommissionTier[] };

/** Where a plan's discount ends. A limit that is missing doesn't hold. */
export interface Limits {
  totalUses?: number | undefined;
  oncePerCustomer?: boolean | undefined;
  minimum?: { type: "cartValue"; amountMinor: number } | { type: "quantity"; quantity: number } | undefined;
  /** Ids in the store. */
  products?: string[] | undefined;
  categories?: string[] | undefined;
}

/** The parts of a tracking plan that its codes and links are made of. */
export interface PlanTemplate {
  name: string;
  discount: Discount | null;
  /** `null`: no codes. */
  codePattern: string | null;
  /** `null`: the store's home page. */
  landingUrl: string | null;
  utm: Utm;
  /** Whether each creator gets a link that earns. */
  affiliateLink: boolean;
  /** Whether each creator gets a link that only counts clicks. */
  trackClicks: boolean;
  limits: Limits;
}
