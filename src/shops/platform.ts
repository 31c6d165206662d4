import type { ProviderId } from "../ground/model/provider.ts";
import type { ShopProblem } from "../ground/model/shop.ts";
import type { ShopReading } from "../ground/model/shop-order.ts";
import type { Discount, Limits } from "../ground/model/plan.ts";

/** What a connection is made of, as the platform's own schema has taken it from the admin. */
export interface ConnectionParts {
  /** What names the shop for people and for calls: `brand.myshopify.com`, `https://shop.example`. */
  account: string;
  /** By names of the platform's own. They are sealed as one text. */
  secrets: Readonly<Record<string, string>>;
  /** The version of the platform's interface that is asked for; `null`: it has none. */
  apiVersion: string | null;
}

/** A connection that is opened: what a platform's client needs for a call. */
export interface ShopAccess extends ConnectionParts {
  storeId: string;
  /** Where calls go, without a trailing slash: the shop's own address, or a stand-in's. */
  origin: string;
}

/** A webhook's message whose signature is right. */
export type ShopMessage =
  | { kind: "order"; topic: string; reading: ShopReading }
  /**
   * It says too little: the order is to be fetched. `deliveryId`: what names the message over all tries of sending it; none,
   * if nothing does.
   */
  | { kind: "fetch"; topic: string; orderId: string; deliveryId?: string | null }
  /** The order is gone from the shop; `at` is ms UTC, `null`: now. */
  | { kind: "deleted"; topic: string; orderId: string; at: number | null }
  | ({ kind: "uninstalled"; topic: string } & OfShop)
  /** A shopper's rights (GDPR), or the shop's own end. */
  | ({ kind: "customer_data"; topic: string } & OfShop & AboutCustomer)
  | ({ kind: "redact_customer"; topic: string } & OfShop & AboutCustomer)
  | ({ kind: "redact_shop"; topic: string } & OfShop)
  /** Asks only whether somebody is there. */
  | { kind: "ping"; topic: string }
  /** `reason`: a stable code, such as `not_an_order`. */
  | { kind: "ignored"; topic: string; reason: string; detail: string };

/** What ends or erases something says by its signed body of which shop it is, for headers are signed by nobody. */
interface OfShop {
  /** As `ConnectionParts.account` has it; `null`: it doesn't say, and nothing is done. */
  account: string | null;
  /** When it happened, ms UTC; `null`: it doesn't say. What is sent once more says the first time. */
  at: number | null;
}

interface AboutCustomer {
  customerId: string | null;
  email: string | null;
  orderIds: string[];
}

/** What a code is to be in a shop. */
export interface CodeSpec {
  text: string;
  /** For people who look at the shop's own list. */
  title: string;
  discount: Discount;
  limits: Limits;
  /** ms UTC; `null`: always. */
  startsAt: number | null;
  endsAt: number | null;
  /** ISO 4217, of amounts that name none. */
  currency: string;
}

/**
 * A code as a shop has it. `terms` are those of {@link CodeSpec} that the shop can hold, as flat texts by names of the
 * platform's own, but for the text; `title` is among them everywhere, to the letter: our codes are known by it.
 */
export interface CodeInShop {
  externalId: string;
  text: string;
  terms: Readonly<Record<string, string>>;
}

/** What a shop says of a webhook. */
export interface WebhookState {
  topic: string;
  externalId: string | null;
  state: "active" | "paused" | "missing";
}

/** What a check finds. */
export interface ShopCheck {
  /** The shop's own name or address, as it says. */
  account: string;
  apiVersion: string | null;
  scopes: string[];
  /** ISO 4217; `null`: it doesn't say. */
  currency: string | null;
  webhooks: WebhookState[];
  /** What will not work as it is, each with the exact setting to change. */
  problems: ShopProblem[];
}

/** A stretch of orders. */
export interface OrderPage {
  readings: ShopReading[];
  /** Orders that the shop could not give, with the reason: they are told of, and not waited for. */
  skipped: { orderId: string | null; detail: string }[];
  /** Where the next page begins, in words of the platform; `null`: this was the last. */
  next: string | null;
}

