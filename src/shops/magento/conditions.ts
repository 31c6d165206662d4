import { majorOf } from "../../ground/money/amount.ts";
import type { Limits } from "../../ground/model/plan.ts";
import { ShopFailure } from "../platform.ts";
import { idOf, recordOf, recordsOf, textOf } from "../fields.ts";

/** Conditions of a rule by Magento's own classes. A rule's own ones are of the cart, those of its action of a line. */
const CART = String.raw`Magento\SalesRule\Model\Rule\Condition\Combine`;
const ADDRESS = String.raw`Magento\SalesRule\Model\Rule\Condition\Address`;
const LINES = String.raw`Magento\SalesRule\Model\Rule\Condition\Product\Combine`;
const PRODUCT = String.raw`Magento\SalesRule\Model\Rule\Condition\Product`;

/** A node of a rule's conditions, as the interface has it. */
export interface Condition {
  condition_type: string;
  aggregator_type?: string;
  attribute_name?: string;
  operator?: string;
  value: string;
  conditions?: Condition[];
}

/** What a cart has to come to: the goods' sum before discounts, in the website's base currency, or the number of pieces. */
export function cartCondition({ minimum }: Limits, currency: string): Condition {
  const needs: Condition[] =
    minimum === undefined
      ? []
      : minimum.type === "cartValue"
        ? [atLeast("base_subtotal", majorOf(minimum.amountMinor, currency))]
        : [atLeast("total_qty", String(minimum.quantity))];
  return { condition_type: CART, aggregator_type: "all", value: "1", conditions: needs };
}

function atLeast(attribute: string, value: string): Condition {
  return { condition_type: ADDRESS, attribute_name: attribute, operator: ">=", value };
}

/**
 * Which lines the discount is of: those of one of the products or in one of the categories. `salesRule.product_ids` looks
 * as if it did that, and does nothing. Throws a `ShopFailure` `refused` for what can't be said.
 */
export function lineCondition({ products = [], categories = [] }: Limits): Condition {
  for (const sku of products) {
    if (!/[,;]/.test(sku) && sku.trim() === sku && sku !== "") continue;
    throw new ShopFailure(
      "refused",
      `The plan's products must be SKUs without commas and semicolons; this is none: ${sku}`,
    );
  }
  for (const id of categories) {
    if (idOf(id) !== null) continue;
    throw new ShopFailure("refused", `The plan's categories must be ids of Magento such as 12; this is none: ${id}`);
  }
  const kinds: Condition[] = [
    ...(products.length === 0 ? [] : [oneOf("sku", products)]),
    ...(categories.length === 0 ? [] : [oneOf("category_ids", categories)]),
  ];
  return { condition_type: LINES, aggregator_type: "any", value: "1", conditions: kinds };
}

function oneOf(attribute: string, values: readonly string[]): Condition {
  return { condition_type: PRODUCT, attribute_name: attribute, operator: "()", value: values.join(",") };
}

/**
 * Conditions as one text, in which those that do the same are equal: `all(base_subtotal >= 50)`. Empty where there are none,
 * whatever they hang on.
 */
export function conditionText(value: unknown): string {
  const node = recordOf(value);
  const inner = recordsOf(node?.["conditions"]).map(conditionText);
  if (node === null) return "";
  if (node["attribute_name"] == null || textOf(node["attribute_name"]) === null) {
    if (inner.length === 0) return isCombination(node) ? "" : `${kindOf(node)}()`;
    const is = wordOf(node["value"] ?? "1") === "1" ? "" : "not ";
    const how = inner.length === 1 ? "all" : (textOf(node["aggregator_type"]) ?? "all");
    const kind = isCombination(node) ? "" : `${kindOf(node)} `;
    return `${is}${kind}${how}(${inner.toSorted().join("; ")})`;
  }
  return `${wordOf(node["attribute_name"])} ${textOf(node["operator"]) ?? "=="} ${valueText(node["value"])}`;
}

function isCombination(node: Readonly<Record<string, unknown>>): boolean {
  return [CART, LINES].includes(wordOf(node["condition_type"]));
}

function kindOf(node: Readonly<Record<string, unknown>>): string {
  return wordOf(node["condition_type"]).split("\\").slice(-2).join(" ");
}

/** Lists in one order, and numbers as the shortest decimal. */
function valueText(value: unknown): string {
  const parts = (Array.isArray(value) ? value : wordOf(value ?? "").split(",")).map((part) => wordOf(part).trim());
  return parts
    .filter((part) => part !== "")
    .map((part) => (/^\d{1,15}\.\d{1,10}$/.test(part) ? part.replace(/\.?0+$/, "") : part))
    .toSorted()
    .join(",");
}

/** What is said in one word, as text. */
export function wordOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
