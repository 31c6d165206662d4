/** What the demo is made of: two stores, three creators, two campaigns, and links. */

/** The slug of the link that a first visitor of the demo is shown. */
export const DEMO_SLUG = "lea";

/** The key of the demo store. */
export const DEMO_STORE_KEY = "demo";

/** The key of the demo store that is connected to a stand-in shop. */
export const CONNECTED_STORE_KEY = "demo-shopify";

/** What the demo shop is called, wherever it is: on its pages, at the desk and on creators' pages. */
export const SHOP_NAME = "Demo shop";

/** A store as the demo makes it; its pages are the demo shop's. */
export interface DemoStore {
  key: string;
  name: string;
  brandColor?: string;
  /** Its platform; left out, none that could be connected. */
  provider?: string;
}

export const STORE: DemoStore = {
  key: DEMO_STORE_KEY,
  name: SHOP_NAME,
  brandColor: "#1f6f5c",
};

export const CONNECTED_STORE: DemoStore = {
  key: CONNECTED_STORE_KEY,
  name: `${SHOP_NAME} on Shopify`,
  provider: "shopify",
};

/** The demo store's logo: a leaf in the brand's colour. */
export const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img" aria-label="${SHOP_NAME}">
<rect width="64" height="64" rx="14" fill="#1f6f5c"/>
<path d="M46 14C26 15 16 25 17 42c1 3 2 5 4 7 1-12 6-20 15-25-6 7-10 15-11 26 15 1 24-12 21-36z" fill="#f4efe4"/>
</svg>
`;

/** The account from which the demo store pays: an example of banks' own. */
export const PAYER = { name: SHOP_NAME, iban: "DE02 1203 0000 0000 2020 51" };

/** A creator of the demo, by the id in the shop's own system. */
export interface DemoCreator {
  externalId: string;
  firstName: string;
  lastName: string;
  email: string;
  handles: Record<string, string>;
  /** Where they are paid. */
  payoutDetails: object;
}

export const LEA: DemoCreator = {
  externalId: "demo-lea",
  firstName: "Léa",
  lastName: "Moreau",
  email: "lea@creator.example",
  handles: { instagram: "lea.makes", tiktok: "leamakes" },
  payoutDetails: { method: "sepa", accountHolder: "Léa Moreau", iban: "FR14 2004 1010 0505 0001 3M02 606" },
};

export const MAX: DemoCreator = {
  externalId: "demo-max",
  firstName: "Max",
  lastName: "Lindner",
  email: "max@creator.example",
  handles: { youtube: "maxoutdoors" },
  payoutDetails: { method: "paypal", accountHolder: "Max Lindner", email: "max@creator.example" },
};

/** Whose code came to stand on a page of coupons. */
export const NINA: DemoCreator = {
  externalId: "demo-nina",
  firstName: "Nina",
  lastName: "Costa",
  email: "nina@creator.example",
  handles: { tiktok: "nina.finds" },
  payoutDetails: { method: "sepa", accountHolder: "Nina Costa", iban: "ES91 2100 0418 4502 0005 1332" },
};

export const CREATORS: readonly DemoCreator[] = [LEA, MAX, NINA];

/** `path` is a page of the demo shop, `creator` the external id of who is credited. */
export const LINKS = [
  {
    slug: DEMO_SLUG,
    kind: "affiliate",
    creator: "demo-lea",
    path: "/products/linen-shirt",
    utm: {
      source: "{{username}}",
      medium: "creator",
      campaign: "spring-looks",
      content: "{{slug}}",
      term: "{{creator}}",
    },
    tags: ["demo"],
  },
  {
    slug: "max",
    kind: "affiliate",
    creator: "demo-max",
    path: "/products/rain-jacket",
    utm: { source: "{{username}}", medium: "creator", campaign: "spring-looks", content: "{{slug}}" },
    tags: ["demo"],
  },
  {
    slug: "nina",
    kind: "affiliate",
    creator: "demo-nina",
    path: "/products/wool-beanie",
    utm: { source: "{{username}}", medium: "creator", campaign: "spring-looks", content: "{{slug}}" },
    tags: ["demo"],
  },
  {
    slug: "spring",
    kind: "tracking",
    creator: null,
    path: "/spring?sort=new",
    utm: { source: "newsletter", medium: "email", campaign: "spring-looks" },
    tags: ["demo", "newsletter"],
  },
] as const;

/** A campaign as the demo makes it, with its plan. */
export interface DemoCampaign {
  name: string;
  plan: object;
}

/** Days until an order of the demo is approved by itself: so few that a month's orders are paid in the next. */
export const HOLD_DAYS = 14;

/** The rate from the first sale on, and that from sales of a month on (in major units), in per cent. */
export const TIERS = { value: 12, from: "1500.00", upper: 15 } as const;

/** The campaign that all creators are in: each gets a code and a link of their own, and may make more links. */
export const CAMPAIGN: DemoCampaign = {
  name: "Spring looks",
  plan: {
    name: "Spring looks",
    discount: { type: "percentage", value: 10 },
    codePattern: "{{firstName|upper|max:10}}10",
    utm: { source: "{{username}}", medium: "creator", campaign: "{{campaign}}" },
    creatorLinks: true,
    commission: {
      type: "percentage",
      value: TIERS.value,
      tiers: [{ from: TIERS.from, value: TIERS.upper }],
      holdDays: HOLD_DAYS,
    },
  },
};

/** What an order of the connected store's campaign earns, in major units. */
export const FIXED = "6.00";

/** The campaign of the connected store, which pays a fixed amount. */
export const CONNECTED_CAMPAIGN: DemoCampaign = {
  name: "Autumn looks",
  plan: {
    name: "Autumn looks",
    discount: { type: "percentage", value: 15 },
    // "Léa" is LEA in a code.
    codePattern: "{{firstName|upper|max:10}}15",
    commission: { type: "fixed", value: FIXED, currency: "EUR", holdDays: HOLD_DAYS },
  },
};

/** Who is in the campaign of the connected store. */
export const CONNECTED_CREATORS: readonly DemoCreator[] = [LEA, MAX];
