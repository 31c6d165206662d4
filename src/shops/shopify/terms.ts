import { majorOf } from "../../ground/money/amount.ts";
import { decimalText, readDecimal } from "../decimal.ts";
import { type CodeInShop, type CodeSpec, ShopFailure } from "../platform.ts";
import { at, isRecord, listOf, numericId, textOf } from "./json.ts";

/** When codes begin that always work, which Shopify has no word for: before anything here did. */
const ALWAYS = "2000-01-01T00:00:00Z";

/** The end of what began then, and is over. */
const OVER = "2000-01-02T00:00:00Z";

/** Longest title. */
const MAX_TITLE = 255;

/** The terms of a code, as flat texts. They are the same at any time: Shopify begins and ends codes by itself. */
export function termsOf(spec: CodeSpec): Record<string, string> {
  const { discount, limits } = spec;
  return {
    title: titleOf(spec),
    value:
      discount.type === "percentage"
        ? percentText(discount.basisPoints)
        : `${majorOf(discount.amountMinor, discount.currency)} ${discount.currency}`,
    startsAt: startOf(spec),
    endsAt: spec.endsAt === null ? "" : second(spec.endsAt),
    usageLimit: limits.totalUses === undefined ? "" : String(limits.totalUses),
    oncePerCustomer: String(limits.oncePerCustomer === true),
    minimum: minimumText(spec),
    items: wantedText(spec),
    buyers: "all",
  };
}

function minimumText({ limits: { minimum }, currency }: CodeSpec): string {
  if (minimum === undefined) return "";
  return minimum.type === "quantity"
    ? `${minimum.quantity} pieces`
    : `${majorOf(minimum.amountMinor, currency)} ${currency}`;
}

/** What a code is limited to, as Shopify's ids (`gid://shopify/Product/1`). */
export type Entitled = { kind: "all" } | { kind: "products" | "collections"; ids: string[] };

/** The items of a code. Throws a `ShopFailure` for what Shopify can't hold: both kinds at once, and what is no id. */
export function itemsOf({ limits: { products = [], categories = [] } }: CodeSpec): Entitled {
  if (products.length > 0 && categories.length > 0) {
    throw new ShopFailure(
      "refused",
      "A discount of Shopify is for products or for collections, not for both: leave limits.products or limits.categories out, or make a collection of both.",
    );
  }
  if (products.length > 0)
    return { kind: "products", ids: products.map((id) => gid(id, "Product", "limits.products")) };
  if (categories.length === 0) return { kind: "all" };
  return { kind: "collections", ids: categories.map((id) => gid(id, "Collection", "limits.categories")) };
}

function gid(id: string, type: string, path: string): string {
  const number = new RegExp(`^(?:gid://shopify/${type}/)?([1-9]\\d{0,18})$`).exec(id.trim())?.[1];
  if (number === undefined) {
    throw new ShopFailure(
      "refused",
      `${path}: ${id.slice(0, 60)} must be the number at the end of its address in Shopify's admin.`,
    );
  }
  return `gid://shopify/${type}/${number}`;
}

/** The items that are wanted, also where they can't be had: whoever compares isn't who writes. */
function wantedText({ limits: { products = [], categories = [] } }: CodeSpec): string {
  const texts = [
    ...(products.length > 0 ? [itemsText({ kind: "products", ids: products })] : []),
    ...(categories.length > 0 ? [itemsText({ kind: "collections", ids: categories })] : []),
  ];
  return texts.length === 0 ? "all" : texts.join(" and ");
}

function itemsText(items: Entitled): string {
  return items.kind === "all" ? "all" : `${items.kind} ${numbersOf(items.ids).join(",")}`;
}

/** The numbers of ids, sorted, each once. */
function numbersOf(ids: readonly string[]): string[] {
  const numbers = ids.map((id) => numericId(id.trim()) ?? id);
  return [...new Set(numbers)].toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1));
}

/** What a discount is of, as the shop has it. */
function entitledIn(discount: unknown): Entitled | null {
  const items = at(discount, "customerGets", "items");
  if (at(items, "allItems") === true) return { kind: "all" };
  for (const kind of ["products", "collections"] as const) {
    const nodes = at(items, kind, "nodes");
    if (Array.isArray(nodes)) return { kind, ids: nodes.map((node) => textOf(at(node, "id")) ?? "?") };
  }
  return null;
}

/** `DiscountCodeBasicInput`. `before`: the discount as the shop has it, that is changed; `null`: it is new. */
export function discountInput(spec: CodeSpec, before: unknown): Record<string, unknown> {
  const { discount, limits, text } = spec;
  return {
    title: titleOf(spec),
    code: text,
    startsAt: startOf(spec),
    endsAt: spec.endsAt === null ? null : second(spec.endsAt),
    usageLimit: limits.totalUses ?? null,
    appliesOncePerCustomer: limits.oncePerCustomer === true,
    context: { all: "ALL" },
    ...minimumInput(spec, before),
    customerGets: {
      value:
        discount.type === "percentage"
          ? { percentage: discount.basisPoints / 10_000 }
          : {
              discountAmount: { amount: majorOf(discount.amountMinor, discount.currency), appliesOnEachItem: false },
            },
      items: itemsInput(itemsOf(spec), before === null ? null : entitledIn(before)),
      // To begin with; what a merchant then makes of it in the shop stays.
      ...(before === null && { appliesOnOneTimePurchase: true, appliesOnSubscription: false }),
    },
  };
}

