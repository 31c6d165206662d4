import { Refusal } from "../refusal.ts";
import { exponentOf, spread } from "../shopify/money.ts";
import type { StandAnswer } from "../shop.ts";
import { lineTotal, sum } from "../order-lines.ts";
import type { Line } from "./order.ts";

type Json = Record<string, unknown>;

/** A cart price rule, as the interface names its fields. */
export interface Rule extends Json {
  rule_id: number;
  name: string;
}

/** A coupon of a rule; limits are its own, whatever its rule says. */
export interface Coupon {
  coupon_id: number;
  rule_id: number;
  code: string;
  usage_limit: number | null;
  usage_per_customer: number | null;
  times_used: number;
  expiration_date: string | null;
  is_primary: boolean;
  type: number;
  /** Who used it, by their addresses. */
  used_by: string[];
}

/** How the interface refuses. */
export function refused(status: number, message: string, parameters?: unknown): StandAnswer {
  return { status, body: { message, ...(parameters !== undefined && { parameters }) } };
}

const NO_ENTITY = (field: string, value: unknown): StandAnswer =>
  refused(404, "No such entity with %fieldName = %fieldValue", { fieldName: field, fieldValue: value });

/** The shop's rules and their coupons, as `Magento_SalesRule` keeps them. */
export class Rules {
  readonly rules = new Map<number, Rule>();
  readonly coupons = new Map<number, Coupon>();
  readonly #nextId: () => number;
  /** The day of the shop. */
  readonly #today: () => string;

  constructor(nextId: () => number, today: () => string) {
    this.#nextId = nextId;
    this.#today = today;
  }

