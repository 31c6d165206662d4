import type { SourceStatus } from "./evidence.ts";

/**
 * An order as a shop's platform has it, whichever way the platform told of it: what a message says and what a list says
 * of the same state are equal to the letter, so that they are one report. Amounts are decimals of the currency's major
 * unit as text, 0 or more, with no more decimals than the currency has. There is nothing of a person in it.
 */
export interface ShopOrder {
  /** The platform's own id of the order: what its exports and its webhooks have in common. */
  orderId: string;
  /** What people call it, such as `#1001`; `null`: as the id. */
  number: string | null;
  /** When it became as it is, and when it was placed, ISO 8601 UTC. */
  updatedAt: string;
  placedAt: string;
  /** ISO 4217: that of the shop throughout, or of the order where a shop has several. */
  currency: string;
  /** All that was to be paid, with tax and shipping, before anything was given back. Gift cards are a way to pay it. */
  total: string;
  /** Goods after discounts, without tax, shipping and gift cards that were bought. */
  goods: string;
  /** Gift cards that were bought, without tax. */
  giftCards: string;
  discount: string;
  shipping: string;
  tax: string;
  /** What was given back, with tax and shipping; what an edit took out of the order counts. */
  refunded: string;
  status: SourceStatus;
  /** The platform's own word for it. */
  state: string;
  /** Codes that were typed or applied at the checkout, each once. */
  codes: string[];
  /** A click token as it came, from where it is believed most; `null`: there is none. */
  click: string | null;
  items: ShopItem[];
  /** By the platform's word; a way to pay that is a test is the store's setting. */
  test: boolean;
  /** How it was paid, by the platform's name of it. */
  gateway: string | null;
  /** What it was made by: a web checkout, a till, a draft. */
  channel: string | null;
  /** What it renews, if a subscription made it: the platform's id of what all its orders have in common. */
  renewalOf: string | null;
  /** ISO 3166-1 alpha-2. */
  country: string | null;
  /** What had to be mended to read it, each once, such as `rounded`; for people. */
  warnings: string[];
}

/** A line of a {@link ShopOrder}; gift cards that were bought are none. */
export interface ShopItem {
  sku: string;
  name: string | null;
  quantity: number;
  /** Of one, after the line's own discounts, without tax. */
  price: string;
}

/** Who bought, as the platform says. It is hashed before anything is kept, and never logged. */
export interface ShopCustomer {
  id: string | null;
  /** As it was typed. */
  email: string | null;
  /** E.164; `null` too where what was typed doesn't say its country. */
  phone: string | null;
}

/** What a platform's order came to: a report, nothing that counts, or what can't be read. */
export type ShopReading =
  | { kind: "order"; order: ShopOrder; customer: ShopCustomer }
  /** Such as a draft: not an order, yet. */
  | { kind: "none"; reason: string }
  /** `outline`: what names the order and says where it stands, without anything of a person. */
  | { kind: "unreadable"; orderId: string | null; path: string; detail: string; outline: Record<string, unknown> };

/**
 * What an order renews that a subscription made, where the platform doesn't say: it stands for itself, by a name that no
 * order's id has. Such orders are counted together with all of their customer's.
 */
export function renewalOfItself(orderId: string): string {
  return `order:${orderId}`;
}

/** What people call an order; `null`: as its id. */
export function ownNumber({ orderId, number }: Pick<ShopOrder, "orderId" | "number">): string | null {
  return number === orderId ? null : number;
}
