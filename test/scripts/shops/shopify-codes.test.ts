import { describe, expect, it } from "vitest";
import { type Called, type Told, withStand } from "./shopify-fixtures.ts";

const { shopOf } = withStand();

const FIELDS = `id codeDiscount { __typename ... on DiscountCodeBasic {
  title status startsAt endsAt usageLimit appliesOncePerCustomer asyncUsageCount
  codes(first: 1) { nodes { code } }
  context { __typename }
  customerGets { appliesOnOneTimePurchase appliesOnSubscription
    value { __typename ... on DiscountPercentage { percentage } ... on DiscountAmount { amount { amount currencyCode } } }
    items { __typename ... on DiscountProducts { products(first: 9) { nodes { id } } } } }
  minimumRequirement { __typename ... on DiscountMinimumQuantity { greaterThanOrEqualToQuantity }
    ... on DiscountMinimumSubtotal { greaterThanOrEqualToSubtotal { amount } } }
} }`;
const CREATE = `mutation ($code: DiscountCodeBasicInput!) { discountCodeBasicCreate(basicCodeDiscount: $code) {
  codeDiscountNode { ${FIELDS} } userErrors { field message code } } }`;
const UPDATE = `mutation ($id: ID!, $code: DiscountCodeBasicInput!) { discountCodeBasicUpdate(id: $id, basicCodeDiscount: $code) {
  codeDiscountNode { ${FIELDS} } userErrors { field code } } }`;
const DELETE = `mutation ($id: ID!) { discountCodeDelete(id: $id) { deletedCodeDiscountId userErrors { field code } } }`;
const BY_CODE = `query ($code: String!) { codeDiscountNodeByCode(code: $code) { ${FIELDS} } }`;

const LEA = {
  title: "Lea",
  code: "Lea10",
  startsAt: "2026-01-01T00:00:00Z",
  context: { all: "ALL" },
  customerGets: { value: { percentage: 0.1 }, items: { all: true } },
};

/** Makes a code; answers its node, or the codes and paths of what is refused. */
async function make({ ask }: Called, given: object) {
  const { data } = await ask(CREATE, { code: { ...LEA, ...given } });
  const { codeDiscountNode: node, userErrors } = data.discountCodeBasicCreate;
  return {
    node,
    errors: userErrors.map(
      ({ field, code }: { field: string[]; code: string }) => `${code} ${field.slice(1).join(".")}`,
    ),
  };
}

