import { createHmac, randomBytes, randomInt } from "node:crypto";
import { Refusal } from "../refusal.ts";
import { type AboutShop, Shop, type StandAnswer, type StandCall, type StandCode } from "../shop.ts";
import type { AdminShop, Subscription } from "./admin-shop.ts";
import { fieldsOf, runGraphql } from "./admin.ts";
import { Bucket } from "./cost.ts";
import { type Code, Codes, type DiscountInput } from "./discounts.ts";
import * as orders from "./order.ts";
import type { EditGiven, Order, OrderGiven, RefundGiven } from "./order.ts";
import { restEdit, restOrder, restRefund } from "./rest.ts";
import { wire } from "./wire.ts";

/** A shop as a test wants it. What is left out is a Plus shop in EUR that lets the app do all that it needs. */
export interface ShopifyGiven {
  /** The domain, such as `brand.myshopify.com`. */
  name?: string;
  currency?: string;
  /** Of times in REST bodies. */
  offsetMinutes?: number;
  /** The size of the bucket of points. */
  plan?: "standard" | "advanced" | "plus";
  scopes?: string[];
  /** How the app signs on: a token for ever, or a client's id and secret for tokens of a day. */
  auth?: "token" | "client";
  /** Versions that are supported, the oldest first; one that isn't is answered by the oldest. */
  versions?: string[];
  /** Gids of products and collections that there are; if left out, all are. */
  catalogue?: string[];
  /** Which family of headers webhooks carry. */
  headers?: "classic" | "events";
  /** Whether the app may not act for this shop (`shop_not_permitted`). */
  foreign?: boolean;
  /** What comes before its first: an id as a decimal, and an order's number. `null`: nothing. Left out: nothing, and ids begin anywhere. */
  after?: { id: string; number: number | null } | null;
}

const SCOPES = ["read_orders", "read_all_orders", "read_customers", "read_products", "write_discounts"];

const VERSIONS = ["2026-01", "2026-04", "2026-07", "2026-10"];

/** Points that fit into the bucket, and come back in a second. */
const PLANS = { standard: [2_000, 100], advanced: [4_000, 200], plus: [20_000, 1_000] } as const;

/** How long a token of client credentials lives. */
const TOKEN_SECONDS = 86_399;

/** When a webhook that failed is tried again, after each try, minutes: eight times within four hours. */
const RETRY_MINUTES = [1, 3, 6, 12, 24, 45, 60, 89];

/** So many failures in a row, and the subscription is gone, without a word. */
const FAILURES = 8;

/** Where ids begin: they are as long as real ones. */
const FIRST_ID = 5_000_000_000_000n;

/** The number before that of the first order. */
const FIRST_NUMBER = 1000;

/** A stand-in's Shopify shop. */
export class ShopifyShop extends Shop implements AdminShop {
  readonly currency: string;
  readonly offsetMinutes: number;
  readonly plan: keyof typeof PLANS;
  readonly versions: readonly string[];
  readonly codes: Codes;
  readonly orders = new Map<bigint, Order>();
  readonly subscriptions = new Map<bigint, Subscription>();
  readonly bucket: Bucket;
  readonly clientId = randomBytes(16).toString("hex");
  readonly webhookSecret = `shpws_${randomBytes(16).toString("hex")}`;
  scopes: string[];
  clientSecret = `shpss_${randomBytes(16).toString("hex")}`;
  isInstalled = true;
  /** By token: until when it holds, ms UTC; `null`: for ever. */
  readonly tokens = new Map<string, number | null>();
  readonly #auth: "token" | "client";
  readonly #headers: "classic" | "events";
  readonly #isForeign: boolean;
  #lastId: bigint;
  #number: number;

