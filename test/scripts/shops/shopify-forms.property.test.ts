import * as fc from "fast-check";
import { expect, it } from "vitest";
import { type Told, withStand } from "./shopify-fixtures.ts";

const { shopOf } = withStand();

const price = fc.integer({ min: 1, max: 50_000 }).map((minor) => (minor / 100).toFixed(2));

const line = fc.record({
  price,
  quantity: fc.integer({ min: 1, max: 5 }),
  giftCard: fc.boolean(),
});

const order = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 5 }),
  discounts: fc.array(
    fc.record({
      type: fc.constantFrom("discount_code", "manual", "automatic"),
      text: fc.constantFrom("LEA10", "Staff", "Öl & Co"),
      percentage: fc.constantFrom(7, 10, 33.3, 100),
    }),
    { maxLength: 2 },
  ),
  taxRate: fc.constantFrom(0, 0.19, 0.055),
  taxesIncluded: fc.boolean(),
  shipping: fc.option(fc.record({ price })),
});

const step = fc.oneof(
  fc.record({ verb: fc.constant("edit"), add: fc.array(line, { maxLength: 2 }), remove: fc.boolean() }),
  fc.record({ verb: fc.constant("refund"), line: fc.nat(5), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ verb: fc.constant("cancel") }),
);

const QUERY = `query ($id: ID!) { order(id: $id) {
  totalPriceSet { shopMoney { amount } } currentTotalPriceSet { shopMoney { amount } }
  subtotalPriceSet { shopMoney { amount } } currentSubtotalPriceSet { shopMoney { amount } }
  totalTaxSet { shopMoney { amount } } currentTotalTaxSet { shopMoney { amount } }
  totalDiscountsSet { shopMoney { amount } } totalShippingPriceSet { shopMoney { amount } }
  totalRefundedSet { shopMoney { amount } } netPaymentSet { shopMoney { amount } } totalOutstandingSet { shopMoney { amount } }
  displayFinancialStatus updatedAt cancelledAt discountCodes
  lineItems(first: 50) { nodes { quantity currentQuantity isGiftCard originalUnitPriceSet { shopMoney { amount } }
    discountAllocations { allocatedAmountSet { shopMoney { amount } } } } }
  refunds { transactions(first: 10) { nodes { amountSet { shopMoney { amount } } status } }
    refundLineItems(first: 50) { nodes { quantity subtotalSet { shopMoney { amount } } } } }
} }`;

const minor = (text: string): number => Math.round(Number(text) * 100);
const sum = (amounts: number[]): number => amounts.reduce((all, amount) => all + amount, 0);

// oxlint-disable typescript/no-explicit-any -- JSON of both forms
it("REST and GraphQL say the same of every order, to the cent, and no sum is off", { timeout: 120_000 }, async () => {
  const { shop, ask } = await shopOf();
  await fc.assert(
    fc.asyncProperty(order, fc.array(step, { maxLength: 4 }), async (given, steps) => {
      const { id, ...placed } = await shop.act<Told>("order", given);
      let { body } = placed;
      for (const one of steps) {
        const left: number[] = body.line_items.map((item: any) => item.current_quantity);
        const at = left.findIndex((units) => units > 0);
        let said: object | null = null;
        if (one.verb === "cancel") said = body.cancelled_at === null ? {} : null;
        else if (at < 0 || body.cancelled_at !== null) said = null;
        else if ("add" in one) said = { add: one.add, remove: one.remove ? [{ line: at, quantity: 1 }] : [] };
        else if ("share" in one) said = { lines: [{ line: at, quantity: 1 }] };
        if (said === null) continue;
        // What is more than was paid is refused, and changes nothing.
        const told = await shop.act<Told>(one.verb, { order: id, ...said }).catch((error: unknown) => {
          if (!String(error).includes("More than was paid")) throw error;
          return { body };
        });
        ({ body } = told);
      }
      const { data } = await ask(QUERY, { id: `gid://shopify/Order/${id}` });
      const node = data.order;
      const money = (name: string): number => minor(node[name].shopMoney.amount);
      for (const [rest, graphql] of [
        ["total_price", "totalPriceSet"],
        ["current_total_price", "currentTotalPriceSet"],
        ["subtotal_price", "subtotalPriceSet"],
        ["current_subtotal_price", "currentSubtotalPriceSet"],
        ["total_tax", "totalTaxSet"],
        ["current_total_tax", "currentTotalTaxSet"],
        ["total_discounts", "totalDiscountsSet"],
        ["total_outstanding", "totalOutstandingSet"],
      ] as const) {
        expect(minor(body[rest]), rest).toBe(money(graphql));
      }
      expect(node.displayFinancialStatus.toLowerCase()).toBe(body.financial_status);
      expect(Date.parse(node.updatedAt)).toBe(Date.parse(body.updated_at));
      expect(node.cancelledAt === null).toBe(body.cancelled_at === null);

      const ofRest = body.line_items.map((item: any) => [
        item.quantity,
        item.current_quantity,
        item.gift_card,
        minor(item.price),
        item.discount_allocations.map((one: any) => minor(one.amount)),
      ]);
      const ofNode = node.lineItems.nodes.map((item: any) => [
        item.quantity,
        item.currentQuantity,
        item.isGiftCard,
        minor(item.originalUnitPriceSet.shopMoney.amount),
        item.discountAllocations.map((one: any) => minor(one.allocatedAmountSet.shopMoney.amount)),
      ]);
      expect(ofNode).toEqual(ofRest);
      const net = ofRest.map(([quantity, , , each, off]: any) => quantity * each - sum(off));
      expect(sum(net)).toBe(minor(body.subtotal_price));
      const shipping = minor(body.total_shipping_price_set.shop_money.amount);
      const tax = given.taxesIncluded ? 0 : minor(body.total_tax);
      expect(sum(net) + shipping + tax).toBe(minor(body.total_price));

      const back = body.refunds.flatMap((one: any) => one.transactions.map(({ amount }: any) => minor(amount)));
      expect(money("totalRefundedSet")).toBe(sum(back));
      expect(money("netPaymentSet")).toBe(minor(body.current_total_price) - minor(body.total_outstanding));
      const taken = node.refunds.flatMap((one: any) => one.refundLineItems.nodes);
      expect(sum(net) - sum(taken.map((one: any) => minor(one.subtotalSet.shopMoney.amount)))).toBe(
        money("currentSubtotalPriceSet"),
      );
    }),
    { numRuns: 60 },
  );
});
