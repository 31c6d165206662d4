/*! checkout */
/** Part `checkout`: the cart as the shop's pages tell it, the steps of the checkout, and that it was bought. */
import { VIEW } from "./hooks.ts";
import { add, isGranted, isHere } from "./part-visit.ts";

interface Cart {
  cartId?: unknown;
  items?: { sku: unknown; quantity: unknown }[];
  value?: unknown;
  currency?: unknown;
  orderId?: unknown;
}

/** What a page said that needs consent, until there is some: its last word of the cart, and the order that it became. */
const late: Cart[] = [];
let cartId: unknown;
/** The last order that was told: the core says it again when consent is granted, and some pages say it twice. */
let done: unknown;

H.push((what, first) => {
  for (const [step, page] of CONFIG.plan!.steps || []) {
    if (what === VIEW ? page && isHere(page) : what === "step" && step === first) add("step", { step, cartId });
  }
  const { items = [], value, currency, cartId: id, orderId } = (first || {}) as Cart;
  if (what === "cart") {
    cartId = id;
    // Copies, and nothing else that the shop knows of them.
    late[0] = { cartId, items: items.slice(0, 100).map(({ sku, quantity }) => ({ sku, quantity })), value, currency };
  }
  if (what === "order" && orderId !== done) late[1] = { cartId, orderId: (done = orderId) };
  if (isGranted) for (const data of late.splice(0)) if (data) add("cart", data);
});
