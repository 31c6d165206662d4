import { describe, expect, it } from "vitest";
import { codeKey, codeProblem } from "../../../src/programme/code/text.ts";
import { type Capabilities, PROVIDER_TABLE, PROVIDERS } from "../../../src/ground/model/provider.ts";
import { affiliateDestination } from "../../../src/programme/provider/destination.ts";

const plan = (codePattern: string | null, products?: string[]) => ({ codePattern, limits: { products } });
const LANDING = "https://shop.example/sale?ref={{username}}#top";

describe("the table of providers", () => {
  it("has each provider under its own id, with rules for codes where it has codes (UPF-2)", () => {
    expect(Object.keys(PROVIDER_TABLE)).toEqual([...PROVIDERS]);
    for (const id of PROVIDERS) {
      const { capabilities, ...provider } = PROVIDER_TABLE[id];
      expect(provider.id).toBe(id);
      expect(capabilities.code !== null).toBe(capabilities.discountCodes);
    }
  });

  it.each(PROVIDERS)(
    "says of %s why it can't do what it can't, and what to do instead (UPF-9, UPF-48, UPF-49)",
    (id) => {
      const { capabilities, notes } = PROVIDER_TABLE[id];
      for (const [name, value] of Object.entries(capabilities) as [keyof Capabilities, unknown][]) {
        const note = notes[name];
        const lacks = value === false || value === null;
        // A tag that a platform doesn't count by is nothing that a plan asks for.
        if (lacks && name !== ("attributionTag" as string)) {
          expect(note, name).toMatchObject({ effort: "none", wayRound: expect.any(String) });
        } else if (!lacks) expect(note?.effort ?? "full", name).not.toBe("none");
        if (note !== undefined) expect(note.says).toMatch(/^[A-Z/].*\.$/);
        expect(note?.wayRound ?? "x").not.toMatch(/\.$/);
      }
    },
  );

  it("says best effort where it is no more: once per customer, in every shop (UPF-18)", () => {
    for (const id of ["shopify", "woocommerce", "bigcommerce", "magento"] as const) {
      expect(PROVIDER_TABLE[id].notes.oncePerCustomer).toMatchObject({ effort: "best" });
    }
  });

  it("says where a minimum value and a minimum quantity exclude each other, and where a start is kept by Waymark", () => {
    const { shopify, woocommerce, magento } = PROVIDER_TABLE;
    expect(shopify.notes.minimumQuantity?.says).toContain("not both");
    expect(woocommerce.notes.startDate?.says).toContain("draft");
    expect(woocommerce.notes.minimumQuantity?.wayRound).toContain("cartValue");
    expect(magento.notes.products?.says).toContain("SKUs");
  });
});

describe("a code's text", () => {
  const rules = { minLength: 3, maxLength: 5, alphabet: "A-Za-z0-9_-" };

  it.each(["ABC", "a-b_9", "LEA10"])("may be %j", (text) => {
    expect(codeProblem(text, rules)).toBeNull();
  });

  it.each([
    ["AB", "3 to 5"],
    ["ABCDEF", "3 to 5"],
    ["", "3 to 5"],
    ["A B", "letters"],
    ["LÉA", "letters"],
    ["ABC\n", "letters"],
  ])("may not be %j", (text, reason) => {
    expect(codeProblem(text, rules)).toContain(reason);
  });

  it("is looked up whatever its case, as checkouts do", () => {
    expect(codeKey(" Lea10OFF ")).toBe("lea10off");
  });
});

describe("an affiliate link's destination", () => {
  it("is the page itself where the provider applies no code", () => {
    for (const link of ["redirect", null] as const) {
      expect(affiliateDestination(link, { landingUrl: LANDING, plan: plan("{{username}}") })).toBe(LANDING);
    }
    for (const link of ["discount_link", "checkout_link"] as const) {
      expect(affiliateDestination(link, { landingUrl: LANDING, plan: plan(null, ["12"]) })).toBe(LANDING);
    }
  });

  it("applies the code at Shopify and goes on to the page (UPF-40)", () => {
    expect(affiliateDestination("discount_link", { landingUrl: LANDING, plan: plan("{{username}}") })).toBe(
      "https://shop.example/discount/{{code}}?redirect=%2Fsale%3Fref%3D{{username}}",
    );
    expect(affiliateDestination("discount_link", { landingUrl: "https://shop.example", plan: plan("X") })).toBe(
      "https://shop.example/discount/{{code}}?redirect=%2F",
    );
  });

  it("puts the products into the cart at WooCommerce and applies the code (UPF-40)", () => {
    expect(affiliateDestination("checkout_link", { landingUrl: LANDING, plan: plan("X", ["12", "7"]) })).toBe(
      "https://shop.example/checkout-link/?products=12:1,7:1&coupon={{code}}",
    );
  });

  it("is the page at WooCommerce where there is no product to check out", () => {
    for (const products of [undefined, []]) {
      expect(affiliateDestination("checkout_link", { landingUrl: LANDING, plan: plan("X", products) })).toBe(LANDING);
    }
  });
});
