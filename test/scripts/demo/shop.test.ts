import { expect, it } from "vitest";
import { startDemoShop } from "../../../scripts/demo-shop.ts";

it("leads from each page, without scripts too, to what the shop knows of a visit", async () => {
  const shop = await startDemoShop(0, { waymark: "http://waymark.invalid", store: "demo" });
  try {
    const addresses = new Set<string>();
    for (const path of ["/", "/products/linen-shirt", "/checkout?product=linen-shirt", "/thank-you?order=none"]) {
      const html = await (await fetch(shop.origin + path)).text();
      const [, href = ""] = /<a id="me" href="([^"]+)">What this shop knows of my visit<\/a>/.exec(html) ?? [];
      expect(href).toMatch(/^http:\/\/waymark\.invalid\/t\/me\?s=demo&amp;visitor=[\w-]{22}$/);
      addresses.add(href);
    }
    // Each has an id of its own, which nobody has.
    expect(addresses.size).toBe(4);
  } finally {
    shop.close();
  }
});
