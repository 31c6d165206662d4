import { type CodeInShop, type CodeSpec, ShopFailure } from "../platform.ts";
import { type ShopifyGraph, userErrorsOf } from "./graph-send.ts";
import { at, textOf } from "./json.ts";
import { CODE_BY_ID, CODE_BY_TEXT, CODE_CREATE, CODE_DELETE, CODE_UPDATE, SHOP_CURRENCY } from "./queries.ts";
import { codeInShop, discountInput, stepBetween } from "./terms.ts";

/** Discount codes in the shop. */
export class ShopifyCodes {
  readonly #graph: ShopifyGraph;
  /** Asked for once. */
  #currency: string | null = null;

  constructor(graph: ShopifyGraph) {
    this.#graph = graph;
  }

  async make(spec: CodeSpec): Promise<CodeInShop> {
    await this.#checkCurrency(spec);
    const discount = discountInput(spec, null);
    // Done twice, the second says that the code is taken, which would be believed.
    return this.#made(at(await this.#graph.ask(CODE_CREATE, { discount }, false), "discountCodeBasicCreate"), spec);
  }

  async read(externalId: string | null, text: string): Promise<CodeInShop | null> {
    return codeInShop(externalId === null ? await this.#byText(text) : await this.#byId(externalId), text);
  }

  async change(externalId: string, spec: CodeSpec): Promise<CodeInShop> {
    await this.#checkCurrency(spec);
    const before = await this.#basic(externalId);
    const between = stepBetween(spec, before);
    if (between === null) return this.#update(externalId, spec, discountInput(spec, before));
    await this.#update(externalId, spec, between);
    return this.#update(externalId, spec, discountInput(spec, await this.#basic(externalId)));
  }

  async #update(id: string, spec: CodeSpec, discount: Record<string, unknown>): Promise<CodeInShop> {
    return this.#made(at(await this.#graph.ask(CODE_UPDATE, { id, discount }), "discountCodeBasicUpdate"), spec);
  }

  /** A discount as it is now, which is to be one of the kind that is made here. */
  async #basic(externalId: string): Promise<unknown> {
    const discount = at(await this.#byId(externalId), "codeDiscount");
    if (discount == null) throw gone();
    if (at(discount, "__typename") === "DiscountCodeBasic") return discount;
    throw new ShopFailure(
      "refused",
      "The discount is of another kind in the shop: delete it there, and it is made anew.",
    );
  }

  async withdraw(externalId: string): Promise<void> {
    const payload = at(await this.#graph.ask(CODE_DELETE, { id: externalId }), "discountCodeDelete");
    const errors = userErrorsOf(payload);
    if (errors === null || (await this.#byId(externalId)) == null) return;
    throw new ShopFailure("refused", `The shop says: ${errors.words}`);
  }

  async #byId(id: string): Promise<unknown> {
    return at(await this.#graph.ask(CODE_BY_ID, { id }), "codeDiscountNode");
  }

  async #byText(code: string): Promise<unknown> {
    return at(await this.#graph.ask(CODE_BY_TEXT, { code }), "codeDiscountNodeByCode");
  }

  #made(payload: unknown, { text }: CodeSpec): CodeInShop {
    const errors = userErrorsOf(payload);
    if (errors !== null) throw refusal(errors);
    const code = codeInShop(at(payload, "codeDiscountNode"), text);
    if (code === null) throw new ShopFailure("unreadable", "The shop doesn't say what became of the code.");
    return code;
  }

  /** Amounts of discounts have no currency in Shopify: they are the shop's, whatever was meant. */
  async #checkCurrency({ discount, limits, currency }: CodeSpec): Promise<void> {
    const named = [
      ...(discount.type === "fixed" ? [discount.currency] : []),
      ...(limits.minimum?.type === "cartValue" ? [currency] : []),
    ];
    if (named.length === 0) return;
    this.#currency ??= textOf(at(await this.#graph.ask(SHOP_CURRENCY), "shop", "currencyCode"));
    const other = named.find((code) => code !== this.#currency);
    if (other === undefined) return;
    throw new ShopFailure(
      "refused",
      `The plan's amounts are in ${other}, and the shop's are in ${this.#currency ?? "an unknown currency"}: set the plan's amounts in that.`,
    );
  }
}

function refusal({ codes, fields, words }: { codes: string[]; fields: string[]; words: string }): ShopFailure {
  const isTaken = codes.some(
    (code, index) => (code === "TAKEN" || code === "DUPLICATE") && /(?:^|\.)code$|^$/.test(fields[index] ?? ""),
  );
  if (isTaken) return new ShopFailure("taken", `The shop says: ${words}`);
  // Of an update, all that can be missing by this name is the discount itself.
  return fields.some((field) => field === "id") ? gone() : new ShopFailure("refused", `The shop says: ${words}`);
}

function gone(): ShopFailure {
  return new ShopFailure("not_found", "The shop has no such discount any more.");
}
