import { randomBytes } from "node:crypto";

/** What the demo shop's prices are in: the currency of the demo store. */
export const CURRENCY = "EUR";

/** Something that the demo shop sells. */
export interface Product {
  /** Its name in addresses, and its SKU. */
  slug: string;
  name: string;
  about: string;
  /** In minor units of {@link CURRENCY}. */
  priceMinor: number;
}

export const PRODUCTS: readonly Product[] = [
  { slug: "linen-shirt", name: "Linen shirt", about: "Washed linen, cut wide.", priceMinor: 4990 },
  { slug: "rain-jacket", name: "Rain jacket", about: "Light, packs into its own pocket.", priceMinor: 12_900 },
  { slug: "wool-beanie", name: "Wool beanie", about: "Merino, one size.", priceMinor: 2450 },
];

/** What a shopper is about to buy. */
export interface Cart {
  product: Product;
  /** 1 to {@link MAX_QUANTITY}. */
  quantity: number;
  /** As typed, trimmed; empty if none. */
  code: string;
  /** As typed, trimmed; empty if none. */
  email: string;
  /** The click id that the page gave with the shopper's consent; empty if none. */
  clickId: string;
}

/** What a {@link Cart} costs, in minor units of {@link CURRENCY}. */
export interface Price {
  subtotalMinor: number;
  discountMinor: number;
  totalMinor: number;
}

/** An order as the shop keeps it. */
export interface Order extends Price {
  id: string;
  cart: Cart;
  /** ms UTC. */
  placedAt: number;
}

export const MAX_QUANTITY = 9;
/** Longer than any code, e-mail or click id is. */
const MAX_TEXT = 100;
/** The oldest goes first, so that a shop left running doesn't grow for ever. */
const MAX_ORDERS = 1000;

/** Reads the fields of the checkout. `null` if there is no such product. */
export function readCart(fields: URLSearchParams): Cart | null {
  const product = PRODUCTS.find(({ slug }) => slug === fields.get("product"));
  if (product === undefined) return null;
  const text = (name: string): string => (fields.get(name) ?? "").trim().slice(0, MAX_TEXT);
  const quantity = Math.trunc(Number(fields.get("quantity")));
  return {
    product,
    quantity: quantity >= 1 ? Math.min(quantity, MAX_QUANTITY) : 1,
    code: text("code"),
    email: text("email"),
    clickId: text("click"),
  };
}

/** A code is worth the percentage that it ends with, as LEA10 does: this shop keeps no list of them. */
export function priceOf({ product, quantity, code }: Cart): Price {
  const subtotalMinor = product.priceMinor * quantity;
  const percent = Number(/^\p{L}\w*?([1-9]\d?)$/u.exec(code)?.[1] ?? 0);
  const discountMinor = Math.round((subtotalMinor * percent) / 100);
  return { subtotalMinor, discountMinor, totalMinor: subtotalMinor - discountMinor };
}

/** The shop's orders, in memory. */
export class Orders {
  readonly #orders = new Map<string, Order>();

  place(cart: Cart): Order {
    // Unlike a counter, doesn't begin anew with each start: Waymark remembers the orders of the last one.
    const id = `D-${randomBytes(6).toString("hex").toUpperCase()}`;
    const order = { id, cart, placedAt: Date.now(), ...priceOf(cart) };
    this.#orders.set(id, order);
    const [oldest] = this.#orders.keys();
    if (this.#orders.size > MAX_ORDERS && oldest !== undefined) this.#orders.delete(oldest);
    return order;
  }

  find(id: string): Order | undefined {
    return this.#orders.get(id);
  }
}
