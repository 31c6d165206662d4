import { Hono } from "hono";

const app = new Hono();
app.get("/:slug", (c) =>
  c.redirect("https://shop.example/products/linen-shirt?utm_source=lea&utm_medium=creator", 302),
);

/** The same redirect as a route of the usual framework. */
export default app;
