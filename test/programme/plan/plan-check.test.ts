import { describe, expect, it } from "vitest";
import type { FieldError } from "../../../src/ground/http/problem.ts";
import { type CheckedPlan, planProblems, type PlanStore } from "../../../src/programme/plan/check.ts";
import { type Capabilities, PROVIDER_TABLE, PROVIDERS, type ProviderId } from "../../../src/ground/model/provider.ts";

const DISCOUNT = { type: "percentage", basisPoints: 1_000 } as const;
const HOME = "https://shop.example/";

/** A plan that every provider takes, with what a test wants otherwise. */
function plan(parts: Partial<CheckedPlan> = {}): CheckedPlan {
  return {
    discount: null,
    codePattern: null,
    landingUrl: null,
    affiliateLink: false,
    trackClicks: true,
    limits: {},
    startsAt: null,
    endsAt: null,
    ...parts,
  };
}

/** A plan that makes codes. */
const coded = (parts: Partial<CheckedPlan> = {}) => plan({ discount: DISCOUNT, codePattern: "{{username}}", ...parts });

function problems(provider: ProviderId, checked: CheckedPlan, store: Partial<PlanStore> = {}): FieldError[] {
  return planProblems(checked, { provider, homeUrl: HOME, origins: [], ...store });
}

const paths = (...args: Parameters<typeof problems>) => problems(...args).map(({ path }) => path);

/** For each capability a plan that asks for it, and the paths that are refused where it is missing. */
const ASKING: Record<
  Exclude<keyof Capabilities, "orders" | "code" | "attributionTag">,
  { asks: (codes: boolean) => CheckedPlan; refused: string[] }
> = {
  discountCodes: { asks: () => coded(), refused: ["discount", "codePattern"] },
  affiliateLink: {
    asks: (codes) =>
      codes ? coded({ affiliateLink: true, limits: { products: ["12"] } }) : plan({ affiliateLink: true }),
    refused: ["affiliateLink"],
  },
  oncePerCustomer: {
    asks: (codes) => (codes ? coded : plan)({ limits: { oncePerCustomer: true } }),
    refused: ["limits.oncePerCustomer"],
  },
  totalUses: { asks: (codes) => (codes ? coded : plan)({ limits: { totalUses: 5 } }), refused: ["limits.totalUses"] },
  minimumCartValue: {
    asks: (codes) => (codes ? coded : plan)({ limits: { minimum: { type: "cartValue", amountMinor: 5_000 } } }),
    refused: ["limits.minimum"],
  },
  minimumQuantity: {
    asks: (codes) => (codes ? coded : plan)({ limits: { minimum: { type: "quantity", quantity: 2 } } }),
    refused: ["limits.minimum"],
  },
  products: {
    asks: (codes) => (codes ? coded : plan)({ limits: { products: ["12"] } }),
    refused: ["limits.products"],
  },
  productsAndCategories: {
    asks: (codes) => (codes ? coded : plan)({ limits: { products: ["12"], categories: ["3"] } }),
    refused: ["limits.categories"],
  },
  startDate: { asks: (codes) => (codes ? coded : plan)({ startsAt: 1 }), refused: ["startsAt"] },
  endDate: { asks: (codes) => (codes ? coded : plan)({ endsAt: 1 }), refused: ["endsAt"] },
};

const cases = PROVIDERS.flatMap((id) =>
  (Object.keys(ASKING) as (keyof typeof ASKING)[]).map((capability) => [id, capability] as const),
);

describe("what a provider can't do is refused with the way round, and what it can is taken (UPF-9, UPF-48, UPF-49)", () => {
  it.each(cases)("%s: %s", (id, capability) => {
    const { name, capabilities } = PROVIDER_TABLE[id];
    const can = capabilities[capability] !== false && capabilities[capability] !== null;
    const { asks, refused } = ASKING[capability];
    // AST has codes without needing them: there the limit on products is refused, not the link.
    const codes = capabilities.discountCodes && !(id === "ast" && capability === "affiliateLink");
    const found = problems(id, asks(codes));
    // Where neither is possible, both are at fault.
    const each = capability === "productsAndCategories" && !capabilities.products ? ["limits.products"] : [];
    expect(found.map(({ path }) => path)).toEqual(can ? [] : [...each, ...refused]);
    const wayRound = PROVIDER_TABLE[id].notes[capability]?.wayRound ?? "";
    if (!can) expect(found.at(-1)?.message).toContain(wayRound === "" ? "nothing says what to do" : wayRound);
    for (const { message } of found) {
      if (id === "ast") expect(message).toBe("AST makes no discount in the shop: set the limit in the shop itself");
      else expect(message).toMatch(new RegExp(`${name}.*AST`));
    }
  });

  it.each(PROVIDERS)("%s takes limits that don't hold", (id) => {
    expect(paths(id, plan({ limits: { oncePerCustomer: false, products: [], categories: [] } }))).toEqual([]);
  });
});

describe("dates", () => {
  it("end after they start (UPF-21)", () => {
    expect(paths("ast", plan({ startsAt: 10, endsAt: 11 }))).toEqual([]);
    expect(paths("ast", plan({ startsAt: 10, endsAt: 10 }))).toEqual(["endsAt"]);
    expect(paths("ast", plan({ startsAt: 10, endsAt: 9 }))).toEqual(["endsAt"]);
  });

  it("may start later at WooCommerce, with codes too, which wait as drafts (UPF-48)", () => {
    expect(paths("woocommerce", plan({ startsAt: 1 }))).toEqual([]);
    expect(paths("woocommerce", coded({ startsAt: 1 }))).toEqual([]);
  });
});

