import { describe, expect, it } from "vitest";
import doc from "../../../docs/money.md?raw";
import { type CommissionInput, commissionsOf } from "../../../src/books/ledger/commission.ts";
import { majorOf, minorOf, scaledDecimal } from "../../../src/ground/money/amount.ts";
import type { ConfirmedAmounts } from "../../../src/ground/model/evidence.ts";
import type { Commission } from "../../../src/ground/model/plan.ts";
import { PLAIN_RULE } from "../../programme/plain-rule.ts";

/** The table of worked examples: order, rule, what it earns. */
const EXAMPLES = tableUnder("| the order");

describe("the worked examples of docs/money.md", () => {
  it("are all here", () => expect(EXAMPLES.length).toBeGreaterThanOrEqual(20));

  it.each(EXAMPLES)("%s at %s earns %s", (order, rule, earns) => {
    const shares = commissionsOf(inputOf(order ?? "", rule ?? ""));
    const currency = shares[0]?.currency ?? "";
    const amounts = shares.map(({ amountMinor }) => majorOf(amountMinor ?? Number.NaN, currency));
    expect(`${amounts.join(" + ")} ${currency}`).toBe(earns);
  });
});

/** The rows of the table of the document whose head begins so. */
function tableUnder(head: string): string[][] {
  const lines = doc.split("\n");
  const rows: string[][] = [];
  for (let at = lines.findIndex((line) => line.startsWith(head)) + 2; lines[at]?.startsWith("|"); at++) {
    rows.push(
      (lines[at] ?? "")
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  }
  return rows;
}

/** Reads an example as the document words it. Throws for words that it doesn't know, so that none is ignored. */
function inputOf(order: string, rule: string): CommissionInput {
  const [total = "", ...parts] = order.split(", ");
  const [, major = "", currency = ""] = /^(\S+) ([A-Z]{3})$/.exec(total) ?? [];
  const minor = (text: string) => minorOf(text, currency) ?? unreadable(text);
  const confirmed: ConfirmedAmounts = {
    currency,
    totalMinor: minor(major),
    subtotalMinor: null,
    discountMinor: null,
    shippingMinor: null,
    taxMinor: null,
    refundedMinor: null,
    items: null,
  };
  let [creators, salesBeforeMinor, earnedBeforeMinor] = [1, 0, 0];
  let customer: CommissionInput["customer"] = "new";
  for (const part of parts) {
    const [, tax] = /^tax (\S+)$/.exec(part) ?? [];
    const [, shipping] = /^shipping (\S+)$/.exec(part) ?? [];
    const [, subtotal] = /^subtotal (\S+)$/.exec(part) ?? [];
    const [, refunded] = /^refunded (\S+)$/.exec(part) ?? [];
    const [, sales] = /^after sales of (\S+)$/.exec(part) ?? [];
    const [, earned] = /^after (\S+) earned$/.exec(part) ?? [];
    const [, among] = /^split among (\d+)$/.exec(part) ?? [];
    const [, items] = /^items (.+)$/.exec(part) ?? [];
    if (tax !== undefined) confirmed.taxMinor = minor(tax);
    else if (shipping !== undefined) confirmed.shippingMinor = minor(shipping);
    else if (subtotal !== undefined) confirmed.subtotalMinor = minor(subtotal);
    else if (refunded !== undefined) confirmed.refundedMinor = minor(refunded);
    else if (sales !== undefined) salesBeforeMinor = minor(sales);
    else if (earned !== undefined) earnedBeforeMinor = minor(earned);
    else if (among !== undefined) creators = Number(among);
    else if (part === "a returning customer") customer = "returning";
    else if (items !== undefined) {
      confirmed.items = items.split(" and ").map((item) => {
        const [price = "", category = ""] = item.split(" ");
        return { sku: category, quantity: 1, priceMinor: minor(price), category };
      });
    } else unreadable(part);
  }
  const share = {
    planId: "pln",
    campaignId: null,
    weight: { numerator: 1, denominator: creators },
    rule: { version: 1, commission: ruleOf(rule, minor) },
    salesBeforeMinor,
    earnedBeforeMinor,
    without: null,
  };
  return {
    confirmed,
    customer,
    storeCurrency: currency,
    day: "2026-11-22",
    shares: Array.from({ length: creators }, (_, index) => ({ ...share, creatorId: `crt_${index}` })),
    rateOf: () => null,
  };
}

function ruleOf(text: string, minor: (text: string) => number): Commission {
  const [value = "", ...parts] = text.split(", ");
  const percent = (text: string) => scaledDecimal(text, 2) ?? unreadable(text);
  const [, rate] = /^(\S+) %$/.exec(value) ?? [];
  const [, amount = "", currency = ""] = /^(\S+) ([A-Z]{3})$/.exec(value) ?? [];
  const commission: Commission = {
    ...(rate === undefined
      ? { type: "fixed", amountMinor: minor(amount), currency }
      : { type: "percentage", basisPoints: percent(rate) }),
    ...PLAIN_RULE,
    // Filled below.
    tiers: [],
    special: [],
  };
  for (const part of parts) {
    const [, perOrder] = /^at most (\S+) an order$/.exec(part) ?? [];
    const [, perMonth] = /^at most (\S+) a month$/.exec(part) ?? [];
    const [, from, then] = /^from (\S+) on (\S+) %$/.exec(part) ?? [];
    const [, category, special] = /^(\S+) (\S+) %$/.exec(part) ?? [];
    if (perOrder !== undefined) commission.capPerOrderMinor = minor(perOrder);
    else if (perMonth !== undefined) commission.capPerCreatorMinor = minor(perMonth);
    else if (from !== undefined && then !== undefined) {
      commission.tiers.push({ fromMinor: minor(from), value: percent(then) });
    } else if (part === "tax and shipping included") {
      commission.includeTax = true;
      commission.includeShipping = true;
    } else if (part === "new customers only") commission.newCustomersOnly = true;
    else if (category !== undefined && special !== undefined) {
      commission.special.push({
        products: [],
        categories: [category],
        type: "percentage",
        basisPoints: percent(special),
      });
    } else unreadable(part);
  }
  return commission;
}

function unreadable(text: string): never {
  throw new Error(`the document words an example in a way that this test can't read: ${text}`);
}