/** A shop that calls can be made to. Everything throws a `ShopFailure`. */
export interface Shop {
  check(webhookUrl: string | null): Promise<ShopCheck>;
  /** Registers what is missing and wakes what is paused, at this address; those that lead elsewhere go. */
  registerWebhooks(webhookUrl: string): Promise<WebhookState[]>;
  withdrawWebhooks(): Promise<void>;
  /** `null`: there is none. */
  order(orderId: string): Promise<ShopReading | null>;
  /** Orders that changed at or after `since` (ms UTC), the oldest change first. */
  ordersSince(since: number, cursor: string | null): Promise<OrderPage>;
  /** Orders that something was given back of at or after `since` (ms UTC), also where nothing says that they changed. */
  refundsSince(since: number, cursor: string | null): Promise<OrderPage>;
  /** Throws a failure `taken` if another code of the shop has the text. */
  makeCode(spec: CodeSpec, now: number): Promise<CodeInShop>;
  /** By its id, or else by its text; `null`: the shop has none. */
  readCode(externalId: string | null, text: string): Promise<CodeInShop | null>;
  /** In place, its text too, so that there is never a moment without it. Throws `taken` like `makeCode`, and `not_found`. */
  changeCode(externalId: string, spec: CodeSpec, now: number): Promise<CodeInShop>;
  /** One that is gone already is fine. */
  withdrawCode(externalId: string): Promise<void>;
}

/** What is known of a platform. Pure, but for `open`, whose calls go through what it is given. */
export interface Platform {
  id: ProviderId;
  /** Topics that a connection registers webhooks of. */
  topics: readonly string[];
  /** Scopes, or rights, that it needs. */
  scopes: readonly string[];
  /** Whether a message was signed with one of the connection's secrets. Constant in time. */
  verify(headers: Headers, body: Uint8Array, secrets: Readonly<Record<string, string>>): Promise<boolean>;
  /**
   * The shop that a message says it is of, as a connection's `account`; `null`: it doesn't say, and whoever has the secret
   * is the shop. Several shops may sign with one secret, as those of an app.
   */
  shopOf(headers: Headers): string | null;
  /** Whether a message that isn't signed asks only whether somebody is there, which platforms do before they sign. */
  isPing(headers: Headers, body: Uint8Array): boolean;
  /** Reads a verified message. Never throws. `clickParam`: under which name the store's click ids travel. */
  read(headers: Headers, body: Uint8Array, clickParam: string): ShopMessage;
  open(access: ShopAccess, http: ShopHttp, clickParam: string): Shop;
  /** What a code is to have in the shop at `now` (ms UTC), to be compared with `CodeInShop.terms`. */
  termsOf(spec: CodeSpec, now: number): Readonly<Record<string, string>>;
  /** When the terms become others by themselves, ms UTC; `null`: never. */
  termsChangeAt(spec: CodeSpec, now: number): number | null;
}

/** One call to a shop. */
export interface ShopCall {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** With its query, beginning with a slash. */
  path: string;
  headers: Readonly<Record<string, string>>;
  /** Headers that each try has anew, such as a signature that holds once. */
  sign?: () => Promise<Readonly<Record<string, string>>>;
  /** JSON. */
  body?: unknown;
  /** Whether it may be done twice. */
  idempotent: boolean;
  /** How long the shop asks to wait, ms, by an answer that says "slow down"; `null`: it doesn't. */
  slowDown: (answer: ShopAnswer) => number | null;
}

/** What a shop answered. */
export interface ShopAnswer {
  status: number;
  headers: Headers;
  /** As JSON; text where it is none. */
  body: unknown;
}

/** The way to a shop: bounded in time and size, follows no redirect, waits and tries again where that is right. */
export interface ShopHttp {
  call(origin: string, call: ShopCall): Promise<ShopAnswer>;
  /** A token of a short life that the connection keeps sealed, and how a new one is kept; platforms without one leave it. */
  token: { value: string; expiresAt: number } | null;
  keepToken(value: string, expiresAt: number): Promise<void>;
  /** ms UTC. */
  now: () => number;
}

/** What can't be done at a shop, for a reason that people can act on. */
export class ShopFailure extends Error {
  override readonly name = "ShopFailure";
  readonly code: ShopFailureCode;
  /** Whether trying again later may help. */
  readonly passing: boolean;

  constructor(code: ShopFailureCode, detail: string) {
    super(detail);
    this.code = code;
    this.passing = PASSING.has(code);
  }
}

/** What `call` gives, or `null` where the shop has no such thing. */
export async function orNull<Result>(call: Promise<Result>): Promise<Result | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ShopFailure && error.code === "not_found") return null;
    throw error;
  }
}

/**
 * `unauthorised`: the credentials are refused. `missing_scope`, `missing_setting`: with the name of it. `taken`: another
 * code has the text. `not_found`: there is no such thing. `refused`: the shop says no, in its own words. `throttled`,
 * `unavailable`: later. `unreadable`: the answer is none.
 */
export type ShopFailureCode =
  | "unauthorised"
  | "missing_scope"
  | "missing_setting"
  | "taken"
  | "not_found"
  | "refused"
  | "throttled"
  | "unavailable"
  | "unreadable";

const PASSING: ReadonlySet<ShopFailureCode> = new Set(["throttled", "unavailable", "unreadable"]);