describe("codes", () => {
  it.each(["shopify", "woocommerce", "bigcommerce", "magento"] as const)("are needed for a discount at %s", (id) => {
    expect(paths(id, plan({ discount: DISCOUNT }))).toEqual(["codePattern"]);
  });

  it("are not needed for a discount at AST, nor a discount for codes (UPF-64)", () => {
    expect(paths("ast", plan({ discount: DISCOUNT }))).toEqual([]);
    expect(paths("ast", plan({ codePattern: "{{username}}" }))).toEqual([]);
    expect(paths("shopify", coded({ discount: { type: "percentage", basisPoints: 0 } }))).toEqual([]);
  });

  it.each(["{{colour}}", "{{username", "{{username|shout}}", "!!!"])("are not made of %j", (codePattern) => {
    expect(paths("shopify", coded({ codePattern }))).toEqual(["codePattern"]);
  });

  it("leave room for their variables", () => {
    const literal = (length: number) => coded({ codePattern: `{{username}}${"X".repeat(length - 2)}Æ!` });
    expect(paths("bigcommerce", literal(50))).toEqual([]);
    expect(paths("bigcommerce", literal(51))).toEqual(["codePattern"]);
    expect(paths("shopify", literal(51))).toEqual([]);
    expect(paths("shopify", literal(65))).toEqual(["codePattern"]);
  });
});

describe("an affiliate link", () => {
  it("needs no code at AST (UPF-40)", () => {
    expect(paths("ast", plan({ affiliateLink: true, trackClicks: false }))).toEqual([]);
  });

  it.each(["bigcommerce", "magento", "amazon"] as const)("is refused at %s, which names AST (UPF-45)", (id) => {
    const [problem] = problems(id, plan({ affiliateLink: true }));
    expect(problem).toMatchObject({ path: "affiliateLink", message: expect.stringMatching(/use .* ast \(AST\)/) });
  });

  it("needs a code and numeric products at WooCommerce (UPF-45)", () => {
    const woo = (parts: Partial<CheckedPlan>) => paths("woocommerce", coded({ affiliateLink: true, ...parts }));
    expect(woo({ limits: { products: ["12", "9"] } })).toEqual([]);
    expect(woo({ limits: {} })).toEqual(["affiliateLink"]);
    expect(woo({ limits: { products: [] } })).toEqual(["affiliateLink"]);
    expect(woo({ limits: { products: ["12", "hat"] } })).toEqual(["affiliateLink"]);
    expect(woo({ limits: { products: ["0"] } })).toEqual(["affiliateLink"]);
    expect(woo({ limits: { products: ["1&coupon=FREE"] } })).toEqual(["affiliateLink"]);
    expect(woo({ limits: { products: ["12"] }, discount: null, codePattern: null })).toEqual(["affiliateLink"]);
  });

  it.each([
    ["shopify", coded({ affiliateLink: true })],
    ["woocommerce", coded({ affiliateLink: true, limits: { products: ["12"] } })],
  ] as const)("that applies a code leads to the store's own origin: %s (UPF-40)", (id, checked) => {
    const at = (landingUrl: string | null, store: Partial<PlanStore> = {}) =>
      paths(id, { ...checked, landingUrl }, store);
    expect(at(null)).toEqual([]);
    expect(at("https://shop.example/{{username}}")).toEqual([]);
    expect(at("https://blog.example/")).toEqual(["landingUrl"]);
    expect(at("http://shop.example/")).toEqual(["landingUrl"]);
    expect(at("https://shop.example.evil.example/")).toEqual(["landingUrl"]);
    expect(at("https://blog.example/", { origins: ["https://blog.example"] })).toEqual([]);
    expect(at("https://shop.example/", { homeUrl: null })).toEqual(["landingUrl"]);
  });

  it("may lead anywhere where it applies no code", () => {
    const elsewhere = { affiliateLink: true, landingUrl: "https://blog.example/" };
    expect(paths("shopify", plan(elsewhere))).toEqual([]);
    expect(paths("ast", coded(elsewhere))).toEqual([]);
    expect(paths("shopify", coded({ landingUrl: "https://blog.example/" }))).toEqual([]);
  });
});

describe("a plan", () => {
  it("needs a page for its links, its own or the store's (UPF-13)", () => {
    expect(paths("ast", plan({ trackClicks: true }), { homeUrl: null })).toEqual(["landingUrl"]);
    expect(paths("ast", plan({ affiliateLink: true }), { homeUrl: null })).toEqual(["landingUrl"]);
    expect(paths("ast", plan({ landingUrl: HOME }), { homeUrl: null })).toEqual([]);
    expect(paths("shopify", coded({ trackClicks: false }), { homeUrl: null })).toEqual([]);
  });

  it("that makes nothing is refused", () => {
    expect(paths("ast", plan({ trackClicks: false }))).toEqual(["trackClicks"]);
    expect(paths("amazon", plan({ trackClicks: false }))).toEqual(["trackClicks"]);
  });

  it("is told all that is wrong with it at once", () => {
    const checked = coded({ affiliateLink: true, limits: { totalUses: 1 }, startsAt: 2, endsAt: 1 });
    expect(paths("amazon", checked)).toEqual([
      "endsAt",
      "discount",
      "codePattern",
      "limits.totalUses",
      "affiliateLink",
    ]);
  });
});