  saveRule(id: number | null, said: Json | undefined): StandAnswer {
    if (said === undefined)
      return refused(400, '"%fieldName" is required. Enter and try again.', { fieldName: "rule" });
    if (said["simple_action"] === "by_percent" && Number(said["discount_amount"]) > 100) {
      return refused(400, "Discount amount should be less than or equal to 100; ");
    }
    if (id === null) {
      for (const field of ["website_ids", "customer_group_ids"]) {
        if (!Array.isArray(said[field]) || said[field].length === 0) {
          return refused(400, "Please specify a website; Please specify Customer Groups; ");
        }
      }
      const ruleId = this.#nextId();
      // A day that isn't said is today.
      const days = { from_date: said["from_date"] ?? this.#today(), to_date: said["to_date"] ?? this.#today() };
      const rule = { times_used: 0, ...said, ...days, rule_id: ruleId, name: String(said["name"]) };
      this.rules.set(ruleId, rule);
      return { status: 200, body: this.ruleRest(rule) };
    }
    const rule = this.rules.get(id);
    if (rule === undefined) return NO_ENTITY("rule_id", id);
    // What is null or isn't said stays, but for the kind of coupon: then the rule has none, and its coupon goes.
    const given = Object.entries(said).filter(([, value]) => value !== null);
    Object.assign(rule, { coupon_type: "NO_COUPON" }, Object.fromEntries(given), { rule_id: id });
    const primary = this.#primaryOf(id);
    if (primary !== undefined) {
      if (rule["coupon_type"] !== "SPECIFIC_COUPON" || rule["use_auto_generation"] === true) {
        this.coupons.delete(primary.coupon_id);
      } else {
        primary.usage_limit = limitOf(rule["uses_per_coupon"]);
        primary.usage_per_customer = limitOf(rule["uses_per_customer"]);
        primary.expiration_date = dayText(rule["to_date"]);
      }
    }
    return { status: 200, body: this.ruleRest(rule) };
  }

  saveCoupon(id: number | null, said: Partial<Coupon> | undefined): StandAnswer {
    const before = id === null ? null : this.coupons.get(id);
    if (before === undefined) return NO_ENTITY("coupon_id", id);
    const merged = { ...before, ...said };
    const rule = this.rules.get(Number(merged.rule_id));
    const error = (why: string): StandAnswer => refused(400, "Error occurred when saving coupon: %1", [why]);
    if (rule === undefined) return error(`No such entity with rule_id = ${String(merged.rule_id)}`);
    if (rule["coupon_type"] === "NO_COUPON") return error("Specified rule does not allow coupons");
    if (rule["use_auto_generation"] !== true && merged.type === 1) {
      return error("Specified rule does not allow auto generated coupons");
    }
    const code = merged.code ?? "";
    const others = [...this.coupons.values()].filter((one) => one.coupon_id !== before?.coupon_id);
    if (others.some((one) => one.code.toLowerCase() === code.toLowerCase())) {
      return refused(400, "Coupon with the same code already exists.");
    }
    if (merged.is_primary === true && others.some((one) => one.rule_id === rule.rule_id && one.is_primary)) {
      return refused(400, "Unique constraint violation found");
    }
    // The rule's limit is by now that of its first coupon, which a new one isn't yet.
    const limit = this.#primaryOf(rule.rule_id)?.usage_limit ?? null;
    const coupon: Coupon = {
      times_used: 0,
      used_by: [],
      is_primary: false,
      type: 0,
      ...merged,
      code,
      coupon_id: before?.coupon_id ?? this.#nextId(),
      rule_id: rule.rule_id,
      usage_limit: limit,
      usage_per_customer: limitOf(rule["uses_per_customer"]),
      expiration_date: dayText(rule["to_date"]),
    };
    this.coupons.set(coupon.coupon_id, coupon);
    return { status: 200, body: couponRest(coupon) };
  }

  ruleById(id: number): StandAnswer {
    const rule = this.rules.get(id);
    return rule === undefined ? NO_ENTITY("rule_id", id) : { status: 200, body: this.ruleRest(rule) };
  }

  /** With its rule go its coupons. */
  deleteRule(id: number): StandAnswer {
    if (!this.rules.delete(id)) return NO_ENTITY("rule_id", id);
    for (const coupon of this.coupons.values()) if (coupon.rule_id === id) this.coupons.delete(coupon.coupon_id);
    return { status: 200, body: true };
  }

  /** A rule's uses are those that its first coupon has. Classes of conditions lose nothing on their way. */
  ruleRest(rule: Rule): Json {
    const own =
      rule["use_auto_generation"] === true ? rule["uses_per_coupon"] : this.#primaryOf(rule.rule_id)?.usage_limit;
    return { ...rule, uses_per_coupon: own ?? 0 };
  }

  byText(text: string): Coupon | undefined {
    return [...this.coupons.values()].find(({ code }) => code.toLowerCase() === text.toLowerCase());
  }

  /** What coupons take off each line at the checkout, and counts them. Throws a {@link Refusal} where one doesn't apply. */
  apply(codes: readonly string[], lines: readonly Line[], email: string, currency: string): number[] {
    const unit = 10 ** exponentOf(currency);
    const all = codes.map((text) => {
      const coupon = this.byText(text);
      const rule = coupon === undefined ? undefined : this.rules.get(coupon.rule_id);
      if (coupon === undefined || rule === undefined) throw new Refusal(`The coupon code "${text}" is not valid.`);
      this.#refuseUnlessValid(coupon, rule, email);
      refuseUnlessEnough(rule, lines, unit);
      const entitled = lines.map((line) => (isMeant(rule, line) ? lineTotal(line) : 0));
      const worth = sum(entitled);
      if (worth === 0) throw new Refusal(`"${text}" is for none of these products.`);
      const amount = Number(rule["discount_amount"]);
      return {
        coupon,
        shares:
          rule["simple_action"] === "by_percent"
            ? entitled.map((one) => Math.round((one * amount) / 100))
            : spread(Math.min(Math.round(amount * unit), worth), entitled),
      };
    });
    for (const { coupon } of all) {
      coupon.times_used += 1;
      coupon.used_by.push(email);
    }
    return lines.map((_line, place) => sum(all.map(({ shares }) => shares[place] ?? 0)));
  }

  #refuseUnlessValid(coupon: Coupon, rule: Rule, email: string): void {
    const today = this.#today();
    const [from, to] = [rule["from_date"] ?? today, rule["to_date"] ?? today] as [string, string];
    const isOn = rule["is_active"] === true && from <= today && today <= to;
    if (!isOn) throw new Refusal(`"${coupon.code}" doesn't hold today.`);
    if (coupon.usage_limit !== null && coupon.times_used >= coupon.usage_limit) {
      throw new Refusal(`"${coupon.code}" has reached its usage limit.`);
    }
    const uses = coupon.used_by.filter((one) => one === email).length;
    if (coupon.usage_per_customer !== null && uses >= coupon.usage_per_customer) {
      throw new Refusal(`"${coupon.code}" has reached its usage limit for this customer.`);
    }
  }

  #primaryOf(ruleId: number): Coupon | undefined {
    return [...this.coupons.values()].find((one) => one.rule_id === ruleId && one.is_primary);
  }
}

function refuseUnlessEnough(rule: Rule, lines: readonly Line[], unit: number): void {
  for (const { attribute_name: attribute, value } of childrenOf(rule["condition"])) {
    const has =
      attribute === "total_qty"
        ? sum(lines.map(({ quantity }) => quantity))
        : sum(lines.map(({ price, quantity }) => price * quantity)) / unit;
    if (has < Number(value)) throw new Refusal("The cart has too little for this coupon.");
  }
}

function isMeant(rule: Rule, line: Line): boolean {
  const kinds = childrenOf(rule["action_condition"]);
  return (
    kinds.length === 0 ||
    kinds.some(({ attribute_name: attribute, value }) => {
      const values = String(value).split(",");
      return attribute === "sku" ? values.includes(line.sku) : line.categories.some((id) => values.includes(id));
    })
  );
}

function childrenOf(condition: unknown): Json[] {
  return (condition as { conditions?: Json[] } | undefined)?.conditions ?? [];
}

/** A coupon as the interface shows it. */
export function couponRest({ used_by: _people, ...coupon }: Coupon): Json {
  return { ...coupon };
}

function limitOf(value: unknown): number | null {
  return Number(value ?? 0) === 0 ? null : Number(value);
}

function dayText(value: unknown): string | null {
  return typeof value === "string" ? `${value.slice(0, 10)} 00:00:00` : null;
}
