import { majorOf } from "../src/ground/money/amount.ts";
import { type Cart, CURRENCY, type Order, priceOf } from "./demo-orders.ts";

/** Where the demo shop reports to, as its pages need it. */
export interface Reporting {
  /** The Worker's origin, such as `http://127.0.0.1:8787`. */
  waymark: string;
  /** The store's public key. */
  store: string;
}

/** Where the shop remembers the answer to its banner, in its own localStorage. */
const CONSENT_KEY = "shop-consent";

/** What the pixel says where nobody was asked. */
const UNASKED = "consent=unknown";

/**
 * Loads the snippet as any shop would, with a queue for calls made before it is there. Where it is
 * blocked, the page's pixels load as they do where scripts are off, but with the answer to the banner.
 */
export function loaderScript({ waymark, store }: Reporting): string {
  return `
window.wm ??= function () { (wm.q ??= []).push(arguments); };
const snippet = document.createElement("script");
snippet.async = true;
snippet.src = ${literal(`${waymark}/t/ast.js?s=${encodeURIComponent(store)}`)};
snippet.onerror = () => {
  const showPixels = () => {
    let choice = null;
    try { choice = localStorage.getItem("${CONSENT_KEY}"); } catch {}
    const asked = choice === "granted" || choice === "denied" ? "consent=" + choice : "${UNASKED}";
    for (const pixel of document.querySelectorAll("noscript.pixel")) {
      pixel.insertAdjacentHTML("afterend", pixel.textContent.replace("${UNASKED}", asked));
    }
  };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", showPixels);
  else showPixels();
};
document.head.append(snippet);
`;
}

/**
 * The banner. The shop remembers the answer itself and tells Waymark on every
 * page; where storage is off, the answer holds for the page.
 */
export const CONSENT_SCRIPT = `
(() => {
  const KEY = "${CONSENT_KEY}";
  const banner = document.getElementById("consent");
  const withdraw = document.getElementById("withdraw");
  const said = document.getElementById("consent-said");
  let choice = null;
  const remembered = () => {
    try { return localStorage.getItem(KEY); } catch { return choice; }
  };
  const apply = () => {
    choice = remembered();
    banner.hidden = choice !== null;
    withdraw.hidden = choice !== "granted";
    if (choice === null) return wm("banner", "shown");
    wm("consent", choice);
    const field = document.querySelector("form [name=click]");
    if (field === null) return;
    field.value = "";
    if (choice === "granted") wm("clickId", (id) => { if (choice === "granted") field.value = id ?? ""; });
  };
  const choose = (next, words) => {
    choice = next;
    try { localStorage.setItem(KEY, next); } catch {}
    apply();
    said.textContent = words;
  };
  document.getElementById("accept").onclick = () => choose("granted", "Thank you. You can withdraw at any time.");
  document.getElementById("reject").onclick = () => choose("denied", "Nothing is kept about your visit.");
  withdraw.onclick = () => choose("denied", "Withdrawn. Nothing is kept about your visit.");
  const reconsider = document.getElementById("reconsider");
  reconsider.hidden = false;
  reconsider.onclick = () => {
    banner.hidden = false;
    document.getElementById("accept").focus();
  };
  // As docs/embedding.md has it; who was given no id by the script sees the page by the link's own.
  document.getElementById("me").onclick = (event) => {
    if (!/(?:^|; )wm_visitor=/.test(document.cookie)) return;
    event.preventDefault();
    wm("me");
  };
  // A page that the back button brings back as it was may have been left before another answer.
  addEventListener("pageshow", (event) => { if (event.persisted) apply(); });
  apply();
})();
`;

/** Tells what is in the cart at the checkout: it matters under a tagging plan with steps alone. */
export function cartScript(cart: Cart): string {
  const told = {
    items: [{ sku: cart.product.slug, quantity: cart.quantity }],
    value: majorOf(priceOf(cart).totalMinor, CURRENCY),
    currency: CURRENCY,
  };
  return `\nwm("cart", ${literal(told)});\n`;
}

/** Reports an order from its thank-you page. */
export function orderScript(order: Order): string {
  const { cart } = order;
  const report = {
    orderId: order.id,
    amount: majorOf(order.totalMinor, CURRENCY),
    currency: CURRENCY,
    ...(cart.code !== "" && { codes: [cart.code] }),
    ...(cart.email !== "" && { customerId: cart.email }),
    items: itemsOf(order),
  };
  return `\nwm("order", ${literal(report)});\n`;
}

/** The address of the pixel for an order. Who sees it was never asked, so it names nobody. */
export function pixelUrl({ waymark, store }: Reporting, order: Order): string {
  const query = new URLSearchParams({
    s: store,
    order: order.id,
    amount: majorOf(order.totalMinor, CURRENCY),
    currency: CURRENCY,
    ...(order.cart.code !== "" && { codes: order.cart.code }),
  });
  return `${waymark}/t/pixel.gif?${query.toString()}&${UNASKED}`;
}

/** The lines of an order as Waymark takes them. */
export function itemsOf({ cart: { product, quantity } }: Order) {
  return [{ sku: product.slug, name: product.name, quantity, price: majorOf(product.priceMinor, CURRENCY) }];
}

/** A value as a JavaScript literal that can't end the script element it stands in. */
function literal(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", String.raw`\u003c`);
}