  constructor(name: string, given: ShopifyGiven) {
    super(name);
    this.currency = given.currency ?? "EUR";
    this.offsetMinutes = given.offsetMinutes ?? -300;
    this.plan = given.plan ?? "plus";
    this.versions = given.versions ?? VERSIONS;
    this.scopes = given.scopes ?? SCOPES;
    this.codes = new Codes(this.currency, given.catalogue ?? null);
    const [maximum, restoreRate] = PLANS[this.plan];
    this.bucket = new Bucket(maximum, restoreRate, this.now());
    this.#auth = given.auth ?? "client";
    this.#headers = given.headers ?? "classic";
    this.#isForeign = given.foreign ?? false;
    // Unless it is said, no shop's are like another's.
    const first = given.after === undefined ? FIRST_ID + BigInt(randomInt(900_000_000)) * 1_000n : FIRST_ID;
    this.#lastId = given.after ? BigInt(given.after.id) : first;
    this.#number = given.after?.number ?? FIRST_NUMBER;
    if (this.#auth === "token") this.tokens.set(`shpat_${randomBytes(16).toString("hex")}`, null);
  }

  nextId = (): bigint => {
    this.#lastId += 31n;
    return this.#lastId;
  };

  /** What connects it, by the names of Waymark's API. */
  credentials(): Record<string, string> {
    const [token] = this.tokens.keys();
    const app: Record<string, string> =
      this.#auth === "token"
        ? { accessToken: token ?? "", clientSecret: this.clientSecret }
        : { clientId: this.clientId, clientSecret: this.clientSecret };
    return { shop: this.name, ...app, webhookSecret: this.webhookSecret };
  }

  override label(call: StandCall): string {
    return `${call.method} ${call.path}${call.path.endsWith("/graphql.json") ? ` ${fieldsOf(call.body)}` : ""}`;
  }

  answer(call: StandCall): Promise<StandAnswer> | StandAnswer {
    if (call.path === "/admin/oauth/access_token") return this.#token(call);
    const [, asked] = /^\/admin\/api\/(\d{4}-\d{2}|unstable)\/graphql\.json$/.exec(call.path) ?? [];
    if (asked === undefined || call.method !== "POST") return { status: 404, body: { errors: "Not Found" } };
    const until = this.tokens.get(call.headers["x-shopify-access-token"] ?? "");
    if (!this.isInstalled || until === undefined || (until !== null && until <= this.now())) {
      return this.unauthorised();
    }
    const oldest = this.versions[0] ?? asked;
    const newest = this.versions.at(-1) ?? asked;
    if (asked > newest) return { status: 404, body: { errors: "Not Found" } };
    const version = this.versions.includes(asked) ? asked : oldest;
    return runGraphql(this, call.body, version);
  }

  throttled(call: StandCall, status: number | null): StandAnswer {
    const { throttledAs } = this.faults;
    const isGraphql = call.path.endsWith("/graphql.json");
    const as = isGraphql ? (status ?? throttledAs?.status ?? 200) : 429;
    if (as === 200) return runGraphql(this, call.body, this.versions.at(-1) ?? "", true);
    const after = throttledAs?.retryAfter;
    return {
      status: as,
      ...(after !== undefined && { headers: { "Retry-After": after.toFixed(1) } }),
      body: {
        errors: "Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service.",
      },
    };
  }

  unauthorised(): StandAnswer {
    const errors = "[API] Invalid API key or access token (unrecognized login or wrong password)";
    return { status: 401, body: { errors } };
  }

  #token(call: StandCall): StandAnswer {
    const isJson = (call.headers["content-type"] ?? "").includes("json");
    const given: Record<string, unknown> = isJson
      ? (JSON.parse(call.body) as Record<string, unknown>)
      : Object.fromEntries(new URLSearchParams(call.body));
    const refuse = (error: string, text: string): StandAnswer => ({
      status: 400,
      body: { error, error_description: text },
    });
    if (given.grant_type !== "client_credentials")
      return refuse("unsupported_grant_type", "The grant is not supported.");
    if (given.client_id !== this.clientId) return refuse("application_cannot_be_found", "No such app.");
    if (given.client_secret !== this.clientSecret) return refuse("invalid_client", "The client secret is wrong.");
    if (this.#isForeign || !this.isInstalled) {
      return refuse("shop_not_permitted", "Client credentials cannot be performed on this shop.");
    }
    const token = `shpat_${randomBytes(16).toString("hex")}`;
    this.tokens.set(token, this.now() + TOKEN_SECONDS * 1_000);
    return { status: 200, body: { access_token: token, scope: this.scopes.join(","), expires_in: TOKEN_SECONDS } };
  }

  has(scope: string): boolean {
    return this.scopes.includes(scope) || this.scopes.includes(scope.replace(/^read_/, "write_"));
  }

