import { Refusal } from "../refusal.ts";
import { listOf } from "./connection.ts";
import { graphqlText, toMinor } from "./money.ts";
import type { Applied, Line } from "./order.ts";
import { graphqlTime } from "./wire.ts";

/** What `basicCodeDiscount` may say; see the schema. */
export interface DiscountInput {
  title?: string | null;
  code?: string | null;
  startsAt?: string | null;
  endsAt?: string | null;
  usageLimit?: number | null;
  appliesOncePerCustomer?: boolean | null;
  recurringCycleLimit?: number | null;
  combinesWith?: { orderDiscounts?: boolean; productDiscounts?: boolean; shippingDiscounts?: boolean } | null;
  context?: { all?: "ALL" | null; customers?: { add?: string[] | null } | null } | null;
  customerSelection?: { all?: boolean | null } | null;
  customerGets?: {
    value?: {
      percentage?: number | null;
      discountAmount?: { amount?: string | null; appliesOnEachItem?: boolean | null } | null;
    } | null;
    items?: {
      all?: boolean | null;
      products?: { productsToAdd?: string[] | null; productsToRemove?: string[] | null } | null;
      collections?: { add?: string[] | null; remove?: string[] | null } | null;
    } | null;
    appliesOnOneTimePurchase?: boolean | null;
    appliesOnSubscription?: boolean | null;
  } | null;
  minimumRequirement?: {
    quantity?: { greaterThanOrEqualToQuantity?: string | null } | null;
    subtotal?: { greaterThanOrEqualToSubtotal?: string | null } | null;
  } | null;
}

export interface UserError {
  field: string[];
  message: string;
  code: string;
}

/** A code as the shop has it. Amounts in minor units, times ms UTC. */
export interface Code {
  id: bigint;
  kind: "basic" | "free_shipping";
  title: string;
  code: string;
  startsAt: number;
  endsAt: number | null;
  usageLimit: number | null;
  oncePerCustomer: boolean;
  recurringCycleLimit: number | null;
  combinesWith: { orderDiscounts: boolean; productDiscounts: boolean; shippingDiscounts: boolean };
  /** `percentage` is a fraction of 1. */
  value: { percentage: number } | { amount: number; eachItem: boolean };
  items: { all: true } | { products: string[] } | { collections: string[] };
  oneTime: boolean;
  subscription: boolean;
  minimum: { quantity: number } | { subtotal: number } | null;
  used: number;
  /** Customers, or their addresses, that used it. */
  usedBy: string[];
  createdAt: number;
  updatedAt: number;
}

/** Codes longer than this are refused. */
const MAX_CODE = 255;

/** All codes of a shop. */
export class Codes {
  readonly #codes = new Map<bigint, Code>();
  readonly #byText = new Map<string, Code>();
  readonly #currency: string;
  /** Products and collections that the shop has, as gids; `null`: whatever is asked for. */
  readonly #catalogue: ReadonlySet<string> | null;

  constructor(currency: string, catalogue: readonly string[] | null) {
    this.#currency = currency;
    this.#catalogue = catalogue === null ? null : new Set(catalogue);
  }

