import { describe, expect, it } from "vitest";
import type { ConfirmedAmounts } from "../../../src/ground/model/evidence.ts";
import type { Commission } from "../../../src/ground/model/plan.ts";
import { earned, fixed, item, order, percent, rate } from "./commission-fixtures.ts";

/**
 * What orders earn in the forms in which shops report them. Each group names the public page that says how
 * the shop's own numbers come about; what is expected follows from that by hand.
 */
type Case = [what: string, order: ConfirmedAmounts, rule: Commission, earns: number];

const TEN = percent(10);
const GIFT_CARDS = percent(10, {
  special: [{ type: "percentage", basisPoints: 0, products: [], categories: ["gift card"] }],
});

// Shopify Help Center, "Editing order items": the order's total follows each edit, and the difference is
// collected or refunded.
const EDITED: Case[] = [
  ["as it was placed", order(10_000, { subtotalMinor: 10_000 }), TEN, 1_000],
  ["edited up by an item of 25.00", order(12_500, { subtotalMinor: 12_500 }), TEN, 1_250],
  ["edited down by one of 40.00", order(6_000, { subtotalMinor: 6_000 }), TEN, 600],
  // The same edit by a shop that leaves the total and says what it gave back.
  ["edited down, told as a refund", order(10_000, { refundedMinor: 4_000 }), TEN, 600],
  ["edited down to nothing", order(0, { subtotalMinor: 0 }), TEN, 0],
];

// Shopify Help Center, "Creating returns with exchange items": exchange items count against what is
// returned, and only the difference is paid or refunded.
const EXCHANGED: Case[] = [
  ["for one of the same price", order(8_000, { refundedMinor: 0 }), TEN, 800],
  ["for one that costs 15.00 more", order(9_500), TEN, 950],
  ["for one that costs 30.00 less", order(8_000, { refundedMinor: 3_000 }), TEN, 500],
];

// Shopify Help Center, "Redeeming and using gift cards": a card's balance pays for an order's total, taxes
// and shipping included, as another payment would; it changes no total. "Gift cards" are products too.
const GIFTS: Case[] = [
  ["30.00 of 100.00 paid by a gift card", order(10_000), TEN, 1_000],
  ["all of it paid by a gift card", order(10_000), TEN, 1_000],
  ["a gift card sold", order(5_000, { items: [item(5_000, "Gift Card")] }), GIFT_CARDS, 0],
  ["one sold beside goods", order(12_000, { items: [item(5_000, "gift card"), item(7_000, "hats")] }), GIFT_CARDS, 700],
  [
    "one sold by a fixed commission",
    order(5_000, { items: [item(5_000, "gift card")] }),
    fixed(300, { special: GIFT_CARDS.special }),
    0,
  ],
];

// Shopify Help Center, "Include taxes in product prices": the tax is (rate × price) ÷ (1 + rate) of what the
// customer pays; subtotal and total are the same. And the default, where tax comes on top.
const TAXED: Case[] = [
  ["100.00 with 10 % tax in it", order(10_000, { subtotalMinor: 10_000, taxMinor: 909 }), TEN, 909],
  ["100.00 with 10 % tax on top", order(11_000, { subtotalMinor: 10_000, taxMinor: 1_000 }), TEN, 1_000],
  [
    "tax in it, with tax that earns",
    order(10_000, { subtotalMinor: 10_000, taxMinor: 909 }),
    percent(10, { includeTax: true }),
    1_000,
  ],
  ["20 pounds with 20 % tax in it", order(2_000, { currency: "GBP", subtotalMinor: 2_000, taxMinor: 333 }), TEN, 167],
  ["a tip of 5.00 beside goods", order(10_500, { subtotalMinor: 10_000 }), TEN, 1_000],
];

// WooCommerce developer docs, "Order refunds": a refund has an amount of its own, which goes before the sum
// of its lines. WooCommerce docs, "WooCommerce Refunds": it may be of items, tax, shipping, or a bare amount.
const REFUNDED: Case[] = [
  ["nothing yet", order(12_390, { taxMinor: 1_900, shippingMinor: 490, refundedMinor: 0 }), TEN, 1_000],
  ["a third of all", order(9_000, { refundedMinor: 3_000 }), TEN, 600],
  // 1000 × (12390 − 490) ÷ 12390 = 960.45…: whatever was refunded scales all.
  ["shipping alone", order(12_390, { taxMinor: 1_900, shippingMinor: 490, refundedMinor: 490 }), TEN, 960],
  ["in full", order(12_390, { taxMinor: 1_900, shippingMinor: 490, refundedMinor: 12_390 }), TEN, 0],
  ["more than was paid", order(9_000, { refundedMinor: 9_500 }), TEN, 0],
  ["a third, of a fixed commission", order(9_000, { refundedMinor: 3_000 }), fixed(500), 333],
  ["all, of a fixed commission", order(9_000, { refundedMinor: 9_000 }), fixed(500), 0],
];

