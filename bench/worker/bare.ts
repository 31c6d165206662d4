/** The least that a redirect can be: what the others are measured against. */
export default {
  fetch: () => Response.redirect("https://shop.example/products/linen-shirt?utm_source=lea&utm_medium=creator", 302),
};
