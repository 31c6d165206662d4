import { randomBytes } from "node:crypto";
import { Refusal } from "../refusal.ts";
import { type AboutShop, Shop, type StandAnswer, type StandCall, type StandCode } from "../shop.ts";
import {
  edit,
  type EditGiven,
  type Order,
  type OrderGiven,
  place,
  refund,
  type RefundGiven,
} from "../woocommerce/order.ts";
import { NOTHING, v2Error, v2Page, v3Data, v3Error, v3Page } from "./answers.ts";
import { type Hook, messageId, payloadOf, retryAfter, signed } from "./hook.ts";
import {
  apply,
  codeRest,
  newPromotion,
  percentOf,
  type Promotion,
  type PromotionCode,
  promotionRest,
  setFields,
} from "./promotion.ts";
import { couponRest, type Extra, orderRest, refundRest } from "./rest.ts";

type Json = Record<string, unknown>;

/** What differs between stores. All of it can be changed while it runs. */
export interface Quirks {
  /** Scopes of the API account. */
  orders: boolean;
  marketing: "modify" | "read" | "none";
  information: boolean;
  /** What is answered to a code that is taken: it isn't documented. */
  takenStatus: number;
  /** Refunds of a page at most, however many are asked for: that isn't documented either. */
  refundsAtMost: number;
}

const PLAIN: Quirks = { orders: true, marketing: "modify", information: true, takenStatus: 409, refundsAtMost: 250 };

/** Hooks of one scope at most, of one API account. */
const MOST_HOOKS = 10;

/** Since when a merchant's own code holds, ms UTC: longer than any test looks back. */
const MADE_BY_HAND_AT = Date.UTC(2026, 0, 1);

/** An order by its id. */
interface Named {
  order: number | string;
}

/** What an order may be told beyond the model: the currency that is paid in and the one that is shown, ISO 4217. */
interface More {
  payCurrency?: string;
  displayCurrency?: string;
  externalSource?: string;
}

/** A store that runs on BigCommerce, as its REST APIs and its webhooks show it. */
export class BigShop extends Shop {
  token: string;
  secret: string;
  readonly currency: string;
  readonly orders = new Map<number, Order>();
  readonly extras = new Map<number, Extra>();
  readonly promotions = new Map<number, Promotion>();
  readonly hooks = new Map<number, Hook>();
  quirks: Quirks;
  #lastId = 100;

  constructor(name: string, given: { currency: string; token: string; secret: string } & Partial<Quirks>) {
    super(name);
    const { currency, token, secret, ...quirks } = given;
    this.currency = currency;
    this.token = token;
    this.secret = secret;
    this.quirks = { ...PLAIN, ...quirks };
  }

