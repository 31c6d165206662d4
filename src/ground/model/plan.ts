import type { Utm } from "./link.ts";

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

/** What some products or categories earn instead. The first that matches an item holds for it. */
export type SpecialRate = { products: string[]; categories: string[] } & (
  | { type: "percentage"; basisPoints: number }
  | { type: "fixed"; /** Of each piece. */ amountMinor: number; currency: string }
);

/** What a creator earns by an order. */
export type Commission = (
  | { type: "percentage"; basisPoints: number }
  | { type: "fixed"; amountMinor: number; currency: string }
) & {
  tiers: CommissionTier[];
  special: SpecialRate[];
  /** Minor units of the store's currency; `null`: no cap. */
  capPerOrderMinor: number | null;
  /** The same for all orders of a creator under the plan that were placed in one calendar month of the store. */
  capPerCreatorMinor: number | null;
  /** Whether only a customer's first order in the store earns. */
  newCustomersOnly: boolean;
  includeTax: boolean;
  includeShipping: boolean;
  /** Days after an order was placed until it is approved by itself; `null`: by hand only. */
  holdDays: number | null;
  /** The currency (ISO 4217) that commissions are converted to; `null`: they stay in their own. */
  payIn: string | null;
};

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
