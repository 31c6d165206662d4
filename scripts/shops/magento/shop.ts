import { randomBytes } from "node:crypto";
import { Refusal } from "../refusal.ts";
import { type AboutShop, type CommonVerbs, Shop, type StandAnswer, type StandCall, type StandCode } from "../shop.ts";
import { type Keys, oauthProblem } from "./oauth.ts";
import {
  edit,
  type EditGiven,
  type Memo,
  type Order,
  type OrderGiven,
  place,
  refund,
  type RefundGiven,
} from "./order.ts";
import { memoRest, orderRest, timeText } from "./rest.ts";
import { couponRest, refused, Rules } from "./rules.ts";
import { listAnswer, type PageLimits } from "./search.ts";

const BASE = "/rest/V1";

/** What differs between shops. All of it can be changed while it runs. */
export interface Quirks extends PageLimits {
  /** Whether a token is taken by itself, which is off by default since 2.4.4. */
  bearer: boolean;
  /** Rights that the integration lacks. */
  lacks: string[];
  /** Whether a credit memo changes the time of its order's last change. */
  refundsBump: boolean;
  /** Whether each store view has a prefix of its own for its orders' numbers. */
  prefixes: boolean;
  /** How far the shop's time is ahead of UTC, minutes: its rules go by days of that. */
  offsetMinutes: number;
  /** What the second website counts in, ISO 4217; `null`: as the first. */
  outletCurrency: string | null;
}

const PLAIN: Quirks = {
  bearer: false,
  lacks: [],
  refundsBump: true,
  prefixes: true,
  offsetMinutes: 120,
  outletCurrency: null,
  refusesOver: 300,
  givesAtMost: null,
  counts: null,
};