// WooCommerce docs, "Coupon management": a coupon may take off all that goods cost, and shipping too.
const FREE: Case[] = [
  ["a coupon of 100 %", order(0, { subtotalMinor: 0, discountMinor: 8_000, shippingMinor: 0 }), TEN, 0],
  ["100 % off, but shipping is paid", order(490, { discountMinor: 8_000, shippingMinor: 490 }), TEN, 0],
  [
    "100 % off, with shipping that earns",
    order(490, { shippingMinor: 490 }),
    percent(10, { includeShipping: true }),
    49,
  ],
  ["100 % off, for an amount an order", order(0, { subtotalMinor: 0, discountMinor: 8_000 }), fixed(300), 300],
  ["free shipping", order(8_000, { shippingMinor: 0 }), TEN, 800],
  ["shipping of 4.90", order(8_490, { shippingMinor: 490 }), TEN, 800],
  ["shipping that nobody told", order(8_490), TEN, 849],
  ["shipping, and a coupon that leaves less than it", order(100, { shippingMinor: 490 }), TEN, 0],
];

// BigCommerce support, "Processing Refunds": an order is refunded whole, by its items, or by an amount of
// one's own, several times over. "Gift Certificates": their value pays for a part of the order's total.
const BIGCOMMERCE: Case[] = [
  ["a first refund of 10.00", order(5_000, { subtotalMinor: 5_000, refundedMinor: 1_000 }), TEN, 400],
  ["a second of 0.01", order(5_000, { subtotalMinor: 5_000, refundedMinor: 1_001 }), TEN, 400],
  ["a third of 0.49", order(5_000, { subtotalMinor: 5_000, refundedMinor: 1_050 }), TEN, 395],
  ["gift wrapping of 5.00", order(5_500, { subtotalMinor: 5_000 }), TEN, 500],
  ["a certificate sold", order(2_500, { items: [item(2_500, "GIFT CARD")] }), GIFT_CARDS, 0],
];

// Adobe Commerce developer docs, "Step 10. Issue a partial refund": an item goes back, shipping doesn't.
// User guide, "Store credit": credit is taken off the grand total, so a shop that reports that total reports less.
const MAGENTO: Case[] = [
  [
    "one of two shirts of 29.00 back, shipping kept",
    order(6_800, { shippingMinor: 1_000, refundedMinor: 2_900 }),
    TEN,
    333,
  ],
  ["store credit of 20.00, as the grand total has it", order(3_800, { subtotalMinor: 5_800 }), TEN, 380],
  ["store credit of 20.00, as the subtotal has it", order(5_800, { subtotalMinor: 5_800 }), TEN, 580],
];

// ISO 4217 gives the yen no minor unit and the Kuwaiti dinar a thousandth; Chargebee docs, "What are Zero
// decimal currencies?", says what goes wrong: an amount in yen is whole yen, and nothing is divided by 100.
const OTHER_CURRENCIES: Case[] = [
  ["12,800 yen", order(12_800, { currency: "JPY" }), TEN, 1_280],
  ["1,250 yen at 7.5 %", order(1_250, { currency: "JPY" }), percent(7.5), 94],
  ["5 yen at 10 %, half a yen", order(5, { currency: "JPY" }), TEN, 0],
  ["15 yen at 10 %, one and a half", order(15, { currency: "JPY" }), TEN, 2],
  ["3.125 dinars", order(3_125, { currency: "KWD" }), TEN, 312],
  ["3.135 dinars", order(3_135, { currency: "KWD" }), TEN, 314],
  ["500 yen an order", order(12_800, { currency: "JPY" }), fixed(500, {}, "JPY"), 500],
];

describe.each<[string, Case[]]>([
  ["an order that is edited", EDITED],
  ["an item that is exchanged", EXCHANGED],
  ["gift cards", GIFTS],
  ["tax", TAXED],
  ["refunds", REFUNDED],
  ["coupons and shipping", FREE],
  ["refunds and certificates of BigCommerce", BIGCOMMERCE],
  ["credit memos and store credit of Magento", MAGENTO],
  ["currencies without or with three decimals", OTHER_CURRENCIES],
])("%s", (_group, cases) => {
  it.each(cases)("%s", (_what, confirmed, rule, earns) => {
    const { amountMinor, currency, note } = earned(confirmed, rule);
    expect({ amountMinor, currency, reason: note.reasonCode }).toEqual({
      amountMinor: earns,
      currency: rule.type === "fixed" ? rule.currency : confirmed.currency,
      reason: null,
    });
  });
});

// BigCommerce developer docs, "Orders V2": a shopper may pay in another currency than the store's own.
describe("an order in another currency than the store's", () => {
  const dollars = order(10_000, { currency: "USD" });
  const rates = [rate("EUR", "USD", "1.25")];

  it("earns in its own, without any rate", () => {
    expect(earned(dollars, TEN)).toMatchObject({ amountMinor: 1_000, currency: "USD" });
  });

  it("is paid in the store's by the rate of its day, and not at all while there is none", () => {
    const inEuros = percent(10, { payIn: "EUR" });
    expect(earned(dollars, inEuros, { rates })).toMatchObject({ amountMinor: 800, currency: "EUR" });
    expect(earned(dollars, inEuros)).toMatchObject({ amountMinor: null, note: { reasonCode: "rate_missing" } });
  });

  it("is paid in yen from dinars, whose digits differ", () => {
    const paid = earned(order(10_000, { currency: "KWD" }), percent(10, { payIn: "JPY" }), {
      rates: [rate("KWD", "JPY", "487.55")],
    });
    // 1.000 dinar.
    expect(paid).toMatchObject({ amountMinor: 488, currency: "JPY", originalCurrency: "KWD" });
  });
});
