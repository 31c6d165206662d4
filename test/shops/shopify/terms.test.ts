import { array, assert, boolean, constant, constantFrom, integer, oneof, option, property, record } from "fast-check";
import { describe, expect, test } from "vitest";
import { type CodeSpec, ShopFailure } from "../../../src/shops/platform.ts";
import { codeInShop, discountInput, stepBetween, termsOf } from "../../../src/shops/shopify/terms.ts";

const SPEC: CodeSpec = {
  text: "ANNA10",
  title: "Spring (cod_1)",
  discount: { type: "percentage", basisPoints: 1_000 },
  limits: {},
  startsAt: null,
  endsAt: null,
  currency: "EUR",
};

const FULL: CodeSpec = {
  ...SPEC,
  discount: { type: "fixed", amountMinor: 550, currency: "EUR" },
  limits: {
    totalUses: 100,
    oncePerCustomer: true,
    minimum: { type: "cartValue", amountMinor: 5_000 },
    products: ["9007199254740993", "12", "gid://shopify/Product/12"],
  },
  startsAt: Date.UTC(2026, 11, 1, 8) + 999,
  endsAt: Date.UTC(2027, 0, 1),
};

/** A discount as Shopify has it after an input, as the docs of its API say. */
function inShop(input: Record<string, unknown>, currency: string): unknown {
  const gets = input["customerGets"] as {
    value: Record<string, unknown>;
    items: Record<string, Record<string, unknown>>;
  };
  const amount = gets.value["discountAmount"] as { amount: string } | undefined;
  const money = (text: string): unknown => ({ amount: String(Number(text)), currencyCode: currency });
  const minimum = input["minimumRequirement"] as
    | {
        subtotal?: { greaterThanOrEqualToSubtotal: string | null };
        quantity?: { greaterThanOrEqualToQuantity: string | null };
      }
    | undefined;
  const [subtotal, quantity] = [
    minimum?.subtotal?.greaterThanOrEqualToSubtotal,
    minimum?.quantity?.greaterThanOrEqualToQuantity,
  ];
  const nodes = (ids: unknown): unknown => ({ nodes: (ids as string[]).map((id) => ({ id })) });
  return {
    id: "gid://shopify/DiscountCodeNode/1",
    codeDiscount: {
      __typename: "DiscountCodeBasic",
      title: input["title"],
      startsAt: input["startsAt"],
      endsAt: input["endsAt"],
      usageLimit: input["usageLimit"],
      appliesOncePerCustomer: input["appliesOncePerCustomer"],
      codes: { nodes: [{ code: input["code"] }] },
      context: { __typename: "DiscountBuyerSelectionAll" },
      minimumRequirement:
        subtotal != null
          ? { greaterThanOrEqualToSubtotal: money(subtotal) }
          : quantity != null
            ? { greaterThanOrEqualToQuantity: quantity }
            : null,
      customerGets: {
        value:
          amount === undefined
            ? { percentage: gets.value["percentage"] }
            : { amount: money(amount.amount), appliesOnEachItem: false },
        items: gets.items["products"]
          ? { products: nodes(gets.items["products"]["productsToAdd"]) }
          : gets.items["collections"]
            ? { collections: nodes(gets.items["collections"]["add"]) }
            : { allItems: true },
      },
    },
  };
}

test("a code's terms", () => {
  expect(termsOf(SPEC)).toEqual({
    title: "Spring (cod_1)",
    value: "10%",
    startsAt: "2000-01-01T00:00:00Z",
    endsAt: "",
    usageLimit: "",
    oncePerCustomer: "false",
    minimum: "",
    items: "all",
    buyers: "all",
  });
  expect(termsOf(FULL)).toEqual({
    title: "Spring (cod_1)",
    value: "5.50 EUR",
    startsAt: "2026-12-01T08:00:00Z",
    endsAt: "2027-01-01T00:00:00Z",
    usageLimit: "100",
    oncePerCustomer: "true",
    minimum: "50.00 EUR",
    items: "products 12,9007199254740993",
    buyers: "all",
  });
});

test("what is written and read back are the same terms", () => {
  const minimum = option(
    oneof(
      record({ type: constant("cartValue" as const), amountMinor: integer({ min: 0, max: 10 ** 9 }) }),
      record({ type: constant("quantity" as const), quantity: integer({ min: 1, max: 1_000 }) }),
    ),
    { nil: undefined },
  );
  const ids = array(integer({ min: 1, max: 10 ** 12 }).map(String), { maxLength: 5 });
  const time = option(integer({ min: Date.UTC(2020, 0), max: Date.UTC(2040, 0) }));
  const spec = record({
    bp: integer({ min: 0, max: 10_000 }),
    minor: option(integer({ min: 1, max: 10 ** 9 })),
    currency: constantFrom("EUR", "JPY", "KWD"),
    minimum,
    totalUses: option(integer({ min: 1, max: 10_000 }), { nil: undefined }),
    oncePerCustomer: option(boolean(), { nil: undefined }),
    ids,
    isProducts: boolean(),
    startsAt: time,
    endsAt: time,
  }).map((given): CodeSpec => ({
    ...SPEC,
    discount:
      given.minor === null
        ? { type: "percentage", basisPoints: given.bp }
        : { type: "fixed", amountMinor: given.minor, currency: given.currency },
    limits: {
      totalUses: given.totalUses,
      oncePerCustomer: given.oncePerCustomer,
      minimum: given.minimum,
      ...(given.isProducts ? { products: given.ids } : { categories: given.ids }),
    },
    startsAt: given.startsAt,
    endsAt: given.endsAt,
    currency: given.currency,
  }));
  assert(
    property(spec, (code) => {
      expect(codeInShop(inShop(discountInput(code, null), code.currency), code.text)).toEqual({
        externalId: "gid://shopify/DiscountCodeNode/1",
        text: code.text,
        terms: termsOf(code),
      });
    }),
  );
});