  readonly verbs = {
    /**
     * Takes an order; tells of it unless `quiet`. Answers its id and the form of v2, as those below do. A click has no place
     * in it.
     */
    order: (given: OrderGiven & More & { quiet?: boolean }) => {
      const order = this.#place(given);
      if (given.quiet !== true) this.#tell(["created", "updated", "statusUpdated"], order);
      return this.#answer(order);
    },
    /** Takes many of the same, `stepMs` apart from `fromAt` (ms UTC), without a word. */
    orders: (given: { count: number; fromAt: number; stepMs: number; order: OrderGiven }) => {
      const made = Array.from({ length: given.count }, (_none, at) =>
        this.#place({ ...given.order, at: given.fromAt + at * given.stepMs }),
      );
      return { ids: made.map(({ id }) => String(id)) };
    },
    edit: (given: Named & EditGiven) => this.#change(given, (order) => edit(order, given, this.#nextId), ["updated"]),
    /** `bump: false`: the order doesn't say that it changed. `declined`: the payment back came to nothing. */
    refund: (given: Named & RefundGiven & { bump?: boolean; declined?: boolean }) => this.#refund(given),
    /** Any of BigCommerce's numbers. */
    status: (given: Named & { status: number }) =>
      this.#change(given, (order) => (this.#extra(order).statusId = given.status), ["statusUpdated", "updated"]),
    pay: (given: Named) => this.#setStatus(given, "processing"),
    fulfil: (given: Named) => this.#setStatus(given, "completed"),
    cancel: (given: Named) => this.#setStatus(given, "cancelled"),
    archive: (given: Named) =>
      this.#change(given, (order) => (this.#extra(order).deleted = true), ["archived", "updated"]),
    codeByHand: (given: { code: string; percent: number; title?: string }) => this.#byHand(given),
    /** A promotion of many codes: BULK0 and so on. */
    bulkByHand: ({ count }: { count: number }) => {
      this.#byHand({ code: "BULK0", percent: 5, title: "Bulk" });
      const [promotion] = this.#found("BULK0");
      for (let at = 1; at < count; at++) {
        const code = `BULK${at}`;
        const made = { id: this.#nextId(), code, max_uses: 0, max_uses_per_customer: 0, current_uses: 0, usedBy: [] };
        promotion?.codes.push(made);
      }
    },
    deleteCode: ({ code }: { code: string }) => {
      const [promotion] = this.#found(code);
      if (promotion === undefined) throw new Refusal(`There is no code ${code}.`);
      this.promotions.delete(promotion.id);
    },
    /** The merchant changes fields of a code's promotion, such as its groups of customers. */
    changePromotion: ({ code, to }: { code: string; to: Json }) => {
      const [promotion] = this.#found(code);
      if (promotion === undefined) throw new Refusal(`There is no code ${code}.`);
      Object.assign(promotion, to);
    },
    codes: (): { codes: StandCode[] } => ({
      codes: [...this.promotions.values()].flatMap((promotion) =>
        promotion.codes.map(({ code }) => ({
          text: code.toUpperCase(),
          title: promotion.name,
          percent: percentOf(promotion),
          isPublished: promotion.status === "ENABLED",
        })),
      ),
    }),
    dropWebhooks: () => {
      for (const id of this.hooks.keys()) this.#dropHook(id);
    },
    /** Switches webhooks off, as two days of failures or 90 of silence do. */
    deactivateWebhooks: ({ scope }: { scope?: string }) => {
      for (const hook of this.hooks.values()) if (scope === undefined || hook.scope === scope) hook.is_active = false;
    },
    signWith: ({ secret }: { secret: string }) => {
      this.secret = secret;
    },
    /** The token is made anew. */
    revoke: () => {
      this.token = randomBytes(16).toString("hex");
    },
    about: (): AboutShop => ({
      signature: "webhook-signature",
      makesCode: "POST /v3/promotions/",
      makesWebhook: "POST /v3/hooks",
    }),
    /** Changes {@link Quirks}. */
    set: (given: Partial<Quirks>) => {
      this.quirks = { ...this.quirks, ...given };
    },
    /** Tells of an order once more, in another message. */
    resend: (given: Named & { event?: string }) => this.#tell([given.event ?? "updated"], this.#order(given)),
  };

  throttled(): StandAnswer {
    const { retryAfter: seconds = 0.2 } = this.faults.throttledAs ?? {};
    const headers = { "X-Rate-Limit-Time-Window-Ms": "30000", "X-Rate-Limit-Time-Reset-Ms": String(seconds * 1000) };
    return { ...v3Error(429, "Too many requests"), headers: { ...headers, "X-Rate-Limit-Requests-Left": "0" } };
  }

  unauthorised(): StandAnswer {
    return v3Error(401, "X-Auth-Client and X-Auth-Token headers are required");
  }

  state(): unknown {
    return {
      currency: this.currency,
      quirks: this.quirks,
      orders: [...this.orders.values()].map((order) => this.#rest(order, ["consignments.line_items", "fees"])),
      promotions: [...this.promotions.values()].map((one) => ({
        ...promotionRest(one),
        codes: one.codes.map(codeRest),
      })),
      webhooks: [...this.hooks.values()],
    };
  }

  delivered(subscription: string, tries: number, status: number | null): number | null {
    const hook = this.hooks.get(Number(subscription));
    if (hook === undefined || (status !== null && status >= 200 && status < 300)) return null;
    const again = retryAfter(tries);
    if (again === null) hook.is_active = false;
    return again;
  }

  answer(call: StandCall): StandAnswer {
    if (call.headers["x-auth-token"] !== this.token) return this.unauthorised();
    const [version, resource = "", ...rest] = call.path.slice(1).split("/");
    switch (`${version} ${resource}`) {
      case "v2 store":
        if (!this.quirks.information) return v2Error(403, "You don't have a required scope to access the endpoint");
        return {
          status: 200,
          body: { id: this.name, name: "Brand", currency: this.currency, admin_email: "a@brand.example" },
        };
      case "v2 orders":
        return this.quirks.orders ? this.#orders(call, rest) : v2Error(403, "You don't have a required scope");
      case "v3 orders":
        return this.quirks.orders ? this.#refunds(call, rest) : v3Error(403, "Forbidden");
      case "v3 promotions": {
        const { marketing } = this.quirks;
        if (marketing === "none" || (marketing === "read" && call.method !== "GET")) return v3Error(403, "Forbidden");
        return this.#promotions(call, rest);
      }
      case "v3 hooks":
        return this.#hookRoutes(call, rest[0]);
      default:
        return v3Error(404, "Not found");
    }
  }

  #orders(call: StandCall, [id, child]: string[]): StandAnswer {
    if (call.method !== "GET") return v2Error(405, "Method not allowed");
    const include =
      call.query.get("consignment_structure") === "object" ? (call.query.get("include") ?? "").split(",") : [];
    if (id === undefined) return this.#orderList(call, include);
    const order = this.orders.get(Number(id));
    if (order === undefined) return v2Error(404, "The requested resource was not found.");
    if (child === "coupons")
      return v2Page(
        order.coupons.map((coupon) => couponRest(order, coupon)),
        call,
      );
    return child === undefined ? { status: 200, body: this.#rest(order, include) } : v2Error(404, "Not found");
  }

  #orderList(call: StandCall, include: string[]): StandAnswer {
    const since = call.query.has("min_date_modified")
      ? Date.parse(call.query.get("min_date_modified") ?? "")
      : -Infinity;
    if (Number.isNaN(since)) return v2Error(400, "The field 'min_date_modified' is invalid.");
    const rows = [...this.orders.values()].filter(
      (order) => !this.#extra(order).deleted && seconds(order.modifiedAt) >= seconds(since),
    );
    if (call.query.get("sort") === "date_modified:asc") {
      rows.sort((a, b) => seconds(a.modifiedAt) - seconds(b.modifiedAt) || a.id - b.id);
    }
    const page = v2Page(rows, call);
    return Array.isArray(page.body)
      ? { ...page, body: (page.body as Order[]).map((one) => this.#rest(one, include)) }
      : page;
  }

  #refunds(call: StandCall, path: string[]): StandAnswer {
    const all = [...this.orders.values()]
      .flatMap((order) => order.refunds.map((one) => ({ order, ...one })))
      .toSorted((a, b) => a.id - b.id);
    if (path.slice(1).join("/") === "payment_actions/refunds") {
      const ofOrder = all.filter(({ order }) => order.id === Number(path[0]));
      return v3Data(ofOrder.map(({ order, id }) => refundRest(order, this.#extra(order), id)));
    }
    if (path.join("/") !== "payment_actions/refunds") return v3Error(404, "Not found");
    const since = Date.parse(call.query.get("created:min") ?? "2000-01-01T00:00:00Z");
    const ids = call.query.get("order_id:in")?.split(",").map(Number);
    const rows = all.filter(({ order, at }) => seconds(at) >= seconds(since) && (ids?.includes(order.id) ?? true));
    return v3Page(
      rows.map(({ order, id }) => refundRest(order, this.#extra(order), id)),
      call,
      this.quirks.refundsAtMost,
    );
  }

  #promotions(call: StandCall, [id, child, codeId]: string[]): StandAnswer {
    const body = call.body === "" ? {} : (JSON.parse(call.body) as Json);
    if (id === undefined) return call.method === "POST" ? this.#make(body) : this.#promotionList(call);
    if (id === "codes")
      return v3Page(
        this.#found(call.query.get("code") ?? "").flatMap(({ codes }) => codes.map(codeRest)),
        call,
      );
    const promotion = this.promotions.get(Number(id));
    if (child === "codes") return this.#codeRoutes(call, promotion, codeId, body);
    if (call.method === "DELETE") {
      if ((promotion?.codes.length ?? 0) > 0) return v3Error(422, "Promotion still has coupon codes attached");
      this.promotions.delete(Number(id));
      return NOTHING;
    }
    if (promotion === undefined) return v3Error(404, "Promotion not found");
    if (call.method === "PUT") {
      const errors = setFields(promotion, body);
      if (errors !== null) return v3Error(422, "Promotion is invalid", errors);
    }
    return v3Data(promotionRest(promotion));
  }

  #promotionList(call: StandCall): StandAnswer {
    const { query } = call;
    const [name, code, type] = [query.get("name"), query.get("code"), query.get("redemption_type")];
    // Not as promotions themselves have it.
    if (type !== null && type !== "coupon" && type !== "automatic") return v3Error(422, "Invalid query parameter");
    const rows = (code === null ? [...this.promotions.values()] : this.#found(code))
      // Names that have it in them.
      .filter((one) => name === null || one.name.toLowerCase().includes(name.toLowerCase()))
      .filter((one) => type === null || one.redemption_type === type.toUpperCase());
    return v3Page(rows.map(promotionRest), call);
  }

  #make(body: Json): StandAnswer {
    const promotion = newPromotion(this.#nextId(), this.currency, this.now());
    const errors = setFields(promotion, body);
    if (errors !== null) return v3Error(422, "Promotion is invalid", errors);
    this.promotions.set(promotion.id, promotion);
    return v3Data(promotionRest(promotion), 201);
  }

  #codeRoutes(call: StandCall, promotion: Promotion | undefined, codeId: string | undefined, body: Json): StandAnswer {
    if (promotion === undefined) return v3Error(404, "Promotion not found");
    if (call.method === "DELETE") {
      promotion.codes = promotion.codes.filter(({ id }) => id !== Number(codeId));
      return NOTHING;
    }
    if (call.method !== "POST")
      return codeId === undefined ? v3Page(codesAs(promotion, call).map(codeRest), call) : v3Error(405, "No");
    const text = typeof body["code"] === "string" ? body["code"] : "";
    if (!/^[\w -]{1,50}$/.test(text)) return v3Error(422, "Coupon code is invalid", { code: "has wrong characters" });
    if (this.#found(text).length > 0) return v3Error(this.quirks.takenStatus, "The coupon code already exists");
    if (promotion.codes.length > 0) return v3Error(422, "The promotion has a coupon code already");
    const code: PromotionCode = {
      id: this.#nextId(),
      code: text,
      max_uses: Number(body["max_uses"] ?? 0),
      max_uses_per_customer: Number(body["max_uses_per_customer"] ?? 0),
      current_uses: 0,
      usedBy: [],
    };
    promotion.codes.push(code);
    return v3Data(codeRest(code), 201);
  }

  /** Promotions that have a code; case isn't told. */
  #found(text: string): Promotion[] {
    const key = text.toLowerCase();
    return [...this.promotions.values()].filter(({ codes }) => codes.some(({ code }) => code.toLowerCase() === key));
  }

  #byHand({ code, percent, title }: { code: string; percent: number; title?: string }): Json {
    const [there] = this.#found(code);
    const promotion = there ?? newPromotion(this.#nextId(), this.currency, MADE_BY_HAND_AT);
    const rules = [{ action: { cart_value: { discount: { percentage_amount: String(percent) } } } }];
    const errors = setFields(promotion, {
      name: title ?? (promotion.name || code),
      redemption_type: "COUPON",
      rules,
    });
    if (errors !== null) throw new Refusal(JSON.stringify(errors));
    if (there === undefined) {
      const made = { id: this.#nextId(), code, max_uses: 0, max_uses_per_customer: 0, current_uses: 0, usedBy: [] };
      promotion.codes.push(made);
      this.promotions.set(promotion.id, promotion);
    }
    return promotionRest(promotion);
  }

  #hookRoutes(call: StandCall, id: string | undefined): StandAnswer {
    const body = call.body === "" ? {} : (JSON.parse(call.body) as Partial<Hook>);
    if (id === undefined) return call.method === "POST" ? this.#makeHook(body) : v3Page([...this.hooks.values()], call);
    const hook = this.hooks.get(Number(id));
    if (hook === undefined) return v3Error(404, "Hook not found");
    if (call.method === "PUT") Object.assign(hook, body, { id: hook.id });
    if (call.method === "DELETE") this.#dropHook(hook.id);
    return v3Data(hook);
  }

  #makeHook({ scope, destination, is_active }: Partial<Hook>): StandAnswer {
    if (scope === undefined || !scope.startsWith("store/")) return v3Error(422, "Invalid scope");
    if (destination === undefined || !isReachable(destination)) {
      return v3Error(422, "The destination must be https, on port 443");
    }
    const ofScope = [...this.hooks.values()].filter((hook) => hook.scope === scope);
    if (ofScope.some((hook) => hook.destination === destination)) return v3Error(409, "The webhook already exists");
    if (ofScope.length >= MOST_HOOKS) return v3Error(422, `There are ${MOST_HOOKS} webhooks of the scope already`);
    const hook = { id: this.#nextId(), scope, destination, is_active: is_active ?? true };
    this.hooks.set(hook.id, hook);
    return v3Data(hook);
  }

  #dropHook(id: number): void {
    this.hooks.delete(id);
    this.outbox.drop(String(id));
  }

  #place(given: OrderGiven & More): Order {
    const currency = given.payCurrency ?? this.currency;
    const order = place(given, {
      currency,
      now: this.now(),
      nextId: this.#nextId,
      coupons: (codes, lines, email) =>
        codes.map((text) => {
          const [promotion] = this.#found(text);
          const code = promotion?.codes.find((one) => one.code.toLowerCase() === text.toLowerCase());
          if (promotion === undefined || code === undefined) throw new Refusal(`There is no code "${text}".`);
          return apply(promotion, code, lines, email, currency, this.now());
        }),
    });
    this.orders.set(order.id, order);
    this.extras.set(order.id, {
      statusId: null,
      displayCurrency: given.displayCurrency ?? currency,
      externalSource: given.externalSource ?? null,
      deleted: false,
      refunds: new Map(),
    });
    return order;
  }

  #refund(given: Named & RefundGiven & { bump?: boolean; declined?: boolean }): unknown {
    const order = this.#order(given);
    const before = order.status;
    const id = this.#nextId();
    refund(order, given, id, this.now());
    if (given.declined === true) order.status = before;
    const items = [
      ...(given.lines ?? []).map(({ line, quantity }) => ({
        item_type: "PRODUCT",
        item_id: order.lines[line]?.id ?? 0,
        ...(quantity !== undefined && { quantity }),
      })),
      ...(given.shipping === undefined ? [] : [{ item_type: "SHIPPING", item_id: order.id }]),
      ...(given.amount === undefined ? [] : [{ item_type: "ORDER", item_id: order.id }]),
    ];
    this.#extra(order).refunds.set(id, { items, declined: given.declined ?? false });
    if (given.bump !== false) order.modifiedAt = this.now();
    this.#tell(["refund/created", "statusUpdated", "updated"], order, id);
    return this.#answer(order);
  }

  #change(named: Named, act: (order: Order) => unknown, events: string[]): unknown {
    const order = this.#order(named);
    act(order);
    order.modifiedAt = this.now();
    this.#tell(events, order);
    return this.#answer(order);
  }

  #setStatus(named: Named, status: string): unknown {
    return this.#change(
      named,
      (order) => {
        order.status = status;
        this.#extra(order).statusId = null;
        if (status === "processing" || status === "completed") order.paidAt ??= this.now();
      },
      ["statusUpdated", "updated"],
    );
  }

  /** Queues a message for each webhook of the events that is active now. */
  #tell(events: readonly string[], order: Order, refundId: number | null = null): void {
    for (const event of events) {
      const scope = `store/order/${event}`;
      for (const hook of this.hooks.values()) {
        if (hook.scope !== scope || !hook.is_active) continue;
        const [id, body] = [messageId(), payloadOf(this.name, scope, order.id, refundId, this.now())];
        this.outbox.add({
          topic: scope,
          subscription: String(hook.id),
          to: hook.destination,
          make: () => ({ body, headers: signed(id, body, this.secret, this.now()) }),
        });
      }
    }
  }

  #answer(order: Order): { id: string; name: string; body: Json } {
    return {
      id: String(order.id),
      name: String(order.id),
      body: this.#rest(order, ["consignments.line_items", "fees"]),
    };
  }

  #rest(order: Order, include: readonly string[]): Json {
    return orderRest(order, this.#extra(order), `https://api.bigcommerce.com/stores/${this.name}`, include);
  }

  #extra({ id }: Order): Extra {
    const extra = this.extras.get(id);
    if (extra === undefined) throw new Refusal(`There is no order ${id}.`);
    return extra;
  }

  #order({ order: id }: Named): Order {
    const order = this.orders.get(Number(id));
    if (order === undefined) throw new Refusal(`There is no order ${id}.`);
    return order;
  }

  readonly #nextId = (): number => {
    this.#lastId += 1;
    return this.#lastId;
  };
}

/** The codes of a promotion, or those that are asked for. */
function codesAs({ codes }: Promotion, { query }: StandCall): PromotionCode[] {
  const key = query.get("code")?.toLowerCase();
  return key === undefined ? codes : codes.filter(({ code }) => code.toLowerCase() === key);
}

/** On this machine anything goes, so that it can be tried out. */
function isReachable(destination: string): boolean {
  const url = URL.parse(destination);
  return url !== null && (url.hostname === "127.0.0.1" || (url.protocol === "https:" && url.port === ""));
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