/** The right that a path needs. */
const RIGHTS: readonly (readonly [path: RegExp, right: string])[] = [
  [/^\/orders/, "Magento_Sales::actions_view"],
  [/^\/creditmemos/, "Magento_Sales::sales_creditmemo"],
  [/^\/(?:salesRules|coupons)/, "Magento_SalesRule::quote"],
  [/^\/store\//, "Magento_Backend::store"],
  [/^\/customerGroups/, "Magento_Customer::group"],
];

const INTERNAL = refused(
  500,
  "Internal Error. Details are available in Magento log file. Report ID: webapi-67f0aa3c1b2d4",
);

/** An order by its number, as the interface's answers to verbs name it. */
interface Named {
  order: number | string;
}

/** A shop that runs on Magento, as its REST API shows it. */
export class MagentoShop extends Shop {
  readonly currency: string;
  readonly orders: Order[] = [];
  readonly rules: Rules;
  keys: Keys;
  quirks: Quirks;
  readonly #auth: "oauth" | "token";
  readonly #nonces = new Set<string>();
  readonly #lastNumbers = new Map<number, number>();
  #lastId = 40;

  constructor(name: string, given: Keys & { currency?: string; auth?: "oauth" | "token" } & Partial<Quirks>) {
    super(name);
    const { currency = "EUR", auth = "oauth", consumerKey, consumerSecret, token, tokenSecret, ...quirks } = given;
    this.currency = currency;
    this.keys = { consumerKey, consumerSecret, token, tokenSecret };
    this.#auth = auth;
    this.quirks = { ...PLAIN, bearer: auth === "token", ...quirks };
    this.rules = new Rules(this.#nextId, () =>
      new Date(this.now() + this.quirks.offsetMinutes * 60_000).toISOString().slice(0, 10),
    );
  }

  /** What connects it. `url`: where it is. */
  credentials(url: string): Record<string, unknown> {
    return this.#auth === "token" ? { url, accessToken: this.keys.token } : { url, oauth: { ...this.keys } };
  }

  readonly verbs = {
    /** Takes an order. Answers its number and the form of the REST API, as those below do. */
    order: (given: OrderGiven) => this.#shown(this.#place(given)),
    /** Takes many of the same, `stepMs` apart from `fromAt` (ms UTC). */
    orders: (given: { count: number; fromAt: number; stepMs: number; order: OrderGiven }) => {
      const made = Array.from({ length: given.count }, (_none, at) =>
        this.#place({ ...given.order, at: given.fromAt + at * given.stepMs }),
      );
      return { ids: made.map(({ number }) => number) };
    },
    /** In place, as extensions do. */
    edit: (given: Named & EditGiven) =>
      this.#change(given, (order) => {
        edit(order, given, this.#nextId);
      }),
    /** As Magento itself does: the order is cancelled, and another is made in its place. */
    editByCopy: (given: Named & EditGiven) => {
      const before = this.#order(given);
      const after: Order = structuredClone(before);
      before.state = "canceled";
      before.updatedAt = this.now();
      const [, root = "", copy = "0"] = /^(.*?)(?:-(\d+))?$/.exec(before.number) ?? [];
      Object.assign(after, { id: this.#nextId(), number: `${root}-${Number(copy) + 1}`, memos: [] });
      Object.assign(after, { createdAt: this.now(), updatedAt: this.now() });
      edit(after, given, this.#nextId);
      this.orders.push(after);
      return this.#shown(after);
    },
    refund: (given: Named & RefundGiven & { bump?: boolean }) =>
      this.#change(
        given,
        (order) => refund(order, given, this.#nextId(), this.now()),
        given.raw !== true && (given.bump ?? this.quirks.refundsBump),
      ),
    /** Sets the state of an order's last credit memo; 3 is cancelled. */
    memo: (given: Named & { state: number }) =>
      this.#change(given, (order) => {
        const memo = order.memos.at(-1);
        if (memo !== undefined) Object.assign(memo, { state: given.state, at: this.now() });
      }),
    /** Any state; `processing` and `complete` are paid. */
    status: (given: Named & { status: string }) => this.#setState(given, given.status),
    pay: (given: Named) => this.#setState(given, "processing"),
    fulfil: (given: Named) => this.#setState(given, "complete"),
    /** All of it, also what is paid, as extensions for payments do. */
    cancel: (given: Named) => this.#setState(given, "canceled"),
    /** What isn't paid yet of an order that goes on, such as what never came. */
    cancelPart: (given: Named & { amount: number }) =>
      this.#change(given, (order) => {
        order.cancelled += given.amount;
      }),
    /** The shop's code fails at showing an order: each page of a list that it is on fails. */
    poison: (given: Named & { heal?: boolean }) => {
      this.#order(given).poisoned = given.heal !== true;
    },
    /** Lists go on counting it, and don't show it any more. */
    hide: (given: Named) => {
      this.#order(given).hidden = true;
    },
    /** Has all orders be changed at one time, ms UTC, as an upgrade does. */
    touchAll: ({ at }: { at: number }) => {
      for (const order of this.orders) order.updatedAt = at;
    },
    codeByHand: ({ code, percent, title }: { code: string; percent: number; title?: string }) =>
      this.#byHand(code, percent, title),
    /** A rule as it is said, and its coupon. */
    rule: ({ code, rule }: { code: string; rule: Record<string, unknown> }) => this.#makeRule(code, rule),
    /** Changes fields of the rule of a code by hand. */
    changeRule: ({ code, to }: { code: string; to: Record<string, unknown> }) => {
      const rule = this.rules.rules.get(this.rules.byText(code)?.rule_id ?? 0);
      if (rule === undefined) throw new Refusal(`There is no code ${code}.`);
      Object.assign(rule, to);
    },
    deleteCode: ({ code }: { code: string }) => {
      this.rules.deleteRule(this.rules.byText(code)?.rule_id ?? 0);
    },
    /** Rules without a coupon are shown, too, by an empty text. */
    codes: (): { codes: StandCode[] } => ({
      codes: [...this.rules.rules.values()].map((rule) => ({
        text: [...this.rules.coupons.values()].find((one) => one.rule_id === rule.rule_id)?.code.toUpperCase() ?? "",
        title: rule.name,
        percent: rule["simple_action"] === "by_percent" ? Number(rule["discount_amount"]) : 0,
        isPublished: rule["is_active"] === true,
      })),
    }),
    /** There are none. */
    dropWebhooks: () => {},
    /** The integration is made anew. */
    revoke: () => {
      const secret = (): string => randomBytes(16).toString("hex");
      this.keys = { consumerKey: secret(), consumerSecret: secret(), token: secret(), tokenSecret: secret() };
    },
    about: (): AboutShop => ({ signature: null, makesCode: "POST /coupons", makesWebhook: null }),
    /** Changes {@link Quirks}. */
    set: (given: Partial<Quirks>) => {
      this.quirks = { ...this.quirks, ...given };
    },
  } satisfies CommonVerbs & Record<string, unknown>;

  override label(call: StandCall): string {
    return `${call.method} ${call.path.replace(BASE, "")}`;
  }

  throttled(): StandAnswer {
    return { status: 429, headers: { "Retry-After": "1" }, body: "<html><body>Too many requests</body></html>" };
  }

  unauthorised(): StandAnswer {
    return refused(401, "The signature is invalid. Verify and try again.");
  }

  state(): unknown {
    return {
      currency: this.currency,
      quirks: this.quirks,
      orders: this.orders.map((order) => orderRest(order, this.currency)),
      creditmemos: this.#memos().map(({ memo, order }) => memoRest(memo, order, this.currency)),
      rules: [...this.rules.rules.values()].map((rule) => this.rules.ruleRest(rule)),
      coupons: [...this.rules.coupons.values()].map(couponRest),
      webhooks: [],
    };
  }

  delivered(): null {
    return null;
  }

  answer(call: StandCall): StandAnswer {
    if (!call.path.startsWith(BASE)) return { status: 404, body: "<html><body>404 Not Found</body></html>" };
    const refusal = this.#refusal(call);
    if (refusal !== null) return refusal;
    try {
      return this.#routed(call);
    } catch (error) {
      if (error instanceof Poisoned) return INTERNAL;
      if (error instanceof Refusal) return refused(400, error.message);
      throw error;
    }
  }

  #refusal(call: StandCall): StandAnswer | null {
    const path = call.path.slice(BASE.length);
    const right = RIGHTS.find(([form]) => form.test(path))?.[1] ?? "self";
    const lacking = refused(401, "The consumer isn't authorized to access %resources.", { resources: right });
    const authorization = call.headers["authorization"] ?? "";
    if (authorization.startsWith("OAuth ")) {
      const url = `http://${call.headers["host"] ?? ""}/${this.name}${call.path}`;
      const problem = oauthProblem(call, url, this.keys, this.#nonces);
      if (problem !== null) return refused(401, problem);
    } else if (!this.quirks.bearer || authorization !== `Bearer ${this.keys.token}`) return lacking;
    return this.quirks.lacks.includes(right) ? lacking : null;
  }

  #routed(call: StandCall): StandAnswer {
    const [resource = "", id] = call.path.slice(BASE.length + 1).split("/");
    const body = call.body === "" ? {} : (JSON.parse(call.body) as Record<string, Record<string, unknown> | undefined>);
    const { query } = call;
    const limits = this.quirks;
    switch (`${call.method} ${resource}`) {
      case "GET orders":
        return listAnswer(this.orders, {
          query,
          limits,
          plain: plainOrder,
          show: (order) => this.#show(order),
          isHidden: ({ hidden }) => hidden,
        });
      case "GET creditmemos":
        return listAnswer(this.#memos(), {
          query,
          limits,
          plain: ({ memo, order }) => ({ entity_id: memo.id, order_id: order.id, updated_at: timeText(memo.at) }),
          show: ({ memo, order }) => memoRest(memo, order, this.currency),
        });
      case "GET salesRules":
        if (id !== "search") return this.rules.ruleById(Number(id));
        return listAnswer([...this.rules.rules.values()], {
          query,
          limits,
          plain: (rule) => ({ description: null, ...rule, entity_id: rule.rule_id }),
          show: (rule) => this.rules.ruleRest(rule),
        });
      case "POST salesRules":
        return this.rules.saveRule(null, body["rule"]);
      case "PUT salesRules":
        return this.rules.saveRule(Number(id), body["rule"]);
      case "DELETE salesRules":
        return this.rules.deleteRule(Number(id));
      case "GET coupons":
        return listAnswer([...this.rules.coupons.values()], { query, limits, plain: couponRest, show: couponRest });
      case "POST coupons":
        return this.rules.saveCoupon(null, body["coupon"]);
      case "PUT coupons":
        return this.rules.saveCoupon(Number(id), body["coupon"]);
      case "GET store":
        return { status: 200, body: id === "websites" ? WEBSITES : this.#configs() };
      case "GET customerGroups":
        return listAnswer(GROUPS, {
          query,
          limits,
          plain: ({ id: groupId, ...one }) => ({ ...one, customer_group_id: groupId }),
          show: (one) => one,
        });
      default:
        return refused(404, "Request does not match any route.");
    }
  }

  #configs(): unknown[] {
    return [1, 2].map((id) => ({
      id,
      code: `view_${id}`,
      website_id: id,
      base_currency_code: id === 1 ? this.currency : (this.quirks.outletCurrency ?? this.currency),
      default_display_currency_code: this.currency,
      timezone: "Europe/Berlin",
    }));
  }

  #memos(): { memo: Memo; order: Order }[] {
    return this.orders.flatMap((order) => order.memos.map((memo) => ({ memo, order })));
  }

  #show(order: Order): Record<string, unknown> {
    if (order.poisoned) throw new Poisoned();
    return orderRest(order, this.currency);
  }

  #place(given: OrderGiven): Order {
    const order = place(given, {
      base: this.currency,
      now: this.now(),
      nextId: this.#nextId,
      numberOf: (view) => this.#numberOf(view),
      discounts: (codes, lines, email) => this.rules.apply(codes, lines, email, given.currency ?? this.currency),
    });
    this.orders.push(order);
    return order;
  }

  /** Each store view counts by itself, with its id before the number, but for the first. */
  #numberOf(view: number): string {
    const next = (this.#lastNumbers.get(view) ?? 0) + 1;
    this.#lastNumbers.set(view, next);
    return view === 1 || !this.quirks.prefixes
      ? String(next).padStart(9, "0")
      : `${view}${String(next).padStart(9, "0")}`;
  }

  #shown(order: Order): { id: string; name: string; body: Record<string, unknown> } {
    return { id: order.number, name: order.number, body: orderRest(order, this.currency) };
  }

  #change(named: Named, act: (order: Order) => unknown, bumps = true): unknown {
    const order = this.#order(named);
    act(order);
    if (bumps) order.updatedAt = this.now();
    return this.#shown(order);
  }

  #setState(named: Named, state: string): unknown {
    return this.#change(named, (order) => {
      order.state = state;
      if (state === "processing" || state === "complete") order.isPaid = true;
    });
  }

  #order({ order: number }: Named): Order {
    const order = this.orders.find((one) => one.number === String(number));
    if (order === undefined) throw new Refusal(`There is no order ${number}.`);
    return order;
  }

  #byHand(code: string, percent: number, title?: string): unknown {
    const rule = this.rules.rules.get(this.rules.byText(code)?.rule_id ?? 0);
    if (rule !== undefined) {
      return Object.assign(rule, { discount_amount: percent, simple_action: "by_percent" }, title && { name: title });
    }
    return this.#makeRule(code, { name: title ?? code, simple_action: "by_percent", discount_amount: percent });
  }

  #makeRule(code: string, said: Record<string, unknown>): unknown {
    const plain = {
      website_ids: [1, 2],
      customer_group_ids: [0, 1, 2],
      is_active: true,
      coupon_type: "SPECIFIC_COUPON",
      use_auto_generation: false,
    };
    const { body } = this.rules.saveRule(null, { ...plain, ...said });
    const rule = body as { rule_id: number };
    // Whoever leaves the days out in the admin has none.
    Object.assign(this.rules.rules.get(rule.rule_id) ?? {}, { from_date: null, to_date: null, ...said });
    const { status, body: coupon } = this.rules.saveCoupon(null, { rule_id: rule.rule_id, code, is_primary: true });
    if (status !== 200) throw new Refusal(JSON.stringify(coupon));
    return { rule, coupon };
  }

  readonly #nextId = (): number => {
    this.#lastId += 1;
    return this.#lastId;
  };
}

/** What lists of orders are filtered and sorted by. */
function plainOrder({ id, number, updatedAt, createdAt, storeView }: Order): Record<string, unknown> {
  return {
    entity_id: id,
    increment_id: number,
    store_id: storeView,
    updated_at: timeText(updatedAt),
    created_at: timeText(createdAt),
  };
}

const WEBSITES = [
  { id: 0, code: "admin", name: "Admin", default_group_id: 0 },
  { id: 1, code: "base", name: "Main Website", default_group_id: 1 },
  { id: 2, code: "outlet", name: "Outlet", default_group_id: 2 },
];

const GROUPS = [
  { id: 0, code: "NOT LOGGED IN", tax_class_id: 3 },
  { id: 1, code: "General", tax_class_id: 3 },
  { id: 2, code: "Wholesale", tax_class_id: 3 },
];

/** An order that the shop's code fails at. */
class Poisoned extends Error {}
