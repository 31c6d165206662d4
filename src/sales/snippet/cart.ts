import { quietly } from "./browser.ts";

/** As the tab's session keeps it too. */
let carried: string | undefined;

/**
 * On a Shopify storefront, puts the click id into the cart's attributes, from where the order brings
 * it back to the server; an empty text takes it out. Once a click id; does nothing elsewhere.
 */
export function carry(token: string): void {
  quietly(() => {
    // Throws on a page that is no storefront.
    const { root } = Shopify.routes;
    if (carried === undefined) carried = quietly(() => sessionStorage.getItem("wm_cart")) || "";
    if (token === carried || (GOALS && H.show)) return;
    carried = token;
    fetch(`${root}cart/update.js`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: `{"attributes":{"wm_click":"${token}"}}`,
    })
      .then(({ ok }) => ok && sessionStorage[token ? "setItem" : "removeItem"]("wm_cart", token))
      .catch(() => {});
  });
}
