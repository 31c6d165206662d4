import { randomBytes } from "node:crypto";
import { Refusal } from "../refusal.ts";
import { type AboutShop, Shop, type StandAnswer, type StandCall, type StandCode } from "../shop.ts";
import { asksFor, CRITICAL, fieldsOf, listAnswer, NO_ROUTE, wpError } from "./answers.ts";
import { applyCoupons, type Coupon, couponCode, couponRest, momentOf, newCoupon, setFields } from "./coupon.ts";
import { edit, type EditGiven, type Order, type OrderGiven, place, refund, type RefundGiven } from "./order.ts";
import { orderRest, refundRest, type Showing } from "./rest.ts";
import { noteDelivery, ping, signed, type Webhook, webhookRest } from "./webhook.ts";

const BASE = "/wp-json/wc/v3";

/** What differs between shops, and what their hosts do to them. All of it can be changed while it runs. */
export interface Quirks {
  /** Rights of the key. */
  permissions: "read" | "write" | "read_write";
  /** Whether the key's user may manage the shop. */
  manager: boolean;
  /** The host takes the header `Authorization` away. */
  stripsAuthorization: boolean;
  /** A refund changes nothing of its order but the refunds. */
  refundsBump: boolean;
  /** Lists of orders leave their refunds out. */
  hidesRefunds: boolean;
  /** The list of refunds, which came with WooCommerce 9.0. */
  listsRefunds: boolean;
  /** Whether the plugin for subscriptions shows them. */
  showsSubscriptions: boolean;
  /** Links by name; without, the interface isn't where it is looked for. */
  permalinks: boolean;
  couponsEnabled: boolean;
  /** A cache or a proxy takes `X-WP-Total` away. */
  stripsTotals: boolean;
  /** How far the shop's time is ahead of UTC, minutes. */
  offsetMinutes: number;
  /** Decimals that it is set to show; `null`: those of its currency. */
  decimals: number | null;
}

const PLAIN: Quirks = {
  permissions: "read_write",
  manager: true,
  stripsAuthorization: false,
  refundsBump: false,
  hidesRefunds: false,
  listsRefunds: true,
  showsSubscriptions: true,
  permalinks: true,
  couponsEnabled: true,
  stripsTotals: false,
  offsetMinutes: 120,
  decimals: null,
};

/** An order by its id. */
interface Named {
  order: number | string;
}

/** A shop that runs on WooCommerce, as its REST API v3 and its webhooks show it. */
export class WooShop extends Shop {
  readonly consumerKey: string;
  consumerSecret: string;
  readonly currency: string;
  readonly orders = new Map<number, Order>();
  readonly coupons = new Map<number, Coupon>();
  readonly webhooks = new Map<number, Webhook>();
  /** Orders that subscriptions began with, by the subscriptions' ids. */
  readonly subscriptions = new Map<number, number>();
  quirks: Quirks;
  #lastId = 700;

  constructor(name: string, given: { currency?: string; key: string; secret: string } & Partial<Quirks>) {
    super(name);
    const { currency = "EUR", key, secret, ...quirks } = given;
    this.currency = currency;
    this.consumerKey = key;
    this.consumerSecret = secret;
    this.quirks = { ...PLAIN, ...quirks };
  }

