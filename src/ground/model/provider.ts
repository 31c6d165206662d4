/** Platforms that a store may run on; `ast` is any shop that reports by script, pixel or call. */
export const PROVIDERS = ["ast", "shopify", "woocommerce", "bigcommerce", "magento", "amazon"] as const;

/** One of {@link PROVIDERS}. */
export type ProviderId = (typeof PROVIDERS)[number];

/** What a code may be made of, so that the store takes it and a shopper can type it. */
export interface CodeRules {
  minLength: number;
  maxLength: number;
  /** The characters allowed, as the inside of a regular expression's class. */
  alphabet: string;
}

/**
 * How an affiliate link works at a provider: `redirect` carries the click id alone, `discount_link`
 * and `checkout_link` apply the code by themselves, `null`: there is none.
 */
export type AffiliateLink = "redirect" | "discount_link" | "checkout_link" | null;

/** What a plan may ask of a provider. */
export interface Capabilities {
  /** Whether the store knows discount codes. */
  discountCodes: boolean;
  affiliateLink: AffiliateLink;
  oncePerCustomer: boolean;
  totalUses: boolean;
  minimumCartValue: boolean;
  minimumQuantity: boolean;
  /** Limits to products or categories. */
  products: boolean;
  /** Limits to both of them at once. */
  productsAndCategories: boolean;
  /** Whether a code may begin to work later; links of a plan always can. */
  startDate: boolean;
  endDate: boolean;
  /** How orders reach Waymark: pushed, asked for, imported as a report, or by the merchant's own site. */
  orders: "webhooks" | "polling" | "report" | "site";
  code: CodeRules | null;
}

/** A provider as people and plans see it. */
export interface Provider {
  id: ProviderId;
  name: string;
  capabilities: Capabilities;
}

/** Letters and digits of ASCII, `-` and `_`: what every checkout takes and every keyboard has. */
const CODE_ALPHABET = "A-Za-z0-9_-";

const STORE: Capabilities = {
  discountCodes: true,
  affiliateLink: null,
  oncePerCustomer: true,
  totalUses: true,
  minimumCartValue: true,
  minimumQuantity: true,
  products: true,
  productsAndCategories: true,
  startDate: true,
  endDate: true,
  orders: "webhooks",
  code: { minLength: 3, maxLength: 64, alphabet: CODE_ALPHABET },
};

/** Nothing can be limited where Waymark makes no discount in the store. */
const NO_STORE: Capabilities = {
  ...STORE,
  oncePerCustomer: false,
  totalUses: false,
  minimumCartValue: false,
  minimumQuantity: false,
  products: false,
  productsAndCategories: false,
};

/**
 * The providers by id. WooCommerce's coupons have no start date: Waymark keeps them as drafts until then. Lengths of codes: Shopify takes 255 characters, Magento 255, WooCommerce a post
 * title, BigCommerce 50; nobody types more than 64.
 */
export const PROVIDER_TABLE: Readonly<Record<ProviderId, Provider>> = {
  ast: {
    id: "ast",
    name: "Agnostic sales tracking",
    capabilities: { ...NO_STORE, affiliateLink: "redirect", orders: "site" },
  },
  shopify: {
    id: "shopify",
    name: "Shopify",
    capabilities: { ...STORE, affiliateLink: "discount_link", productsAndCategories: false },
  },
  woocommerce: {
    id: "woocommerce",
    name: "WooCommerce",
    capabilities: { ...STORE, affiliateLink: "checkout_link", minimumQuantity: false },
  },
  bigcommerce: {
    id: "bigcommerce",
    name: "BigCommerce",
    capabilities: { ...STORE, code: { minLength: 3, maxLength: 50, alphabet: CODE_ALPHABET } },
  },
  magento: { id: "magento", name: "Magento", capabilities: { ...STORE, orders: "polling" } },
  amazon: {
    id: "amazon",
    name: "Amazon Attribution",
    capabilities: { ...NO_STORE, discountCodes: false, orders: "report", code: null },
  },
};