describe("what is sent", () => {
  test("all buyers, one-time purchases, one minimum", () => {
    expect(discountInput(FULL, null)).toMatchObject({
      code: "ANNA10",
      context: { all: "ALL" },
      minimumRequirement: { subtotal: { greaterThanOrEqualToSubtotal: "50.00" } },
      customerGets: {
        value: { discountAmount: { amount: "5.50", appliesOnEachItem: false } },
        items: { products: { productsToAdd: ["gid://shopify/Product/9007199254740993", "gid://shopify/Product/12"] } },
        appliesOnOneTimePurchase: true,
        appliesOnSubscription: false,
      },
    });
    expect(discountInput(FULL, null)).not.toHaveProperty("minimumRequirement.quantity");
    expect(discountInput(SPEC, null)).toMatchObject({
      customerGets: { value: { percentage: 0.1 }, items: { all: true } },
    });
    expect(discountInput(SPEC, null)).not.toHaveProperty("minimumRequirement");
  });

  test("a change takes away what was there", () => {
    const before = { ...(inShop(discountInput(FULL, null), "EUR") as { codeDiscount: object }).codeDiscount };
    expect(discountInput(SPEC, before)).not.toHaveProperty("customerGets.appliesOnSubscription");
    expect(discountInput(SPEC, before)).toMatchObject({
      usageLimit: null,
      endsAt: null,
      minimumRequirement: {
        quantity: { greaterThanOrEqualToQuantity: null },
        subtotal: { greaterThanOrEqualToSubtotal: null },
      },
      customerGets: { items: { all: true } },
    });
    const other: CodeSpec = { ...FULL, limits: { minimum: { type: "quantity", quantity: 2 }, categories: ["5"] } };
    expect(stepBetween(other, before)).toEqual({
      startsAt: "2000-01-01T00:00:00Z",
      endsAt: "2000-01-02T00:00:00Z",
      context: { all: "ALL" },
      customerGets: { items: { all: true } },
    });
    expect([SPEC, FULL].map((spec) => stepBetween(spec, before))).toEqual([null, null]);
    expect(discountInput(other, before)).toMatchObject({
      minimumRequirement: {
        quantity: { greaterThanOrEqualToQuantity: "2" },
        subtotal: { greaterThanOrEqualToSubtotal: null },
      },
      customerGets: { items: { collections: { add: ["gid://shopify/Collection/5"] } } },
    });
    const fewer: CodeSpec = { ...FULL, limits: { products: ["12", "13"] } };
    expect(discountInput(fewer, before)).toMatchObject({
      customerGets: {
        items: {
          products: {
            productsToAdd: ["gid://shopify/Product/13"],
            productsToRemove: ["gid://shopify/Product/9007199254740993"],
          },
        },
      },
    });
  });

  test("products and collections at once, and what is no id, are refused", () => {
    const refused = (limits: CodeSpec["limits"]): unknown => {
      try {
        return discountInput({ ...SPEC, limits }, null);
      } catch (error) {
        return error instanceof ShopFailure ? error.code : error;
      }
    };
    expect(refused({ products: ["1"], categories: ["2"] })).toBe("refused");
    expect(refused({ products: ["LINEN-S"] })).toBe("refused");
    expect(refused({ products: ["gid://shopify/Collection/1"] })).toBe("refused");
    // What is wanted can be told all the same.
    expect(termsOf({ ...SPEC, limits: { products: ["LINEN-S", "1"], categories: ["2"] } })["items"]).toBe(
      "products 1,LINEN-S and collections 2",
    );
  });
});

describe("what the shop has", () => {
  test("a discount of another kind has nothing in common with ours", () => {
    const node = { id: "gid://shopify/DiscountCodeNode/2", codeDiscount: { __typename: "DiscountCodeFreeShipping" } };
    expect(codeInShop(node, "FREE")).toEqual({
      externalId: "gid://shopify/DiscountCodeNode/2",
      text: "FREE",
      terms: { type: "DiscountCodeFreeShipping" },
    });
    expect(codeInShop(null, "FREE")).toBeNull();
  });

  test("what a merchant changed by hand differs: buyers, each item, dates", () => {
    const node = inShop(discountInput(FULL, null), "EUR") as { codeDiscount: Record<string, unknown> };
    const gets = node.codeDiscount["customerGets"] as { value: object };
    node.codeDiscount["context"] = { __typename: "DiscountCustomers" };
    node.codeDiscount["endsAt"] = "2026-12-02T00:00:00Z";
    Object.assign(gets.value, { appliesOnEachItem: true });
    expect(codeInShop(node, "ANNA10")?.terms).toMatchObject({
      buyers: "DiscountCustomers",
      endsAt: "2026-12-02T00:00:00Z",
      value: "5.50 EUR each",
    });
  });
});