  state(): unknown {
    return {
      name: this.name,
      scopes: this.scopes,
      isInstalled: this.isInstalled,
      tokens: this.tokens.size,
      waiting: this.outbox.size,
      codes: this.codes.all().map((code) => ({ ...code, id: `gid://shopify/DiscountCodeNode/${code.id}` })),
      webhooks: [...this.subscriptions.values()].map((one) => ({ ...one, id: String(one.id) })),
      orders: [...this.orders.values()].map((order) => ({
        id: String(order.id),
        name: `#${order.number}`,
        status: orders.financialStatus(order),
        cancelled: order.cancelledAt !== null,
      })),
    };
  }

  readonly verbs = {
    /** Takes an order; tells of it unless `quiet`. */
    order: (given: OrderGiven & { quiet?: boolean }) => this.told(this.#place(given), given.quiet ? [] : PLACED),
    /** Takes many of the same, `stepMs` apart from `fromAt` (ms UTC), without a word. */
    orders: ({
      count,
      fromAt,
      stepMs,
      order,
    }: {
      count: number;
      fromAt: number;
      stepMs: number;
      order: OrderGiven;
    }) => {
      const made = Array.from({ length: count }, (_none, index) =>
        this.#place({ ...order, at: fromAt + index * stepMs }),
      );
      return { ids: made.map(({ id }) => String(id)) };
    },
    edit: (given: EditGiven & { order: string }) => {
      const { order, result: edit } = this.#change(given.order, (one) =>
        orders.edit(one, given, this.now(), this.nextId),
      );
      const body = restEdit(order, { id: this.nextId(), at: this.now(), ...edit }, this);
      return this.told(order, ["ORDERS_EDITED", "ORDERS_UPDATED"], { ORDERS_EDITED: body });
    },
    /** `bump: false`: nothing says that the order changed, as for refunds that other systems made. */
    refund: (given: RefundGiven & { order: string; bump?: boolean }) => {
      const { order, result: refund } = this.#change(given.order, (one) =>
        orders.refund(one, given, this.now(), this.nextId),
      );
      const before = order.updatedAt;
      const told = this.told(order, ["REFUNDS_CREATE", "ORDERS_UPDATED"], {
        REFUNDS_CREATE: restRefund(order, refund, this),
      });
      if (given.bump === false) order.updatedAt = before;
      return told;
    },
    /** Collects what is owed. */
    pay: ({ order: id }: { order: string }) => {
      const { order } = this.#change(id, (one) => orders.capture(one, this.now(), this.nextId));
      return this.told(order, ["ORDERS_PAID", "ORDERS_UPDATED"]);
    },
    cancel: (given: { order: string; refund?: boolean; reason?: string }) => {
      const { order, result: refund } = this.#change(given.order, (one) =>
        orders.cancel(one, given, this.now(), this.nextId),
      );
      const bodies = refund === null ? {} : { REFUNDS_CREATE: restRefund(order, refund, this) };
      const topics = ["ORDERS_CANCELLED", "ORDERS_UPDATED"];
      return this.told(order, refund === null ? topics : [...topics, "REFUNDS_CREATE"], bodies);
    },
    fulfil: ({ order: id }: { order: string }) => {
      const order = this.#order(id);
      order.fulfilled = true;
      return this.told(order, ["ORDERS_FULFILLED", "ORDERS_UPDATED"]);
    },
    /** Deletes it for good. */
    delete: ({ order: id }: { order: string }) => {
      const order = this.#order(id);
      this.orders.delete(order.id);
      this.#send("ORDERS_DELETE", { id: order.id }, { order });
    },
    /** The merchant makes a code by hand. */
    makeCode: (given: DiscountInput & { freeShipping?: boolean }) => {
      const made = this.codes.create({ ...HAND_MADE, title: given.code ?? null, ...given }, this.nextId(), this.now());
      if (Array.isArray(made)) throw new Refusal(JSON.stringify(made));
      if (given.freeShipping === true) made.kind = "free_shipping";
      return { id: `gid://shopify/DiscountCodeNode/${made.id}` };
    },
    /** The merchant changes one by hand. */
    changeCode: ({ code, to }: { code: string; to: DiscountInput }) => {
      const errors = this.codes.update(this.#code(code), to, this.now());
      if (errors.length > 0) throw new Refusal(JSON.stringify(errors));
    },
    deleteCode: ({ code }: { code: string }) => this.codes.delete(this.#code(code)),
    codeByHand: ({ code, percent, title }: { code: string; percent: number; title?: string }): unknown => {
      const to = {
        ...(title !== undefined && { title }),
        customerGets: { value: { percentage: percent / 100 }, items: { all: true } },
      };
      if (this.codes.byText(code) === undefined) return this.verbs.makeCode({ code, ...to });
      return this.verbs.changeCode({ code, to });
    },
    codes: (): { codes: StandCode[] } => ({ codes: this.codes.all().map(standCode) }),
    about: (): AboutShop => ({
      signature: "x-shopify-hmac-sha256",
      makesCode: "discountCodeBasicCreate",
      makesWebhook: "webhookSubscriptionCreate",
    }),
    signWith: ({ secret }: { secret: string }) => {
      this.#signing = secret;
    },
    /** Neither the tokens nor the secret that they come by hold any more. */
    revoke: (): void => {
      this.verbs.rotateSecret({});
      this.tokens.clear();
    },
    scopes: ({ scopes }: { scopes: string[] }) => {
      this.scopes = scopes;
    },
    /** All tokens of a short life end now. */
    expireTokens: () => {
      for (const [token, until] of this.tokens) if (until !== null) this.tokens.set(token, this.now());
    },
    /** All tokens are taken away. */
    revokeTokens: () => this.tokens.clear(),
    /** The app gets a new secret. `signsAs`: with which webhooks are signed for now. */
    rotateSecret: ({ signsAs }: { signsAs?: "old" | "new" }) => {
      const old = this.clientSecret;
      this.clientSecret = `shpss_${randomBytes(16).toString("hex")}`;
      this.#signing = signsAs === "old" ? old : null;
      return { clientSecret: this.clientSecret, previousClientSecret: old };
    },
    /** Forgets subscriptions, all or those of a topic, as Shopify does without a word. */
    dropWebhooks: ({ topic }: { topic?: string }) => {
      for (const one of this.subscriptions.values())
        if (topic === undefined || one.topic === topic) this.unsubscribe(one);
    },
    /** A message that no subscription asks for: of compliance, or by a store's own notification. */
    message: (given: {
      topic: string;
      to: string;
      body: unknown;
      signedBy?: "app" | "store" | "nobody";
      test?: boolean;
    }) => this.#enqueue(given.topic, given.body, { ...given, subscription: "none" }),
    /** A notification that was set up by hand in the shop's settings: an order's body, signed with the store's secret. */
    notify: ({ order: id, topic, to }: { order: string; topic: string; to: string }) => {
      const order = this.#order(id);
      this.#enqueue(topic, restOrder(order, this), { to, subscription: "none", signedBy: "store", order });
    },
    uninstall: () => {
      this.#send("APP_UNINSTALLED", {
        id: this.nextId(),
        name: this.name,
        domain: this.name,
        myshopify_domain: this.name,
      });
      this.isInstalled = false;
      this.tokens.clear();
      this.subscriptions.clear();
    },
  };

  #signing: string | null = null;

  #place(given: OrderGiven): Order {
    const customer = given.customer === null ? null : (given.customer?.id ?? given.customer?.email ?? null);
    this.#number += 1;
    const order = orders.place(given, {
      currency: this.currency,
      number: this.#number,
      now: this.now(),
      nextId: this.nextId,
      codes: (lines) =>
        (given.codes ?? []).map((text) => this.codes.apply(text, lines, customer, given.at ?? this.now())),
    });
    for (const text of given.codes ?? []) this.codes.count(text, customer);
    this.orders.set(order.id, order);
    return order;
  }

  #order(id: string): Order {
    const order = this.orders.get(BigInt(id));
    if (order === undefined) throw new Refusal(`There is no order ${id}.`);
    return order;
  }

  /** Changes an order, or leaves it as it was where that throws. */
  #change<Result>(id: string, act: (order: Order) => Result): { order: Order; result: Result } {
    const order = structuredClone(this.#order(id));
    const result = act(order);
    this.orders.set(order.id, order);
    return { order, result };
  }

  #code(text: string) {
    const code = this.codes.byText(text);
    if (code === undefined) throw new Refusal(`There is no code "${text}".`);
    return code;
  }

  /** Notes that an order changed, sends its webhooks, and returns it as a test sees it. */
  private told(order: Order, topics: readonly string[], bodies: Readonly<Record<string, unknown>> = {}) {
    order.updatedAt = Math.max(order.updatedAt, topics === PLACED || topics.length === 0 ? 0 : this.now());
    const rest = restOrder(order, this);
    const eventId = this.nextId();
    for (const topic of topics) {
      if (topic === "ORDERS_PAID" && orders.financialStatus(order) !== "paid") continue;
      this.#send(topic, bodies[topic] ?? rest, { order, eventId });
    }
    return { id: String(order.id), name: `#${order.number}`, body: JSON.parse(wire(rest)) as unknown };
  }

  #send(topic: string, body: unknown, about: { order?: Order; eventId?: bigint } = {}): void {
    for (const one of this.subscriptions.values()) {
      if (one.topic !== topic) continue;
      this.#enqueue(topicOf(topic), body, { ...about, to: one.uri, subscription: String(one.id) });
    }
  }

  /** Makes the message now: a retry carries what was so, not what is. */
  #enqueue(
    topic: string,
    body: unknown,
    about: {
      to: string;
      subscription: string;
      order?: Order;
      eventId?: bigint;
      signedBy?: "app" | "store" | "nobody";
      test?: boolean;
    },
  ): void {
    const text = typeof body === "string" ? body : wire(body);
    const secret = about.signedBy === "store" ? this.webhookSecret : (this.#signing ?? this.clientSecret);
    const signature = createHmac("sha256", secret).update(text).digest("base64");
    const isEvents = this.#headers === "events";
    const named: Record<string, string | undefined> = {
      topic,
      "hmac-sha256": about.signedBy === "nobody" ? undefined : signature,
      "shop-domain": this.name,
      "api-version": this.versions.at(-1),
      "webhook-id": `${this.nextId()}-w`,
      "event-id": `${about.eventId ?? this.nextId()}-e`,
      "triggered-at": new Date(this.now()).toISOString(),
      "order-id": about.order === undefined || isEvents ? undefined : String(about.order.id),
      "resource-id": about.order !== undefined && isEvents ? String(about.order.id) : undefined,
      test: about.test === true || about.order?.test === true ? "true" : undefined,
    };
    const headers: Record<string, string> = {
      "Content-Type": "application/json",
      "User-Agent": "Shopify-Captain-Hook",
    };
    for (const [name, value] of Object.entries(named)) {
      if (value !== undefined) headers[`${isEvents ? "shopify" : "X-Shopify"}-${name}`] = value;
    }
    this.outbox.add({ topic, to: about.to, subscription: about.subscription, make: () => ({ headers, body: text }) });
  }

  /** Takes a subscription away, with what waits for it. */
  unsubscribe(one: Subscription): void {
    this.subscriptions.delete(one.id);
    this.outbox.drop(String(one.id));
  }

  delivered(subscription: string, tries: number, status: number | null): number | null {
    const isOk = status !== null && status >= 200 && status < 300;
    const one = subscription === "none" ? undefined : this.subscriptions.get(BigInt(subscription));
    // Of one that was taken away nothing is tried again, but for the app's own end.
    if (one === undefined && subscription !== "none" && this.isInstalled) return null;
    if (one !== undefined) {
      one.failures = isOk ? 0 : one.failures + 1;
      if (one.failures >= FAILURES) {
        this.unsubscribe(one);
        return null;
      }
    }
    const minutes = isOk ? undefined : RETRY_MINUTES[tries - 1];
    return minutes === undefined ? null : minutes * 60_000;
  }
}

/** A code as every stand-in's codes are shown. */
function standCode({ code, title, value }: Code): StandCode {
  const percent = "percentage" in value ? Math.round(value.percentage * 10_000) / 100 : 0;
  return { text: code.toUpperCase(), title, percent, isPublished: true };
}

/** What a new order sends. */
const PLACED = ["ORDERS_CREATE", "ORDERS_PAID", "ORDERS_UPDATED"];

/** What a merchant's own code is unless it is said. */
const HAND_MADE: DiscountInput = {
  startsAt: "2026-01-01T00:00:00Z",
  context: { all: "ALL" },
  customerGets: { value: { percentage: 0.1 }, items: { all: true } },
};

/** A topic as webhooks name it: `ORDERS_CREATE` is `orders/create`. */
export const topicOf = (topic: string): string => topic.toLowerCase().replace("_", "/");