/** One of the two minimums that Shopify knows, the other one out. */
function minimumInput({ limits: { minimum }, currency }: CodeSpec, before: unknown): Record<string, unknown> {
  const hadOne = isRecord(at(before, "minimumRequirement"));
  if (minimum === undefined && !hadOne) return {};
  const isQuantity = minimum?.type === "quantity";
  const quantity = { greaterThanOrEqualToQuantity: isQuantity ? String(minimum.quantity) : null };
  const subtotal = {
    greaterThanOrEqualToSubtotal:
      minimum === undefined || minimum.type === "quantity" ? null : majorOf(minimum.amountMinor, currency),
  };
  // Both at once are refused (MINIMUM_SUBTOTAL_AND_QUANTITY_RANGE_BOTH_PRESENT); nothing takes away what was there.
  if (hadOne) return { minimumRequirement: { quantity, subtotal } };
  return { minimumRequirement: isQuantity ? { quantity } : { subtotal } };
}

/**
 * What a discount is to be in between, where products become collections or the other way round, which Shopify takes in
 * two steps alone: for all items, and over long ago, so that nobody gets it for more than it is for. `null`: it is
 * changed in one step.
 */
export function stepBetween(spec: CodeSpec, before: unknown): Record<string, unknown> | null {
  const [had, wanted] = [entitledIn(before), itemsOf(spec)];
  if (had === null || had.kind === "all" || wanted.kind === "all" || had.kind === wanted.kind) return null;
  return { startsAt: ALWAYS, endsAt: OVER, context: { all: "ALL" }, customerGets: { items: { all: true } } };
}

/** Items are added and taken away: what was there and isn't wanted goes. */
function itemsInput(wanted: Entitled, before: Entitled | null): Record<string, unknown> {
  if (wanted.kind === "all") return { all: true };
  const had = before !== null && before.kind === wanted.kind ? before.ids : [];
  const ids = [...new Set(wanted.ids)];
  const add = ids.filter((id) => !had.includes(id));
  const remove = had.filter((id) => !ids.includes(id));
  return wanted.kind === "products"
    ? { products: { productsToAdd: add, ...(remove.length > 0 && { productsToRemove: remove }) } }
    : { collections: { add, ...(remove.length > 0 && { remove }) } };
}

/** A node of a discount as it is compared; `text`: under which it was looked for, if it doesn't say. */
export function codeInShop(node: unknown, text: string): CodeInShop | null {
  const externalId = textOf(at(node, "id"));
  if (externalId === null) return null;
  const discount = at(node, "codeDiscount");
  const type = textOf(at(discount, "__typename")) ?? "?";
  const code = textOf(at(listOf(at(discount, "codes", "nodes"))[0], "code")) ?? text;
  // One of another kind is somebody else's, or was made anew by hand.
  if (type !== "DiscountCodeBasic") return { externalId, text: code, terms: { type } };
  const items = entitledIn(discount);
  const buyers = textOf(at(discount, "context", "__typename"));
  const terms = {
    title: textOf(at(discount, "title")) ?? "",
    value: valueIn(at(discount, "customerGets", "value")),
    startsAt: secondIn(at(discount, "startsAt")),
    endsAt: secondIn(at(discount, "endsAt")),
    usageLimit: numberIn(at(discount, "usageLimit")),
    oncePerCustomer: String(at(discount, "appliesOncePerCustomer") === true),
    minimum: minimumIn(at(discount, "minimumRequirement")),
    items: items === null ? "?" : itemsText(items),
    buyers: buyers === null || buyers === "DiscountBuyerSelectionAll" ? "all" : buyers,
  };
  return { externalId, text: code, terms };
}

function valueIn(value: unknown): string {
  const percentage = at(value, "percentage");
  if (typeof percentage === "number") return percentText(Math.round(percentage * 10_000));
  const amount = moneyIn(at(value, "amount"));
  return at(value, "appliesOnEachItem") === true ? `${amount} each` : amount;
}

function minimumIn(minimum: unknown): string {
  if (!isRecord(minimum)) return "";
  const quantity = numberIn(minimum["greaterThanOrEqualToQuantity"]);
  return quantity === "" ? moneyIn(minimum["greaterThanOrEqualToSubtotal"]) : `${quantity} pieces`;
}

function moneyIn(money: unknown): string {
  const currency = textOf(at(money, "currencyCode")) ?? "";
  const amount = readDecimal(at(money, "amount"), currency);
  return amount === null || amount.minor < 0n ? "?" : `${decimalText(amount.minor, currency)} ${currency}`;
}

/** A whole number, which Shopify writes as text where it may be large. */
function numberIn(value: unknown): string {
  return typeof value === "number" || (typeof value === "string" && /^\d+$/.test(value)) ? String(value) : "";
}

/** Per cent without zeros at the end: `12.5%`. */
function percentText(basisPoints: number): string {
  return `${basisPoints / 100}%`;
}

function titleOf({ title }: CodeSpec): string {
  return title.trim().slice(0, MAX_TITLE).trim();
}

function startOf({ startsAt }: CodeSpec): string {
  return startsAt === null ? ALWAYS : second(startsAt);
}

/** ISO 8601 UTC to the second, as Shopify keeps times. */
function second(time: number): string {
  return `${new Date(Math.floor(time / 1_000) * 1_000).toISOString().slice(0, 19)}Z`;
}

function secondIn(value: unknown): string {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? "" : second(time);
}