  all(): Code[] {
    return [...this.#codes.values()];
  }

  byId(gid: string): Code | undefined {
    const [, id] = /^gid:\/\/shopify\/DiscountCodeNode\/(\d+)$/.exec(gid) ?? [];
    return id === undefined ? undefined : this.#codes.get(BigInt(id));
  }

  /** Letters of either case are the same. */
  byText(text: string): Code | undefined {
    return this.#byText.get(text.toLowerCase());
  }

  /** Makes a code, or says why not. */
  create(input: DiscountInput, id: bigint, now: number): Code | UserError[] {
    const errors = this.#errorsOf(input, null);
    for (const [name, value] of [
      ["title", input.title],
      ["code", input.code],
      ["startsAt", input.startsAt],
      ["context", input.context ?? input.customerSelection],
      ["customerGets", input.customerGets],
    ] as const) {
      if (value == null || value === "") errors.push(error([name], `${name} can't be blank`, "BLANK"));
    }
    if (input.customerGets != null) {
      for (const name of ["value", "items"] as const) {
        if (input.customerGets[name] != null) continue;
        errors.push(error(["customerGets", name], `${name} can't be blank`, "BLANK"));
      }
    }
    if (errors.length > 0) return errors;
    const code: Code = {
      id,
      kind: "basic",
      title: "",
      code: "",
      startsAt: now,
      endsAt: null,
      usageLimit: null,
      oncePerCustomer: false,
      recurringCycleLimit: null,
      combinesWith: { orderDiscounts: false, productDiscounts: false, shippingDiscounts: false },
      value: { percentage: 0 },
      items: { all: true },
      oneTime: true,
      subscription: false,
      minimum: null,
      used: 0,
      usedBy: [],
      createdAt: now,
      updatedAt: now,
    };
    this.#fill(code, input, now);
    this.#codes.set(id, code);
    return code;
  }

  /** Changes what is said and leaves the rest: of products and collections, those that are added and removed. */
  update(code: Code, input: DiscountInput, now: number): UserError[] {
    const errors = this.#errorsOf(input, code);
    for (const name of ["title", "code"] as const) {
      if (input[name] === "") errors.push(error([name], `${name} can't be blank`, "BLANK"));
    }
    if (errors.length === 0) this.#fill(code, input, now);
    return errors;
  }

  delete(code: Code): void {
    this.#codes.delete(code.id);
    this.#byText.delete(code.code.toLowerCase());
  }

  /**
   * What a code takes off at the checkout. Throws a {@link Refusal} where the checkout would refuse it. `customer` is who
   * buys, `null` an unknown.
   */
  apply(text: string, lines: readonly Line[], customer: string | null, now: number): Applied {
    const code = this.byText(text);
    if (code === undefined) throw new Refusal(`The shop has no code "${text}".`);
    const goods = lines.filter((line) => !line.giftCard);
    const { items, minimum, value } = code;
    const entitled = (line: Line): boolean =>
      !line.giftCard &&
      ("all" in items ||
        ("products" in items
          ? items.products.includes(`gid://shopify/Product/${line.productId}`)
          : line.collections.some((gid) => items.collections.includes(gid))));
    const own = goods.filter(entitled);
    const quantity = own.reduce((sum, line) => sum + line.quantity, 0);
    const subtotal = own.reduce((sum, line) => sum + line.price * line.quantity, 0);
    const refusals: [boolean, string][] = [
      [statusOf(code, now) !== "ACTIVE", "isn't valid now"],
      [code.usageLimit !== null && code.used >= code.usageLimit, "was used as often as it may be"],
      [code.oncePerCustomer && customer !== null && code.usedBy.includes(customer), "was used by this customer"],
      [own.length === 0, "is for nothing in the cart"],
      [minimum !== null && "quantity" in minimum && quantity < minimum.quantity, "wants more items"],
      [minimum !== null && "subtotal" in minimum && subtotal < minimum.subtotal, "wants a larger cart"],
    ];
    const refused = refusals.find(([is]) => is);
    if (refused !== undefined) throw new Refusal(`The code "${code.code}" ${refused[1]}.`);
    const off =
      "percentage" in value ? { percentage: Math.round(value.percentage * 1e6) / 1e4 } : { amount: value.amount };
    return { application: { type: "discount_code", text: code.code, value: off }, entitled };
  }

  /** Counts a use of an order that was placed. */
  count(text: string, customer: string | null): void {
    const code = this.byText(text);
    if (code === undefined) return;
    code.used += 1;
    if (customer !== null) code.usedBy.push(customer);
  }

  #errorsOf(input: DiscountInput, own: Code | null): UserError[] {
    const errors: UserError[] = [];
    const add = (path: string[], message: string, code: string): void => void errors.push(error(path, message, code));
    if (input.code != null && input.code !== "") {
      const other = this.byText(input.code);
      if (other !== undefined && other !== own) {
        add(["code"], "Code must be unique. Please try a different code.", "TAKEN");
      }
      if (input.code.length > MAX_CODE)
        add(["code"], `Code is too long (maximum is ${MAX_CODE} characters)`, "TOO_LONG");
    }
    if ((input.title ?? "").length > MAX_CODE) {
      add(["title"], `Title is too long (maximum is ${MAX_CODE} characters)`, "TOO_LONG");
    }
    const starts = input.startsAt == null ? own?.startsAt : Date.parse(input.startsAt);
    const ends = input.endsAt === undefined ? own?.endsAt : input.endsAt === null ? null : Date.parse(input.endsAt);
    if (starts !== undefined && ends != null && ends <= starts) {
      add(["endsAt"], "Ends at needs to be after starts_at", "END_DATE_BEFORE_START_DATE");
    }
    if (input.usageLimit != null && input.usageLimit < 1) {
      add(["usageLimit"], "Usage limit must be greater than 0", "GREATER_THAN");
    }
    const { quantity, subtotal } = input.minimumRequirement ?? {};
    if (quantity?.greaterThanOrEqualToQuantity != null && subtotal?.greaterThanOrEqualToSubtotal != null) {
      add(
        ["minimumRequirement"],
        "Minimum subtotal and minimum quantity can't both be set",
        "MINIMUM_SUBTOTAL_AND_QUANTITY_RANGE_BOTH_PRESENT",
      );
    }
    this.#valueErrors(input.customerGets ?? {}, own, add);
    return errors;
  }

