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
  /** Whether the platform counts by a tag of its own, which links of each creator carry once it is entered. */
  attributionTag: boolean;
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

/** What people should know of a capability, in sentences that refusals and docs are made of. */
export interface CapabilityNote {
  /** `best`: the store does what it can, and no more, so that it is no guarantee. */
  effort: "full" | "best" | "none";
  /** How far it goes, or why it doesn't. A sentence. */
  says: string;
  /** What to do instead: goes on after "; or" and "instead". `null`: nothing is needed. */
  wayRound: string | null;
}

/** A provider as people and plans see it. */
export interface Provider {
  id: ProviderId;
  name: string;
  capabilities: Capabilities;
  /** Of capabilities that the store doesn't have, has in part, or has in a way of its own; the others need no words. */
  notes: Readonly<Partial<Record<keyof Capabilities, CapabilityNote>>>;
}

/** Letters and digits of ASCII, `-` and `_`: what every checkout takes and every keyboard has. */
const CODE_ALPHABET = "A-Za-z0-9_-";

const STORE: Capabilities = {
  discountCodes: true,
  affiliateLink: null,
  attributionTag: false,
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

/** The way round what no store's codes can do. */
const AST = "use a store of provider ast (AST)";
const AST_LIMIT = `${AST} and set the limit in the shop itself`;

function none(says: string, wayRound: string): CapabilityNote {
  return { effort: "none", says, wayRound };
}

function best(says: string): CapabilityNote {
  return { effort: "best", says, wayRound: null };
}

function full(says: string, wayRound: string | null = null): CapabilityNote {
  return { effort: "full", says, wayRound };
}

/** The same of each limit. */
function ofLimits(note: CapabilityNote) {
  return {
    oncePerCustomer: note,
    totalUses: note,
    minimumCartValue: note,
    minimumQuantity: note,
    products: note,
    productsAndCategories: note,
  };
}

const NO_AFFILIATE_LINK = none(
  "No address of the shop applies a code by itself.",
  `give creators a code and a tracking link (trackClicks), or ${AST}`,
);

/**
 * The providers by id. WooCommerce's coupons have no start date: Waymark keeps them as drafts until then. Lengths of codes: Shopify takes 255 characters, Magento 255, WooCommerce a post
 * title, BigCommerce 50; nobody types more than 64.
 */
export const PROVIDER_TABLE: Readonly<Record<ProviderId, Provider>> = {
  ast: {
    id: "ast",
    name: "Agnostic sales tracking",
    capabilities: { ...NO_STORE, affiliateLink: "redirect", orders: "site" },
    notes: {
      ...ofLimits(none("AST makes no discount in the shop.", "set the limit in the shop itself")),
      discountCodes: full("Codes are made in the shop by hand; here they say whose sale it is."),
      orders: full("The shop's pages or its server report them."),
    },
  },
  shopify: {
    id: "shopify",
    name: "Shopify",
    capabilities: { ...STORE, affiliateLink: "discount_link", productsAndCategories: false },
    notes: {
      affiliateLink: full("/discount/CODE applies the code and goes on to the page."),
      oncePerCustomer: best(
        "Shopify tells customers apart by e-mail and telephone: a second address is a second customer.",
      ),
      minimumCartValue: full("A discount has a minimum value or a minimum quantity, not both."),
      minimumQuantity: full("A discount has a minimum value or a minimum quantity, not both."),
      products: full("Categories are Shopify's collections."),
      productsAndCategories: none(
        "A discount is for products or for collections, not both.",
        `leave one out, make a category of both in the shop, or ${AST}`,
      ),
      orders: full("Webhooks wake, and polling proves."),
    },
  },
  woocommerce: {
    id: "woocommerce",
    name: "WooCommerce",
    capabilities: { ...STORE, affiliateLink: "checkout_link", minimumQuantity: false },
    notes: {
      affiliateLink: full(
        "Opens the checkout with the plan's products and the code, in WooCommerce 10.0 and later; the cart is emptied first.",
        `give products (limits.products) and a code, or ${AST}`,
      ),
      oncePerCustomer: best("Guests are told apart by e-mail: a second address is a second customer."),
      minimumQuantity: none(
        "WooCommerce's coupons have no minimum quantity.",
        `give a minimum value (limits.minimum with the type cartValue), or ${AST_LIMIT}`,
      ),
      startDate: full(
        "WooCommerce's coupons have no start: Waymark keeps one as a draft until then, and publishes it within a minute after.",
      ),
      orders: full("Webhooks wake, and polling proves."),
    },
  },
  bigcommerce: {
    id: "bigcommerce",
    name: "BigCommerce",
    capabilities: { ...STORE, code: { minLength: 3, maxLength: 50, alphabet: CODE_ALPHABET } },
    notes: {
      discountCodes: full("Each code is a promotion of its own."),
      affiliateLink: NO_AFFILIATE_LINK,
      oncePerCustomer: best("Customers are told apart by account and e-mail: a second address is a second customer."),
      startDate: full("The promotion has it."),
      endDate: full("The promotion has it."),
      orders: full("Webhooks wake, and polling proves."),
    },
  },
  magento: {
    id: "magento",
    name: "Magento",
    capabilities: { ...STORE, orders: "polling" },
    notes: {
      discountCodes: full(
        "Each code is a cart price rule of its own, since a rule's limits are one for all of its coupons.",
      ),
      affiliateLink: NO_AFFILIATE_LINK,
      oncePerCustomer: best("Magento counts by the account: guests, who have none, may use a code again."),
      minimumCartValue: full("The goods before discounts, in the base currency of the shop."),
      products: full("Products are SKUs, categories ids, in the conditions of the rule's action."),
      startDate: full("Rules begin by the day: Waymark switches one on to the minute."),
      endDate: full("Rules end by the day: Waymark withdraws one to the minute."),
      orders: full("Magento sends nothing: orders and credit memos are asked for every five minutes."),
    },
  },
  amazon: {
    id: "amazon",
    name: "Amazon Attribution",
    capabilities: { ...NO_STORE, attributionTag: true, discountCodes: false, orders: "report", code: null },
    notes: {
      ...ofLimits(none("Amazon Attribution has no discounts to limit.", AST_LIMIT)),
      discountCodes: none("Amazon Attribution has no discount codes.", AST),
      affiliateLink: none("A link of Amazon's carries a tag of its own, and reports sales by day alone.", AST),
      attributionTag: full("Each creator's links carry the tag that was entered for them."),
      orders: full("Reports are imported, and shown beside orders: they name none."),
      code: none("Amazon Attribution has no discount codes.", AST),
    },
  },
};
