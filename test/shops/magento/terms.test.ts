import { describe, expect, test } from "vitest";
import { conditionText } from "../../../src/shops/magento/conditions.ts";
import { codeOf, markOf, ruleOf, termsOf } from "../../../src/shops/magento/terms.ts";
import { specOf } from "../code-fixtures.ts";

const NOW = Date.parse("2026-06-01T12:00:00Z");
const EVERYWHERE = { websites: [{ id: 1, currency: "EUR" }], groups: [0, 1] };

describe("what a code is as a rule", () => {
  test("a rule always says both of its days, for one that is left out is read as today, or stays as it was", () => {
    expect(ruleOf(specOf("LEA10"), NOW, "str_1", EVERYWHERE)).toMatchObject({
      from_date: "2000-01-01",
      to_date: "2099-12-31",
      is_active: true,
      coupon_type: "SPECIFIC_COUPON",
      use_auto_generation: false,
      description: "Waymark str_1 LEA10",
    });
    expect(markOf("str_1", "lea10")).toBe("Waymark str_1 LEA10");
  });

  test("the days are one wider on either side than the plan's, in any time zone", () => {
    const spec = specOf("LEA10", {
      startsAt: Date.parse("2026-06-10T00:00:00Z"),
      endsAt: Date.parse("2026-06-20T00:00:00Z"),
    });
    expect(termsOf(spec, NOW)).toMatchObject({ is_active: "false", from_date: "2026-06-09", to_date: "2026-06-20" });
    expect(termsOf({ ...spec, endsAt: (spec.endsAt ?? 0) + 1 }, NOW)).toMatchObject({ to_date: "2026-06-21" });
  });

  test("reads what versions write otherwise as the same", () => {
    const rule = { ...ruleOf(specOf("LEA10"), NOW, "str_1", EVERYWHERE), rule_id: 7 };
    const coupon = { code: "LEA10", usage_limit: null, usage_per_customer: 0, expiration_date: "2099-12-31 00:00:00" };
    const wanted = codeOf(rule, coupon, EVERYWHERE);
    expect(wanted?.terms).toEqual(termsOf(specOf("LEA10"), NOW));
    const other = { ...rule, discount_amount: "10.0000", to_date: "2099-12-31 00:00:00", uses_per_customer: null };
    expect(codeOf({ ...other, condition: undefined, discount_qty: null }, coupon, EVERYWHERE)).toEqual(wanted);
    expect(codeOf({ ...other, rule_id: undefined }, coupon, EVERYWHERE)).toBeNull();
  });
});

describe("conditions as a text", () => {
  const of = (attribute: string, operator: string, value: unknown) => ({
    condition_type: "X",
    attribute_name: attribute,
    operator,
    value,
  });
  const all = (...conditions: unknown[]) => ({
    condition_type: String.raw`Magento\SalesRule\Model\Rule\Condition\Combine`,
    aggregator_type: "all",
    value: "1",
    conditions,
  });

  test("are equal where they do the same", () => {
    expect(conditionText(all(of("base_subtotal", ">=", "50.00")))).toBe("all(base_subtotal >= 50)");
    expect(conditionText(all(of("base_subtotal", ">=", 50)))).toBe("all(base_subtotal >= 50)");
    expect(conditionText(all(of("sku", "()", ["B", "A"])))).toBe(conditionText(all(of("sku", "()", "A, B"))));
    for (const nothing of [undefined, null, all(), { ...all(), conditions: undefined }]) {
      expect(conditionText(nothing)).toBe("");
    }
  });

  test("differ where they don't", () => {
    const texts = [
      all(of("base_subtotal", ">=", "50")),
      all(of("base_subtotal", ">", "50")),
      all(of("total_qty", ">=", "50")),
      { ...all(of("base_subtotal", ">=", "50")), value: "0" },
      all(of("base_subtotal", ">=", "50"), of("country_id", "==", "DE")),
      { ...all(of("base_subtotal", ">=", "50"), of("country_id", "==", "DE")), aggregator_type: "any" },
      all({ condition_type: String.raw`Magento\SalesRule\Model\Rule\Condition\Product\Found`, conditions: [] }),
      all(of("base_subtotal", ">=", "500")),
    ].map(conditionText);
    expect(new Set(texts).size).toBe(texts.length);
  });
});