describe("a code of the stand-in Shopify", () => {
  it("is made, found by either case, changed and deleted", async () => {
    const called = await shopOf();
    const { ask } = called;
    const { node } = await make(called, {
      usageLimit: 5,
      minimumRequirement: { subtotal: { greaterThanOrEqualToSubtotal: "50.00" } },
    });
    expect(node.codeDiscount).toMatchObject({
      __typename: "DiscountCodeBasic",
      status: "ACTIVE",
      usageLimit: 5,
      appliesOncePerCustomer: false,
      codes: { nodes: [{ code: "Lea10" }] },
      context: { __typename: "DiscountBuyerSelectionAll" },
      customerGets: {
        appliesOnOneTimePurchase: true,
        appliesOnSubscription: false,
        value: { percentage: 0.1 },
        items: { __typename: "AllDiscountItems" },
      },
      minimumRequirement: { greaterThanOrEqualToSubtotal: { amount: "50.0" } },
    });
    expect((await ask(BY_CODE, { code: "lEA10" })).data.codeDiscountNodeByCode.id).toBe(node.id);

    const value = { discountAmount: { amount: "7.50", appliesOnEachItem: false } };
    const changed = await ask(UPDATE, {
      id: node.id,
      code: { code: "LEA15", usageLimit: null, minimumRequirement: null, customerGets: { value } },
    });
    expect(changed.data.discountCodeBasicUpdate.codeDiscountNode.codeDiscount).toMatchObject({
      title: "Lea",
      usageLimit: null,
      minimumRequirement: null,
      customerGets: {
        value: { amount: { amount: "7.5", currencyCode: "EUR" } },
        items: { __typename: "AllDiscountItems" },
      },
    });
    expect((await ask(BY_CODE, { code: "Lea10" })).data.codeDiscountNodeByCode).toBeNull();
    expect((await ask(BY_CODE, { code: "lea15" })).data.codeDiscountNodeByCode.id).toBe(node.id);

    expect((await ask(DELETE, { id: node.id })).data.discountCodeDelete).toEqual({
      deletedCodeDiscountId: node.id,
      userErrors: [],
    });
    expect((await ask(DELETE, { id: node.id })).data.discountCodeDelete.userErrors).toHaveLength(1);
    expect((await ask(UPDATE, { id: node.id, code: {} })).data.discountCodeBasicUpdate.userErrors).toHaveLength(1);
    expect((await make(called, {})).errors).toEqual([]);
  });

  it("is taken where another has its text in whichever case, the merchant's own among them", async () => {
    const called = await shopOf();
    await called.shop.act("makeCode", { code: "LEA10", freeShipping: true });
    expect((await make(called, {})).errors).toEqual(["TAKEN code"]);
    const { data } = await called.ask(BY_CODE, { code: "lea10" });
    expect(data.codeDiscountNodeByCode.codeDiscount).toEqual({ __typename: "DiscountCodeFreeShipping" });
    const { node } = await make(called, { code: "MAX10" });
    const { data: refused } = await called.ask(UPDATE, { id: node.id, code: { code: "lea10" } });
    expect(refused.discountCodeBasicUpdate.userErrors).toEqual([
      { field: ["basicCodeDiscount", "code"], code: "TAKEN" },
    ]);
    const { data: own } = await called.ask(UPDATE, { id: node.id, code: { code: "max10" } });
    expect(own.discountCodeBasicUpdate.userErrors).toEqual([]);
    await called.shop.act("deleteCode", { code: "LEA10" });
    expect((await make(called, {})).errors).toEqual([]);
  });

  it("is refused with the field where the platform can't have it so", async () => {
    const called = await shopOf({ catalogue: ["gid://shopify/Product/1", "gid://shopify/Collection/5"] });
    const gets = (given: object): object => ({ customerGets: { ...LEA.customerGets, ...given } });
    for (const [given, error] of [
      [{ title: "" }, "BLANK title"],
      [{ code: "" }, "BLANK code"],
      [{ startsAt: null }, "BLANK startsAt"],
      [{ context: null }, "BLANK context"],
      [{ code: "X".repeat(256) }, "TOO_LONG code"],
      [{ usageLimit: 0 }, "GREATER_THAN usageLimit"],
      [{ endsAt: "2025-12-31T00:00:00Z" }, "END_DATE_BEFORE_START_DATE endsAt"],
      [
        {
          minimumRequirement: {
            quantity: { greaterThanOrEqualToQuantity: "2" },
            subtotal: { greaterThanOrEqualToSubtotal: "5" },
          },
        },
        "MINIMUM_SUBTOTAL_AND_QUANTITY_RANGE_BOTH_PRESENT minimumRequirement",
      ],
      [gets({ value: { percentage: 10 } }), "VALUE_OUTSIDE_RANGE customerGets.value.percentage"],
      [gets({ value: { discountAmount: { amount: "0" } } }), "GREATER_THAN customerGets.value.discountAmount"],
      [
        gets({ items: { all: true, products: { productsToAdd: ["gid://shopify/Product/1"] } } }),
        "CONFLICT customerGets.items",
      ],
      [gets({ items: { products: { productsToAdd: ["gid://shopify/Product/2"] } } }), "INVALID customerGets.items"],
      [gets({ appliesOnOneTimePurchase: false, appliesOnSubscription: false }), "APPLIES_ON_NOTHING customerGets"],
    ] as const) {
      expect((await make(called, given)).errors, error).toEqual([error]);
    }
    expect(await called.shop.state()).toMatchObject({ codes: [] });
    expect((await called.ask(CREATE, { code: { ...LEA, uses: 5 } })).errors?.[0]?.message).toContain(
      '"uses" is not defined',
    );
    expect((await called.ask(CREATE, { code: { ...LEA, startsAt: "soon" } })).errors?.[0]?.message).toContain("soon");
  });

  it("only adds products to those that it has, until they are taken out", async () => {
    const called = await shopOf();
    const items = (given: object): object => ({ customerGets: { items: { products: given } } });
    const [one, two] = ["gid://shopify/Product/1", "gid://shopify/Product/2"];
    const { node } = await make(called, {
      customerGets: { ...LEA.customerGets, items: { products: { productsToAdd: [one] } } },
    });
    const updated = async (given: object): Promise<string[]> => {
      const { data } = await called.ask(UPDATE, { id: node.id, code: items(given) });
      const { products } = data.discountCodeBasicUpdate.codeDiscountNode.codeDiscount.customerGets.items;
      return products.nodes.map(({ id }: { id: string }) => id);
    };
    expect(await updated({ productsToAdd: [two] })).toEqual([one, two]);
    expect(await updated({ productsToRemove: [one] })).toEqual([two]);
  });

  it("works at the checkout within its dates and limits, and is counted", async () => {
    const called = await shopOf();
    const { shop } = called;
    const now = Date.UTC(2026, 5, 1);
    await shop.clock(now);
    const buy = (codes: string[], given: object = {}): Promise<Told> =>
      shop.act<Told>("order", {
        lines: [
          { price: "30.00", productId: "1" },
          { price: "10.00", giftCard: true },
        ],
        codes,
        ...given,
      });

    await make(called, { code: "ALL", usageLimit: 1 });
    const { body } = await buy(["all"]);
    expect(body).toMatchObject({
      total_discounts: "3.00",
      subtotal_price: "37.00",
      discount_applications: [{ type: "discount_code", code: "ALL", value: "10.0", value_type: "percentage" }],
    });
    await expect(buy(["ALL"])).rejects.toThrow(/as often as it may/);
    await expect(buy(["NONE"])).rejects.toThrow(/no code/);

    await make(called, { code: "LATER", startsAt: "2026-06-02T00:00:00Z" });
    await expect(buy(["LATER"])).rejects.toThrow(/isn't valid now/);
    await shop.clock(Date.UTC(2026, 5, 2));
    expect((await buy(["LATER"])).body.total_discounts).toBe("3.00");

    await make(called, { code: "ONCE", appliesOncePerCustomer: true });
    const customer = { email: "once@example.com" };
    await buy(["ONCE"], { customer });
    await expect(buy(["ONCE"], { customer })).rejects.toThrow(/by this customer/);

    await make(called, { code: "MUCH", minimumRequirement: { subtotal: { greaterThanOrEqualToSubtotal: "30.01" } } });
    await expect(buy(["MUCH"])).rejects.toThrow(/larger cart/);
    await make(called, { code: "MANY", minimumRequirement: { quantity: { greaterThanOrEqualToQuantity: "2" } } });
    await expect(buy(["MANY"])).rejects.toThrow(/more items/);
    const products = { productsToAdd: ["gid://shopify/Product/2"] };
    await make(called, { code: "TWO", customerGets: { ...LEA.customerGets, items: { products } } });
    await expect(buy(["TWO"])).rejects.toThrow(/nothing in the cart/);
    expect((await called.ask(BY_CODE, { code: "ALL" })).data.codeDiscountNodeByCode.codeDiscount.asyncUsageCount).toBe(
      1,
    );
  });

  it("SHP-23: can be changed and deleted by the merchant's own hand", async () => {
    const called = await shopOf();
    const { node } = await make(called, {});
    await called.shop.act("changeCode", { code: "LEA10", to: { usageLimit: 3 } });
    expect((await called.ask(BY_CODE, { code: "Lea10" })).data.codeDiscountNodeByCode.codeDiscount.usageLimit).toBe(3);
    await called.shop.act("deleteCode", { code: "LEA10" });
    const { data } = await called.ask(
      `{ nodes(ids: ["${node.id}"]) { id } codeDiscountNode(id: "${node.id}") { id } }`,
    );
    expect(data).toEqual({ nodes: [null], codeDiscountNode: null });
  });
});
