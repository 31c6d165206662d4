import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StandShop } from "../../../scripts/shops/stand-client.ts";
import type { Stand } from "../../../scripts/shops/stand.ts";
import type { CodeSpec } from "../../../src/shops/platform.ts";
import { magento as platform } from "../../../src/shops/magento/platform.ts";
import { specOf } from "../code-fixtures.ts";
import { openShop, startMagento } from "./open-shop.ts";

let magento: Stand;

beforeAll(async () => {
  magento = await startMagento();
});

afterAll(() => magento.close());

const NOW = Date.parse("2026-06-01T12:00:00Z");
const DAY = 86_400_000;

interface State {
  rules: Record<string, unknown>[];
  coupons: Record<string, unknown>[];
}

const stateOf = (stand: StandShop): Promise<State> => stand.state<State>();

const FULL: Partial<CodeSpec> = {
  discount: { type: "fixed", amountMinor: 1_250, currency: "EUR" },
  limits: {
    totalUses: 20,
    oncePerCustomer: true,
    minimum: { type: "cartValue", amountMinor: 5_000 },
    products: ["TEE", "MUG 2"],
    categories: ["12", "3"],
  },
  startsAt: NOW - DAY,
  endsAt: NOW + 30 * DAY,
};

describe("codes of a shop of Magento, over HTTP", () => {
  test.each([
    ["of per cent, without limits", {}],
    ["with all limits", FULL],
    ["of a minimum number of pieces", { limits: { minimum: { type: "quantity", quantity: 3 } } }],
    ["of parts of a per cent", { discount: { type: "percentage", basisPoints: 1_234 } }],
  ] as [string, Partial<CodeSpec>][])(
    "UPF-17, UPF-18, UPF-19, UPF-20, UPF-21: one %s is a rule with its coupon, and is read back as it was written",
    async (_name, more) => {
      const { stand, shop } = await openShop(magento.origin);
      const spec = specOf("LEA10", more);
      const made = await shop.makeCode(spec, NOW);
      const read = await shop.readCode(made.externalId, "LEA10");
      expect(read).toEqual({ externalId: made.externalId, text: "LEA10", terms: platform.termsOf(spec, NOW) });
      expect(await shop.readCode(null, "lea10")).toEqual(read);
      expect(await stateOf(stand)).toMatchObject({ rules: [{ name: spec.title }], coupons: [{ code: "LEA10" }] });
    },
  );

  test("UPF-17, UPF-18, UPF-19, UPF-20: holds at the checkout as its limits say", async () => {
    const { stand, shop } = await openShop(magento.origin);
    await stand.clock(NOW);
    await shop.makeCode(specOf("LEA10", { ...FULL, limits: { ...FULL.limits, totalUses: 2 } }), NOW);
    const order = (more: Record<string, unknown>) =>
      stand.act<{ body: { discount_amount: number } }>("order", { codes: ["LEA10"], ...more });
    const tee = { sku: "TEE", price: "30.00", quantity: 2 };
    const other = { sku: "CAP", price: "80.00" };
    await expect(order({ lines: [{ ...tee, quantity: 1 }] })).rejects.toThrow("too little");
    await expect(order({ lines: [other] })).rejects.toThrow("none of these products");
    expect((await order({ lines: [tee, other], email: "a@x.example" })).body.discount_amount).toBe(-12.5);
    await expect(order({ lines: [tee], email: "a@x.example" })).rejects.toThrow("this customer");
    const byCategory = { lines: [{ ...other, categories: ["3"] }], email: "b@x.example" };
    expect((await order(byCategory)).body.discount_amount).toBe(-12.5);
    await expect(order({ lines: [tee], email: "c@x.example" })).rejects.toThrow("usage limit");
  });

  test("SHP-22: limits are on the rule and on its coupon, though a new coupon takes those that the rule had before it", async () => {
    const { stand, shop } = await openShop(magento.origin);
    await shop.makeCode(specOf("LEA10", FULL), NOW);
    const { rules, coupons } = await stateOf(stand);
    expect(rules).toMatchObject([{ uses_per_coupon: 20, uses_per_customer: 1, from_date: "2026-05-30" }]);
    expect(coupons).toMatchObject([{ usage_limit: 20, usage_per_customer: 1, expiration_date: "2026-07-02 00:00:00" }]);
    // Products and categories are in the condition of the action; `product_ids` does nothing.
    expect(rules[0]).toMatchObject({
      action_condition: {
        aggregator_type: "any",
        conditions: [
          { attribute_name: "sku", operator: "()", value: "TEE,MUG 2" },
          { attribute_name: "category_ids", value: "12,3" },
        ],
      },
      condition: { conditions: [{ attribute_name: "base_subtotal", operator: ">=", value: "50.00" }] },
      // Everywhere and for everybody, those who aren't logged in among them; not the admin's own website.
      website_ids: [1, 2],
      customer_group_ids: [0, 1, 2],
    });
    expect(rules[0]).not.toHaveProperty("product_ids");
  });

  test("SHP-22: each write says the whole rule, so that its coupon stays", async () => {
    const { stand, shop, sent } = await openShop(magento.origin);
    const { externalId } = await shop.makeCode(specOf("LEA10", FULL), NOW);
    const changed = specOf("LEA10", { limits: { totalUses: 5 } });
    await shop.changeCode(externalId, changed, NOW);
    expect(await shop.readCode(externalId, "LEA10")).toMatchObject({
      text: "LEA10",
      terms: platform.termsOf(changed, NOW),
    });
    const writes = sent.filter((request) => /^(?:POST|PUT) \S*salesRules/.test(request));
    expect(writes).toHaveLength(3);
    for (const write of writes) {
      for (const field of ["coupon_type", "use_auto_generation", "from_date", "to_date", "website_ids", "condition"]) {
        expect(write).toContain(`"${field}"`);
      }
    }
    expect(await stateOf(stand)).toMatchObject({
      rules: [{}],
      coupons: [{ usage_limit: 5, expiration_date: "2099-12-31 00:00:00" }],
    });
  });

  test("SHP-22, SHP-23: what a merchant changes is seen, whatever it is", async () => {
    const { stand, shop } = await openShop(magento.origin);
    const spec = specOf("LEA10", FULL);
    const { externalId } = await shop.makeCode(spec, NOW);
    const differing = async (to: Record<string, unknown>): Promise<string[]> => {
      const { rules } = await stateOf(stand);
      const before = Object.fromEntries(Object.keys(to).map((name) => [name, rules[0]?.[name] ?? null]));
      await stand.act("changeRule", { code: "LEA10", to });
      const terms = (await shop.readCode(externalId, "LEA10"))?.terms ?? {};
      await stand.act("changeRule", { code: "LEA10", to: before });
      const wanted = platform.termsOf(spec, NOW);
      return Object.keys({ ...terms, ...wanted }).filter((name) => terms[name] !== wanted[name]);
    };
    expect(await differing({ discount_amount: 90 })).toEqual(["discount_amount"]);
    expect(await differing({ is_active: false })).toEqual(["is_active"]);
    expect(await differing({ to_date: "2027-01-01" })).toEqual(["to_date"]);
    expect(await differing({ uses_per_customer: 5 })).toEqual(["uses_per_customer"]);
    expect(await differing({ apply_to_shipping: true })).toEqual(["apply_to_shipping"]);
    expect(await differing({ simple_action: "by_fixed" })).toEqual(["simple_action"]);
    expect(await differing({ condition: { condition_type: "X", conditions: [] } })).toEqual(["condition"]);
    expect(await differing({ action_condition: {} })).toEqual(["action_condition"]);
    expect(await differing({ website_ids: [1] })).toEqual(["websites"]);
    expect(await differing({ customer_group_ids: [1, 2, 9] })).toEqual(["customer_groups"]);
    expect(await differing({ name: "Mine" })).toEqual(["title"]);
    expect(await differing({ name: spec.title })).toEqual([]);
  });

  test("one whose text is taken is refused as such, and leaves no rule behind", async () => {
    const { stand, shop } = await openShop(magento.origin);
    await stand.act("codeByHand", { code: "Lea10", percent: 5, title: "By hand" });
    await expect(shop.makeCode(specOf("LEA10"), NOW)).rejects.toMatchObject({ code: "taken" });
    expect((await stateOf(stand)).rules).toMatchObject([{ name: "By hand" }]);
    const { externalId } = await shop.makeCode(specOf("ZOE10"), NOW);
    await expect(shop.changeCode(externalId, specOf("LEA10"), NOW)).rejects.toMatchObject({ code: "taken" });
    expect((await stateOf(stand)).coupons).toMatchObject([{ code: "Lea10" }, { code: "ZOE10" }]);
  });

  test("one that a merchant made by hand and that does the same differs in its title alone", async () => {
    const { stand, shop } = await openShop(magento.origin);
    await stand.act("codeByHand", { code: "LEA10", percent: 10, title: "By hand" });
    const found = await shop.readCode(null, "LEA10");
    const spec = specOf("LEA10");
    expect(found?.terms).toEqual({ ...platform.termsOf(spec, NOW), title: "By hand" });
    await shop.changeCode(found?.externalId ?? "", spec, NOW);
    expect((await stateOf(stand)).rules).toMatchObject([{ name: spec.title, to_date: "2099-12-31" }]);
  });

  test("is renamed in place, limits and all", async () => {
    const { stand, shop } = await openShop(magento.origin);
    const { externalId } = await shop.makeCode(specOf("LEA10", FULL), NOW);
    const renamed = specOf("LEA20", { ...FULL, title: "Autumn (LEA20)" });
    expect((await shop.changeCode(externalId, renamed, NOW)).externalId).toBe(externalId);
    expect(await shop.readCode(externalId, "LEA20")).toMatchObject({
      text: "LEA20",
      terms: platform.termsOf(renamed, NOW),
    });
    expect(await shop.readCode(null, "LEA10")).toBeNull();
    expect((await stateOf(stand)).coupons).toHaveLength(1);
  });

  test.each(["POST /salesRules", "POST /coupons", "PUT /salesRules"])(
    "is made once where the answer to %s gets lost",
    async (match) => {
      const { stand, shop } = await openShop(magento.origin);
      await stand.faults({ next: [{ kind: "lost", match, times: 1 }] });
      const made = await shop
        .makeCode(specOf("LEA10", FULL), NOW)
        .catch(() => shop.makeCode(specOf("LEA10", FULL), NOW));
      expect(await stateOf(stand)).toMatchObject({ rules: [{ rule_id: Number(made.externalId) }], coupons: [{}] });
      expect((await stateOf(stand)).rules).toHaveLength(1);
      expect(await shop.readCode(null, "LEA10")).toMatchObject({ terms: platform.termsOf(specOf("LEA10", FULL), NOW) });
    },
  );

  test("a rule that a try left without its coupon is found by its text, and goes with it", async () => {
    const { stand, shop } = await openShop(magento.origin);
    await stand.faults({ next: [{ kind: "error", match: "POST /coupons", status: 500, times: 3 }] });
    await expect(shop.makeCode(specOf("LEA10"), NOW)).rejects.toMatchObject({ code: "unavailable" });
    const left = await shop.readCode(null, "LEA10");
    expect(left).toMatchObject({ text: "LEA10", terms: { title: "Spring (LEA10)" } });
    // Not what it should be: a coupon is missing.
    expect(left?.terms).not.toEqual(platform.termsOf(specOf("LEA10"), NOW));
    await shop.withdrawCode(left?.externalId ?? "");
    expect(await stateOf(stand)).toMatchObject({ rules: [], coupons: [] });
  });

  test("a rule that a try left behind is found also where somebody else has the text by now, and goes before that is told", async () => {
    const { stand, shop } = await openShop(magento.origin);
    await stand.faults({ next: [{ kind: "error", match: "POST /coupons", status: 500, times: 3 }] });
    await expect(shop.makeCode(specOf("LEA10"), NOW)).rejects.toMatchObject({ code: "unavailable" });
    await stand.act("codeByHand", { code: "LEA10", percent: 5, title: "By hand" });
    expect(await shop.readCode(null, "LEA10")).toMatchObject({ terms: { title: "Spring (LEA10)" } });
    await stand.faults({ next: [{ kind: "error", match: "DELETE", status: 500, times: 3 }] });
    await expect(shop.makeCode(specOf("LEA10"), NOW)).rejects.toMatchObject({ code: "unavailable" });
    await expect(shop.makeCode(specOf("LEA10"), NOW)).rejects.toMatchObject({ code: "taken" });
    expect((await stateOf(stand)).rules).toMatchObject([{ name: "By hand" }]);
    expect(await shop.readCode(null, "LEA10")).toMatchObject({ terms: { title: "By hand" } });
  });

  test("is withdrawn with all that it was, and once more for nothing", async () => {
    const { stand, shop } = await openShop(magento.origin);
    const { externalId } = await shop.makeCode(specOf("LEA10", FULL), NOW);
    await shop.withdrawCode(externalId);
    await shop.withdrawCode(externalId);
    expect(await stateOf(stand)).toMatchObject({ rules: [], coupons: [] });
    expect(await shop.readCode(externalId, "LEA10")).toBeNull();
    await expect(shop.changeCode(externalId, specOf("LEA10"), NOW)).rejects.toMatchObject({ code: "not_found" });
  });

  test("UPF-21: is switched on at its start, to the moment, though rules go by days of the shop's own time", async () => {
    const { stand, shop } = await openShop(magento.origin, { offsetMinutes: 14 * 60 });
    const spec = specOf("LEA10", { startsAt: NOW, endsAt: NOW + DAY });
    const before = NOW - 60_000;
    const { externalId } = await shop.makeCode(spec, before);
    const order = { lines: [{ price: "10.00" }], codes: ["LEA10"] };
    await stand.clock(before);
    await expect(stand.act("order", order)).rejects.toThrow("doesn't hold");
    expect(platform.termsChangeAt(spec, before)).toBe(NOW);
    await shop.changeCode(externalId, spec, NOW);
    expect(platform.termsChangeAt(spec, NOW)).toBeNull();
    for (const at of [NOW, NOW + DAY - 1]) {
      await stand.clock(at);
      await stand.act("order", order);
    }
    // If nobody withdraws it, it ends by itself days later.
    await stand.clock(NOW + 4 * DAY);
    await expect(stand.act("order", order)).rejects.toThrow("doesn't hold");
  });

  test("SHP-13: with amounts holds only where the shop counts in their currency", async () => {
    const { stand, shop } = await openShop(magento.origin, { outletCurrency: "USD" });
    await shop.makeCode(specOf("LEA10", FULL), NOW);
    await shop.makeCode(specOf("MIN10", { limits: { minimum: { type: "cartValue", amountMinor: 5_000 } } }), NOW);
    await shop.makeCode(specOf("ZOE10"), NOW);
    const { rules } = await stateOf(stand);
    expect(rules.map((rule) => rule["website_ids"])).toEqual([[1], [1], [1, 2]]);
    const francs = { discount: { type: "fixed", amountMinor: 500, currency: "CHF" }, currency: "CHF" } as const;
    await expect(shop.makeCode(specOf("ANNA10", francs), NOW)).rejects.toMatchObject({
      code: "refused",
      message: expect.stringContaining("no website of the shop counts in it"),
    });
  });

  test("is made in a shop that refuses large pages", async () => {
    const { shop } = await openShop(magento.origin, { refusesOver: 100 });
    expect(await shop.makeCode(specOf("LEA10"), NOW)).toMatchObject({ text: "LEA10" });
  });

  test("UPF-48: what no rule can be is refused, with the reason", async () => {
    const { stand, shop } = await openShop(magento.origin);
    const refused = (more: Partial<CodeSpec>) => shop.makeCode(specOf("LEA10", more), NOW);
    await expect(refused({ limits: { categories: ["shoes"] } })).rejects.toMatchObject({ code: "refused" });
    await expect(refused({ limits: { products: ["A,B"] } })).rejects.toThrow(/SKUs without commas/);
    await expect(refused({ discount: { type: "fixed", amountMinor: 500, currency: "USD" } })).rejects.toThrow(
      "The discount is in USD, and the shop sells in EUR.",
    );
    expect((await stateOf(stand)).rules).toEqual([]);
  });
});
