import { majorOf } from "../src/ground/money/amount.ts";
import { type Cart, CURRENCY, MAX_QUANTITY, type Order, type Price, priceOf, PRODUCTS } from "./demo-orders.ts";
import { SHOP_NAME } from "./demo/definitions.ts";
import type { Credit } from "./demo-credit.ts";
import { escapeHtml, type Page } from "./demo-page.ts";
import { cartScript, orderScript, pixelUrl, type Reporting } from "./demo-script.ts";

/** The query name under which the demo store's click id travels: the default of every store. */
const CLICK_PARAM = "wm_click";

const PRODUCT_PATH = "/products/";

/**
 * Where a short link leads, whatever its path: which parameters the page was opened with, then the
 * product that the path names, or the list of them all.
 */
export function landingPage(url: URL): Page {
  const product = PRODUCTS.find(({ slug }) => url.pathname === PRODUCT_PATH + slug);
  const offer =
    product === undefined
      ? `<h2>Products</h2>
<ul>
${PRODUCTS.map(({ slug, name, priceMinor }) => `<li><a href="${PRODUCT_PATH}${slug}">${name}</a>, ${money(priceMinor)}</li>`).join("\n")}
</ul>`
      : `<h2>${product.name}</h2>
<p>${product.about} ${money(product.priceMinor)}</p>
<p><a class="main" href="/checkout?product=${product.slug}">Buy the ${product.name.toLowerCase()}</a></p>`;
  return {
    title: product === undefined ? SHOP_NAME : `${product.name} – ${SHOP_NAME}`,
    body: `<p>This is the merchant’s page, <code>${escapeHtml(url.pathname)}</code>: the place a short link leads to. In real life it is
the shop’s own page, with Waymark’s script on it.</p>
${offer}
${parameters(url.searchParams)}`,
  };
}

/** The form that an order is placed with. It works without scripts. */
export function checkoutPage(cart: Cart): Page {
  const price = priceOf(cart);
  return {
    title: `Checkout – ${SHOP_NAME}`,
    body: `<h2>Checkout</h2>
<form method="post" action="/checkout">
<input type="hidden" name="product" value="${cart.product.slug}">
<input type="hidden" name="click" value="${escapeHtml(cart.clickId)}">
<p>${cart.product.name}, ${money(cart.product.priceMinor)}</p>
<label>Quantity <input type="number" name="quantity" min="1" max="${MAX_QUANTITY}" required value="${cart.quantity}"></label>
<label>Discount code (optional, such as LEA10) <input name="code" maxlength="100" autocomplete="off" value="${escapeHtml(cart.code)}"></label>
<label>E-mail (optional) <input type="email" name="email" maxlength="100" autocomplete="email" value="${escapeHtml(cart.email)}"></label>
<button name="action" value="update">Update the total</button>
${summary(price)}
<button class="main" name="action" value="order">Place the order</button>
</form>`,
    script: cartScript(cart),
  };
}

/** What a shopper sees once the order is placed, and where it is reported; below it, for whoever tries it, what became of it. */
export function thankYouPage(order: Order, reporting: Reporting, credit: Credit | null): Page {
  return {
    title: `Thank you – ${SHOP_NAME}`,
    body: `<h2>Thank you</h2>
<p>Your order is <strong id="order">${order.id}</strong>: ${order.cart.quantity} × ${order.cart.product.name}.</p>
${summary(order)}
${credit === null ? "" : creditBox(credit)}
<noscript class="pixel"><img src="${escapeHtml(pixelUrl(reporting, order))}" width="1" height="1" alt=""></noscript>`,
    script: orderScript(order),
  };
}

/** What a shop would never show its shoppers: who is credited with the order, and where to look. */
function creditBox({ page, commission, desk, explanation }: Credit): string {
  const earns = commission === null ? "" : `, who earns ${money(commission.amountMinor)} from it once it is approved`;
  const whose =
    page === null
      ? "<p>Waymark credits nobody with this order: it came without a creator’s link or code.</p>"
      : `<p>Waymark credits this order to <strong>${escapeHtml(page.name)}</strong>${earns}.</p>`;
  const own =
    page === null
      ? ""
      : `<li><a href="${escapeHtml(page.url)}">${escapeHtml(page.name)}’s own page</a> has it at once</li>`;
  return `<section id="credit" aria-labelledby="credit-title">
<h2 id="credit-title">Behind the scenes</h2>
<p>No shop shows you this; the demo does.</p>
${whose}
<ul>
${own}
<li><a href="${escapeHtml(desk)}">The order at the desk</a>, with the admin key</li>
</ul>
<p>Why it is so, from the directory in which Waymark was started:</p>
<pre><code>curl -s -H "Authorization: Bearer $(sed -n 's/^ADMIN_API_KEY=//p' .dev.vars)" ${escapeHtml(explanation)}</code></pre>
</section>`;
}

/** What the shop answers where it has nothing. */
export const NOT_FOUND: Page = {
  title: `Not found – ${SHOP_NAME}`,
  body: `<h2>Not found</h2>
<p>There is no such order or product. Orders are forgotten when the shop stops.</p>`,
};

function parameters(query: URLSearchParams): string {
  const rows = [...query].map(
    ([name, value]) =>
      `<tr><th scope="row"><code>${escapeHtml(name)}</code></th><td><code>${escapeHtml(value)}</code></td></tr>`,
  );
  const table = `<table>
<caption>Parameters that this page was opened with</caption>
<thead><tr><th scope="col">Name</th><th scope="col">Value</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>`;
  const clickId = query.has(CLICK_PARAM)
    ? `<p><code>${CLICK_PARAM}</code> is the click id. An order that comes with it can be credited to the link that led here.</p>`
    : `<p>There is no click id: the visit didn’t come by a Waymark link, or it may carry none
(policy <code>strict</code>, Global Privacy Control, Do Not Track).</p>`;
  return `${rows.length === 0 ? "<p>It was opened without parameters.</p>" : table}
${clickId}`;
}

function summary({ subtotalMinor, discountMinor, totalMinor }: Price): string {
  return `<dl>
<dt>Subtotal</dt><dd>${money(subtotalMinor)}</dd>
<dt>Discount</dt><dd>${money(discountMinor)}</dd>
<dt>Total</dt><dd id="total">${money(totalMinor)}</dd>
</dl>`;
}

/** An amount in minor units as text, such as `49.90 EUR`. */
function money(minor: number): string {
  return `${majorOf(minor, CURRENCY)} ${CURRENCY}`;
}