  readonly verbs = {
    /** Takes an order; tells of it unless `quiet`. Answers its id and the form of the REST API, as those below do. */
    order: (given: OrderGiven & { quiet?: boolean }) =>
      this.#told(this.#place(given), given.quiet === true ? null : "order.created"),
    /** Takes many of the same, `stepMs` apart from `fromAt` (ms UTC), without a word. */
    orders: (given: { count: number; fromAt: number; stepMs: number; order: OrderGiven }) => {
      const made = Array.from({ length: given.count }, (_none, at) =>
        this.#place({ ...given.order, at: given.fromAt + at * given.stepMs }),
      );
      return { ids: made.map(({ id }) => String(id)) };
    },
    edit: (given: Named & EditGiven) =>
      this.#change(given, (order) => {
        edit(order, given, this.#nextId);
      }),
    /** `bump`: whether the order says that it changed; as the shop's quirk says, if left out. */
    refund: (given: Named & RefundGiven & { bump?: boolean }) =>
      this.#change(
        given,
        (order) => refund(order, given, this.#nextId(), this.now()),
        given.bump ?? this.quirks.refundsBump,
      ),
    /** Deletes refunds; the shop tells of it since 11.2. */
    unrefund: (given: Named) => this.#change(given, (order) => order.refunds.splice(0), this.quirks.refundsBump),
    /** Begins a subscription with an order; orders that name its `subscription` renew it. */
    subscribe: (given: Named) => {
      const subscription = this.#nextId();
      this.subscriptions.set(subscription, this.#order(given).id);
      return { id: String(subscription) };
    },
    /** Any status; `processing` and `completed` are paid. */
    status: (given: Named & { status: string }) => this.#setStatus(given, given.status),
    pay: (given: Named) => this.#setStatus(given, "processing"),
    fulfil: (given: Named) => this.#setStatus(given, "completed"),
    cancel: (given: Named) => this.#setStatus(given, "cancelled"),
    /** Into the bin: all that is told is the id. */
    delete: (given: Named) => this.#trash(given),
    restore: (given: Named) => this.#restore(given),
    /** The shop's code fails at showing an order; `everywhere` if left out. */
    poison: (given: Named & { where?: Order["poison"] }) => {
      this.#order(given).poison = given.where ?? "everywhere";
    },
    /** A coupon that the merchant makes by hand, or changes: fields as the REST API names them. */
    coupon: (given: Record<string, unknown> & { code: string }) => this.#coupon(given),
    deleteCode: ({ code }: { code: string }) => {
      for (const coupon of this.#couponsOf(code)) this.coupons.delete(coupon.id);
    },
    /** Switches webhooks off, as people do. */
    pauseWebhooks: () => {
      for (const webhook of this.webhooks.values()) webhook.status = "paused";
    },
    codeByHand: ({ code, percent, title }: { code: string; percent: number; title?: string }) =>
      this.#coupon({
        code,
        discount_type: "percent",
        amount: String(percent),
        ...(title !== undefined && { description: title }),
      }),
    codes: (): { codes: StandCode[] } => ({ codes: [...this.coupons.values()].map(standCode) }),
    signWith: ({ secret }: { secret: string }) => {
      for (const webhook of this.webhooks.values()) webhook.secret = secret;
    },
    /** The key is made anew. */
    revoke: () => {
      this.consumerSecret = `cs_${randomBytes(20).toString("hex")}`;
    },
    about: (): AboutShop => ({
      signature: "x-wc-webhook-signature",
      makesCode: "POST /coupons",
      makesWebhook: "POST /webhooks",
    }),
    dropWebhooks: () => {
      for (const id of this.webhooks.keys()) this.#dropWebhook(id);
    },
    /** Changes {@link Quirks}. */
    set: (given: Partial<Quirks>) => {
      this.quirks = { ...this.quirks, ...given };
    },
    /** Sends an order's webhooks of a topic once more, such as one that a plugin fires for nothing. */
    resend: (given: Named & { topic?: string }) => this.#told(this.#order(given), given.topic ?? "order.updated"),
  };

  override label(call: StandCall): string {
    return `${call.method} ${call.path.replace(BASE, "")}`;
  }

  throttled(): StandAnswer {
    return { status: 429, headers: { "Retry-After": "1" }, body: "<html><body>Too many requests</body></html>" };
  }

  unauthorised(): StandAnswer {
    return wpError(401, "woocommerce_rest_authentication_error", "Consumer secret is invalid.");
  }

  state(): unknown {
    return {
      currency: this.currency,
      quirks: this.quirks,
      orders: [...this.orders.values()].map((order) => orderRest(order, this.#showing, true)),
      coupons: [...this.coupons.values()].map((coupon) => couponRest(coupon, this.#offsetMs)),
      webhooks: [...this.webhooks.values()].map((webhook) => ({ ...webhookRest(webhook), failures: webhook.failures })),
    };
  }

  delivered(subscription: string, _tries: number, status: number | null): null {
    const webhook = this.webhooks.get(Number(subscription));
    if (webhook !== undefined) noteDelivery(webhook, status);
    return null;
  }

  answer(call: StandCall): StandAnswer {
    if (!this.quirks.permalinks || !call.path.startsWith(BASE)) {
      return { status: 404, body: "<html><body>Page not found</body></html>" };
    }
    const refused = this.#refused(call);
    if (refused !== null) return refused;
    try {
      return this.#routed(call);
    } catch (error) {
      if (error instanceof Poisoned) return CRITICAL;
      throw error;
    }
  }

  #routed(call: StandCall): StandAnswer {
    const [resource = "", id, child] = call.path.slice(BASE.length + 1).split("/");
    switch (resource) {
      case "orders":
        return this.#orders(call, id, child);
      case "refunds":
        return this.quirks.listsRefunds && id === undefined ? this.#refunds(call) : NO_ROUTE;
      case "subscriptions":
        return this.quirks.showsSubscriptions ? this.#subscriptionList(call) : NO_ROUTE;
      case "coupons":
        return this.#couponRoutes(call, id);
      case "webhooks":
        return this.#webhookRoutes(call, id);
      case "settings":
        return this.#setting(child);
      default:
        return NO_ROUTE;
    }
  }

  /** The shop sees keys in the query first; those that it doesn't know are nobody. */
  #refused(call: StandCall): StandAnswer | null {
    const basic = this.quirks.stripsAuthorization ? "" : (call.headers["authorization"] ?? "").replace(/^Basic /, "");
    const [user = "", ...password] = Buffer.from(basic, "base64").toString().split(":");
    const key = call.query.get("consumer_key") ?? user;
    const secret = call.query.get("consumer_secret") ?? password.join(":");
    const cannotView = "Sorry, you cannot view this resource.";
    if (key !== this.consumerKey || secret === "") return wpError(401, "woocommerce_rest_cannot_view", cannotView);
    if (secret !== this.consumerSecret) return this.unauthorised();
    const right = call.method === "GET" ? "read" : "write";
    if (this.quirks.permissions !== "read_write" && this.quirks.permissions !== right) {
      const message = `The API key provided does not have ${right} permissions.`;
      return wpError(401, "woocommerce_rest_authentication_error", message);
    }
    return this.quirks.manager ? null : wpError(403, "woocommerce_rest_cannot_view", cannotView);
  }

  #orders(call: StandCall, id: string | undefined, child: string | undefined): StandAnswer {
    if (call.method !== "GET") return NO_ROUTE;
    if (id === undefined) return this.#orderList(call);
    const order = this.orders.get(Number(id));
    if (order === undefined || order.status === "trash") {
      return wpError(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.");
    }
    if (child === "refunds") return listAnswer(order.refunds, call, (one) => refundRest(order, one.id, this.#showing));
    return { status: 200, body: fieldsOf(this.#shown(order, call, true), call) };
  }

  #orderList(call: StandCall): StandAnswer {
    const { query } = call;
    const include = query.get("include")?.split(",").map(Number);
    const [changedAfter, after] = [this.#filter(call, "modified_after"), this.#filter(call, "after")];
    const field = query.get("orderby") === "modified" ? "modifiedAt" : "createdAt";
    // Whatever is no draft of the editor and not in the bin; checkouts that nobody finished are among them.
    const rows = [...this.orders.values()]
      .filter((order) => order.status !== "trash" && order.status !== "auto-draft")
      .filter((order) => include?.includes(order.id) ?? true)
      .filter((order) => seconds(order.modifiedAt) > changedAfter && seconds(order.createdAt) > after)
      .toSorted((a, b) => seconds(a[field]) - seconds(b[field]) || a.id - b.id);
    if (query.get("order") !== "asc") rows.reverse();
    const shown = listAnswer(rows, call, (order) => this.#shown(order, call, !this.quirks.hidesRefunds));
    return this.quirks.stripsTotals ? { ...shown, headers: {} } : shown;
  }

  /** Only what is asked for is worked out, so that a few fields of any order can be had. */
  #shown(order: Order, call: StandCall, withRefunds: boolean): Record<string, unknown> {
    const fails = order.poison === "everywhere" || (order.poison === "lists" && call.path.endsWith("/orders"));
    if (fails && asksFor("line_items", call)) throw new Poisoned();
    return orderRest(order, this.#showing, withRefunds);
  }

  /**
   * A filter's time, seconds; those after it are in. Against the column in UTC (`dates_are_gmt`), a time with a zone is
   * brought to the shop's own time first, which is a mistake that only a time without one escapes.
   */
  #filter({ query }: StandCall, name: string): number {
    const text = query.get(name);
    if (text === null) return -Infinity;
    const isGmt = query.get("dates_are_gmt") === "true";
    const hasZone = /(?:Z|[+-]\d{2}:\d{2})$/.test(text);
    const wrong = (hasZone ? this.#offsetMs : 0) - (isGmt ? 0 : this.#offsetMs);
    return seconds(momentOf(text, 0) + wrong);
  }

  #refunds(call: StandCall): StandAnswer {
    const after = this.#filter(call, "after");
    const rows = [...this.orders.values()]
      .filter((order) => order.status !== "trash")
      .flatMap((order) => order.refunds.map((one) => ({ order, ...one })))
      .filter(({ at }) => seconds(at) > after)
      .toSorted((a, b) => seconds(a.at) - seconds(b.at) || a.id - b.id);
    if (call.query.get("order") !== "asc") rows.reverse();
    return listAnswer(rows, call, ({ order, id }) => refundRest(order, id, this.#showing));
  }

  #subscriptionList(call: StandCall): StandAnswer {
    const include = call.query.get("include")?.split(",").map(Number);
    const rows = [...this.subscriptions].filter(([id]) => include?.includes(id) ?? true);
    return listAnswer(rows, call, ([id, parentId]) => ({
      id,
      parent_id: parentId,
      status: "active",
      billing_period: "month",
    }));
  }

  #couponRoutes(call: StandCall, id: string | undefined): StandAnswer {
    const body = call.body === "" ? {} : (JSON.parse(call.body) as Record<string, unknown>);
    if (id === undefined) {
      if (call.method === "POST") return this.#makeCoupon(body);
      return listAnswer(this.#findCoupons(call), call, (coupon) => couponRest(coupon, this.#offsetMs));
    }
    const coupon = this.coupons.get(Number(id));
    if (coupon === undefined) {
      return wpError(call.method === "PUT" ? 400 : 404, "woocommerce_rest_shop_coupon_invalid_id", "Invalid ID.");
    }
    if (call.method === "PUT") {
      const problem = this.#taken(body["code"], coupon.id) ?? this.#set(coupon, body);
      if (problem !== null) return problem;
    }
    if (call.method === "DELETE") {
      if (call.query.get("force") === "true") this.coupons.delete(coupon.id);
      else coupon.status = "trash";
    }
    return { status: 200, body: couponRest(coupon, this.#offsetMs) };
  }

  #findCoupons({ query }: StandCall): Coupon[] {
    const [code, search] = [query.get("code"), query.get("search")];
    const all = [...this.coupons.values()].toReversed();
    if (code !== null) return this.#couponsOf(code).slice(0, 1);
    return search === null ? all : all.filter((coupon) => coupon.code.includes(couponCode(search)));
  }

  #makeCoupon(body: Record<string, unknown>): StandAnswer {
    if (typeof body["code"] !== "string") {
      return wpError(400, "rest_missing_callback_param", "Missing parameter(s): code");
    }
    const coupon = newCoupon(this.#nextId(), this.now());
    const problem = this.#taken(body["code"], coupon.id) ?? this.#set(coupon, body);
    if (problem !== null) return problem;
    this.coupons.set(coupon.id, coupon);
    return { status: 201, body: couponRest(coupon, this.#offsetMs) };
  }

  #set(coupon: Coupon, body: Record<string, unknown>): StandAnswer | null {
    const before = structuredClone(coupon);
    const problem = setFields(coupon, body, this.#offsetMs);
    if (problem !== null) {
      Object.assign(coupon, before);
      return wpError(400, "rest_invalid_param", problem);
    }
    coupon.modifiedAt = this.now();
    return null;
  }

  #taken(code: unknown, id: number): StandAnswer | null {
    const isTaken = typeof code === "string" && this.#couponsOf(code).some((coupon) => coupon.id !== id);
    return isTaken
      ? wpError(400, "woocommerce_rest_coupon_code_already_exists", "The coupon code already exists")
      : null;
  }

  /** By a code the shop finds published ones alone. */
  #couponsOf(code: string): Coupon[] {
    return [...this.coupons.values()].filter((one) => one.status === "publish" && one.code === couponCode(code));
  }

  #coupon(given: Record<string, unknown> & { code: string }): unknown {
    const [there] = this.#couponsOf(given.code);
    const coupon = there ?? newCoupon(this.#nextId(), this.now());
    const problem = setFields(coupon, given, this.#offsetMs);
    if (problem !== null) throw new Refusal(problem);
    this.coupons.set(coupon.id, coupon);
    return couponRest(coupon, this.#offsetMs);
  }

  #webhookRoutes(call: StandCall, id: string | undefined): StandAnswer {
    const body = call.body === "" ? {} : (JSON.parse(call.body) as Partial<Webhook>);
    if (id === undefined) {
      if (call.method === "GET") return listAnswer([...this.webhooks.values()], call, webhookRest);
      return this.#makeWebhook(body);
    }
    const webhook = this.webhooks.get(Number(id));
    if (webhook === undefined) {
      return wpError(
        call.method === "DELETE" ? 404 : 400,
        "woocommerce_rest_shop_webhook_invalid_id",
        "ID is invalid.",
      );
    }
    if (call.method === "PUT") {
      const said = Object.entries(body).filter(([field]) => field !== "id");
      Object.assign(webhook, Object.fromEntries(said));
    }
    if (call.method === "DELETE") {
      if (call.query.get("force") !== "true") {
        return wpError(501, "woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.");
      }
      this.#dropWebhook(webhook.id);
    }
    return { status: 200, body: webhookRest(webhook) };
  }

  #makeWebhook({ topic, delivery_url, secret, name }: Partial<Webhook>): StandAnswer {
    if (topic === undefined || delivery_url === undefined) {
      return wpError(
        400,
        "woocommerce_rest_shop_webhook_invalid_topic",
        "Webhook topic is required and must be valid.",
      );
    }
    const id = this.#nextId();
    // It is active whatever was said.
    const webhook = { id, name: name ?? "", status: "active", topic, delivery_url, secret: secret ?? "", failures: 0 };
    this.webhooks.set(id, webhook);
    // Its answer counts for nothing afterwards.
    this.outbox.add({ topic: "ping", subscription: `ping ${id}`, to: delivery_url, make: () => ping(webhook) });
    return { status: 201, body: webhookRest(webhook) };
  }

  #dropWebhook(id: number): void {
    this.webhooks.delete(id);
    this.outbox.drop(String(id));
  }

  #setting(name: string | undefined): StandAnswer {
    const values: Record<string, string> = {
      woocommerce_currency: this.currency,
      woocommerce_enable_coupons: this.quirks.couponsEnabled ? "yes" : "no",
    };
    const value = values[name ?? ""];
    if (value === undefined) return wpError(404, "rest_setting_setting_invalid", "Invalid setting.");
    return { status: 200, body: { id: name, value } };
  }

  #place(given: OrderGiven): Order {
    const order = place(given, {
      currency: this.currency,
      now: this.now(),
      nextId: this.#nextId,
      coupons: (codes, lines, email) => {
        const typed = codes.map((code) => {
          const [coupon] = this.#couponsOf(code);
          if (coupon === undefined) throw new Refusal(`Coupon "${code}" does not exist!`);
          return coupon;
        });
        const applied = applyCoupons(typed, lines, email, this.currency, this.now(), this.#nextId);
        for (const coupon of typed) {
          coupon.usage_count += 1;
          coupon.used_by.push(email);
        }
        return applied;
      },
    });
    this.orders.set(order.id, order);
    return order;
  }

  /** Tells of an order, and answers it. */
  #told(order: Order, topic: string | null): { id: string; name: string; body: Record<string, unknown> } {
    if (topic !== null) this.#tell(topic, order);
    return { id: String(order.id), name: `#${order.id}`, body: orderRest(order, this.#showing, true) };
  }

  #change(named: Named, act: (order: Order) => unknown, bumps = true): unknown {
    const order = this.#order(named);
    act(order);
    if (bumps) order.modifiedAt = this.now();
    return this.#told(order, "order.updated");
  }

  #setStatus(named: Named, status: string): unknown {
    return this.#change(named, (order) => {
      order.status = status;
      if (status === "processing" || status === "completed") order.paidAt ??= this.now();
    });
  }

  #trash(named: Named): void {
    const order = this.#order(named);
    order.before = order.status;
    order.status = "trash";
    this.#tell("order.deleted", order);
  }

  #restore(named: Named): void {
    const order = this.#order(named);
    order.status = order.before ?? "pending";
    order.modifiedAt = this.now();
    this.#tell("order.restored", order);
  }

  /** Queues a message for each webhook of the topic that is active now; what it says is worked out when it is sent. */
  #tell(topic: string, order: Order): void {
    // Drafts of the editor are told of to nobody.
    if (order.status === "draft" || order.status === "auto-draft") return;
    for (const webhook of this.webhooks.values()) {
      if (webhook.topic !== topic || webhook.status !== "active") continue;
      this.outbox.add({
        topic,
        subscription: String(webhook.id),
        to: webhook.delivery_url,
        make: () => signed(webhook, this.#payload(topic, order), this.now()),
      });
    }
  }

  /** What the user who made the webhook sees of the order. */
  #payload(topic: string, order: Order): unknown {
    if (topic === "order.deleted") return { id: order.id };
    if (!this.quirks.manager) {
      return wpError(401, "woocommerce_rest_cannot_view", "Sorry, you cannot view this resource.").body;
    }
    if (order.status === "trash") return wpError(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.").body;
    return orderRest(order, this.#showing, true);
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

  get #offsetMs(): number {
    return this.quirks.offsetMinutes * 60_000;
  }

  get #showing(): Showing {
    return { offsetMs: this.#offsetMs, decimals: this.quirks.decimals };
  }
}

/** A coupon as every stand-in's codes are shown. */
function standCode({ code, description, amount, status, discount_type: type }: Coupon): StandCode {
  const percent = type === "percent" ? Number(amount) : 0;
  return { text: code.toUpperCase(), title: description, percent, isPublished: status === "publish" };
}

/** An order that the shop's code fails at. */
class Poisoned extends Error {}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