  #valueErrors(
    { value, items, appliesOnOneTimePurchase, appliesOnSubscription }: NonNullable<DiscountInput["customerGets"]>,
    own: Code | null,
    add: (path: string[], message: string, code: string) => void,
  ): void {
    const { percentage, discountAmount } = value ?? {};
    if (percentage != null && discountAmount != null) {
      add(["customerGets", "value"], "Only one of percentage and discountAmount can be set", "TOO_MANY_ARGUMENTS");
    }
    if (percentage != null && !(percentage >= 0 && percentage <= 1)) {
      add(["customerGets", "value", "percentage"], "Value must be between 0.0 and 1.0", "VALUE_OUTSIDE_RANGE");
    }
    if (discountAmount != null && !(Number(discountAmount.amount ?? 0) > 0)) {
      add(["customerGets", "value", "discountAmount"], "Amount must be greater than 0", "GREATER_THAN");
    }
    const kinds = [items?.all === true, items?.products != null, items?.collections != null].filter(Boolean);
    if (kinds.length > 1) {
      add(["customerGets", "items"], "Cannot combine all, products and collections", "CONFLICT");
    }
    const asked = [...(items?.products?.productsToAdd ?? []), ...(items?.collections?.add ?? [])];
    for (const gid of asked) {
      if (this.#catalogue?.has(gid) ?? /^gid:\/\/shopify\/(Product|Collection)\/\d+$/.test(gid)) continue;
      add(["customerGets", "items"], `${gid} is invalid`, "INVALID");
    }
    const oneTime = appliesOnOneTimePurchase ?? own?.oneTime ?? true;
    if (!oneTime && !(appliesOnSubscription ?? own?.subscription ?? false)) {
      add(
        ["customerGets"],
        "appliesOnOneTimePurchase and appliesOnSubscription can't both be false",
        "APPLIES_ON_NOTHING",
      );
    }
  }

  #fill(code: Code, input: DiscountInput, now: number): void {
    this.#byText.delete(code.code.toLowerCase());
    code.title = input.title ?? code.title;
    code.code = input.code ?? code.code;
    if (input.startsAt != null) code.startsAt = Date.parse(input.startsAt);
    if (input.endsAt !== undefined) code.endsAt = input.endsAt === null ? null : Date.parse(input.endsAt);
    if (input.usageLimit !== undefined) code.usageLimit = input.usageLimit;
    code.oncePerCustomer = input.appliesOncePerCustomer ?? code.oncePerCustomer;
    if (input.recurringCycleLimit !== undefined) code.recurringCycleLimit = input.recurringCycleLimit;
    code.combinesWith = { ...code.combinesWith, ...input.combinesWith };
    if (input.minimumRequirement !== undefined) code.minimum = this.#minimumOf(input.minimumRequirement);
    const { value, items, appliesOnOneTimePurchase, appliesOnSubscription } = input.customerGets ?? {};
    if (value?.percentage != null) code.value = { percentage: value.percentage };
    if (value?.discountAmount != null) {
      const amount = toMinor(value.discountAmount.amount ?? "0", this.#currency);
      code.value = { amount, eachItem: value.discountAmount.appliesOnEachItem ?? false };
    }
    if (items != null) code.items = itemsAfter(code.items, items);
    code.oneTime = appliesOnOneTimePurchase ?? code.oneTime;
    code.subscription = appliesOnSubscription ?? code.subscription;
    code.updatedAt = now;
    this.#byText.set(code.code.toLowerCase(), code);
  }

  #minimumOf(given: DiscountInput["minimumRequirement"]): Code["minimum"] {
    const quantity = given?.quantity?.greaterThanOrEqualToQuantity;
    if (quantity != null) return { quantity: Number(quantity) };
    const subtotal = given?.subtotal?.greaterThanOrEqualToSubtotal;
    return subtotal == null ? null : { subtotal: toMinor(subtotal, this.#currency) };
  }
}

function itemsAfter(before: Code["items"], given: NonNullable<NonNullable<DiscountInput["customerGets"]>["items"]>) {
  const merged = (own: readonly string[], add?: string[] | null, remove?: string[] | null): string[] =>
    [...new Set([...own, ...(add ?? [])])].filter((gid) => !(remove ?? []).includes(gid));
  if (given.products != null) {
    const own = "products" in before ? before.products : [];
    return { products: merged(own, given.products.productsToAdd, given.products.productsToRemove) };
  }
  if (given.collections != null) {
    const own = "collections" in before ? before.collections : [];
    return { collections: merged(own, given.collections.add, given.collections.remove) };
  }
  return given.all === true ? ({ all: true } as const) : before;
}

export function statusOf({ startsAt, endsAt }: Code, now: number): "ACTIVE" | "SCHEDULED" | "EXPIRED" {
  if (endsAt !== null && endsAt <= now) return "EXPIRED";
  return startsAt > now ? "SCHEDULED" : "ACTIVE";
}

/** A code as GraphQL resolves it. */
export function codeNode(code: Code, currency: string, now: number): Record<string, unknown> {
  const money = (minor: number): unknown => ({ amount: graphqlText(minor, currency), currencyCode: currency });
  const { value, items, minimum } = code;
  const things = (kind: string, gids: readonly string[]): unknown =>
    listOf(gids.map((id) => ({ __typename: kind, id, legacyResourceId: id.split("/").at(-1), title: id })));
  const codeDiscount = {
    __typename: code.kind === "basic" ? "DiscountCodeBasic" : "DiscountCodeFreeShipping",
    title: code.title,
    status: statusOf(code, now),
    summary: code.title,
    shortSummary: code.title,
    startsAt: graphqlTime(code.startsAt),
    endsAt: code.endsAt === null ? null : graphqlTime(code.endsAt),
    usageLimit: code.usageLimit,
    appliesOncePerCustomer: code.oncePerCustomer,
    asyncUsageCount: code.used,
    recurringCycleLimit: code.recurringCycleLimit,
    createdAt: graphqlTime(code.createdAt),
    updatedAt: graphqlTime(code.updatedAt),
    discountClasses: ["all" in items ? "ORDER" : "PRODUCT"],
    codes: listOf([
      { id: `gid://shopify/DiscountRedeemCode/${code.id + 1n}`, code: code.code, asyncUsageCount: code.used },
    ]),
    codesCount: { count: 1, precision: "EXACT" },
    combinesWith: code.combinesWith,
    context: { __typename: "DiscountBuyerSelectionAll", all: "ALL" },
    customerGets: {
      appliesOnOneTimePurchase: code.oneTime,
      appliesOnSubscription: code.subscription,
      items:
        "all" in items
          ? { __typename: "AllDiscountItems", allItems: true }
          : "products" in items
            ? { __typename: "DiscountProducts", products: things("Product", items.products) }
            : { __typename: "DiscountCollections", collections: things("Collection", items.collections) },
      value:
        "percentage" in value
          ? { __typename: "DiscountPercentage", percentage: value.percentage }
          : { __typename: "DiscountAmount", amount: money(value.amount), appliesOnEachItem: value.eachItem },
    },
    minimumRequirement:
      minimum === null
        ? null
        : "quantity" in minimum
          ? { __typename: "DiscountMinimumQuantity", greaterThanOrEqualToQuantity: String(minimum.quantity) }
          : { __typename: "DiscountMinimumSubtotal", greaterThanOrEqualToSubtotal: money(minimum.subtotal) },
  };
  return {
    __typename: "DiscountCodeNode",
    id: `gid://shopify/DiscountCodeNode/${code.id}`,
    codeDiscount,
    discount: codeDiscount,
  };
}

function error(path: readonly string[], message: string, code: string): UserError {
  return { field: ["basicCodeDiscount", ...path], message, code };
}
