import { env } from "cloudflare:workers";
import { expect, vi } from "vitest";
import { z } from "zod";
import { processInbox } from "../../../src/sales/capture/process-run.ts";
import { settleOrders } from "../../../src/books/ledger/settle-run.ts";
import { ROW_CLASSES } from "../../../src/ground/model/reconciliation.ts";
import { reconcile } from "../../../src/books/reconcile/run.ts";
import { api, type ApiAnswer } from "../../ground/api.ts";
import { DIGITS, major, type Rule } from "./books-earnings.ts";
import type { Channel, Says } from "./books-facts.ts";
import type { Model } from "./books-model.ts";
import { call, postEvents, postOrder } from "../../sales/capture-fixtures.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";
import { NOW } from "../../programme/generation-fixtures.ts";
import { createEndpoint } from "../../operate/webhook-fixtures.ts";

/** ms UTC → ISO 8601. */
export const iso = (time: number): string => new Date(time).toISOString();

const withId = z.object({ id: z.string() });

/** The id in what was made. */
function idOf({ status, body }: ApiAnswer): string {
  expect(status, JSON.stringify(body)).toBeLessThan(300);
  return withId.parse(body).id;
}

/** One store with a plan and creators, reached by HTTP alone. */
export class Shop {
  readonly model: Model;
  readonly store: { id: string; key: string; secret: string };
  readonly planId: string;
  /** In the order of their codes, as the model numbers them. */
  readonly creators: readonly string[];
  readonly codes: readonly string[];
  /** Ids of orders by the shop's own, as they are found. */
  orderIds: ReadonlyMap<string, string> = new Map();
  /** A browser's address, which is not another history's. */
  readonly address: string;

  private constructor(
    model: Model,
    made: { store: Shop["store"]; planId: string; people: { creator: string; id: string; code: string }[] },
    number: number,
  ) {
    this.model = model;
    this.store = made.store;
    this.planId = made.planId;
    this.creators = made.people.map(({ creator }) => creator);
    this.codes = made.people.map(({ code }) => code);
    this.address = `203.0.${Math.floor(number / 250) % 250}.${number % 250}`;
  }

  /** Opens a shop for a history, the `number`th. Rates are everybody's, and so those of another are gone. */
  static async open(model: Model, rule: Rule, number: number): Promise<Shop> {
    vi.setSystemTime(model.now);
    await env.DB.prepare("DELETE FROM exchange_rates").run();
    const attribution = { model: model.split ? "split" : "last_click", windowDays: 30, codePriority: false };
    const homeUrl = "https://books.example/";
    const { timezone, storeCurrency: currency } = model;
    const store = await createStore({ timezone, currency, homeUrl, attribution });
    const plan = { name: `Books ${store.id}`, storeId: store.id, codePattern: null, trackClicks: true };
    const planId = idOf(await api("POST", "/tracking-plans", { ...plan, commission: commissionOf(rule, currency) }));
    // Somebody has to listen, or nothing is told: one for all histories.
    if (number === 0) await createEndpoint({ url: "https://hooks.example.com/books" });
    const people = [];
    for (let index = 0; index < model.creators; index++) {
      const { id: creator } = await createCreator({ email: `${store.key}-${index}@books.example` });
      const code = `BOOK${index}`;
      people.push({ creator, code, id: idOf(await api("POST", "/codes", { planId, creatorId: creator, code })) });
    }
    people.sort((a, b) => (a.id < b.id ? -1 : 1));
    return new Shop(model, { store, planId, people }, number);
  }

  /** Lets time pass. */
  wait(ms: number): void {
    this.model.now += ms;
    vi.setSystemTime(this.model.now);
  }

  /** What the cron does for the books, and what answers left behind. */
  async settle(): Promise<void> {
    await processInbox(env, this.model.now);
    await settleOrders(env, this.model.now);
  }

  /** The codes of creators. */
  codesOf(creators: readonly number[] = []): string[] {
    return creators.map((creator) => this.codes[creator] ?? "");
  }

  /** Tells of an order by a channel. Answers the status. */
  async tell(
    channel: Exclude<Channel, "import">,
    { externalId, currency }: { externalId: string; currency: string },
    says: Says,
    { updatedAt, deliveryKey }: { updatedAt?: number | null; deliveryKey?: string | null } = {},
  ): Promise<number> {
    const body = {
      orderId: externalId,
      currency,
      ...amountsOf(says, currency),
      ...(says.status !== undefined && { status: says.status }),
      ...(says.codes !== undefined && { codes: this.codesOf(says.codes) }),
      ...(says.placedAt !== undefined && { placedAt: iso(says.placedAt) }),
      ...(updatedAt != null && { updatedAt: iso(updatedAt) }),
    };
    const from = { "CF-Connecting-IP": this.address };
    if (channel === "order") {
      const headers: Record<string, string> = deliveryKey == null ? {} : { "Idempotency-Key": deliveryKey };
      return (await postOrder(this.store, body, headers)).status;
    }
    if (channel === "snippet") {
      const event = { v: 1, type: "order", at: this.model.now, consent: "denied", data: body };
      return (await postEvents(this.store.key, event, from)).status;
    }
    const { orderId, codes, ...rest } = body;
    const fields = {
      s: this.store.key,
      order: orderId,
      ...rest,
      ...(codes !== undefined && { codes: codes.join(",") }),
      ...(channel === "postback" ? { token: this.store.secret } : { consent: "denied" }),
    };
    const path = channel === "postback" ? "/postback" : "/pixel.gif";
    return (await call(`${path}?${new URLSearchParams(fields).toString()}`, { headers: from })).status;
  }

  /** Uploads an export, and waits until it is compared. Answers its id. */
  async upload(csv: string): Promise<string> {
    const span = `from=${iso(NOW - 400 * DAY)}&to=${iso(this.model.now + DAY)}`;
    const path = `/reconciliations?store=${this.store.id}&${span}`;
    const id = idOf(await api("POST", path, csv, { "content-type": "text/csv" }));
    await this.reconciled(id);
    return id;
  }

  /** Applies all that differs. */
  async apply(id: string): Promise<void> {
    const classes = ROW_CLASSES.filter((name) => name !== "matched");
    const answer = await api("POST", `/reconciliations/${id}/apply`, { classes, confirmUnmatched: true });
    expect(answer.status, JSON.stringify(answer.body)).toBe(202);
    await this.reconciled(id);
  }

  /** Waits until nothing of a reconciliation is under way. */
  async reconciled(id: string): Promise<void> {
    for (let tries = 0; tries < 500; tries++) {
      await reconcile(env, this.model.now);
      const { status } = z.object({ status: z.string() }).parse((await api("GET", `/reconciliations/${id}`)).body);
      if (status === "ready") return;
      await scheduler.wait(5);
    }
    throw new Error("a reconciliation is never done");
  }

  /** Reviews an order, attributes it, or takes a run a step on. */
  post(path: string, body: Record<string, unknown> = {}): Promise<ApiAnswer> {
    return api("POST", path, { reason: "because", ...body });
  }
}

const DAY = 86_400_000;

const FIELDS = {
  totalMinor: "amount",
  subtotalMinor: "subtotal",
  shippingMinor: "shipping",
  taxMinor: "tax",
  refundedMinor: "refunded",
} as const;

function amountsOf(says: Says, currency: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(FIELDS).flatMap(([field, name]) => {
      const minor = says[field as keyof typeof FIELDS];
      return minor === undefined ? [] : [[name, major(minor, currency)]];
    }),
  );
}

/** A rule as the API takes it. */
export function commissionOf(rule: Rule, storeCurrency: string): Record<string, unknown> {
  const valueOf = (value: number) => (rule.type === "percentage" ? major(value, "EUR") : major(value, rule.currency));
  const cap = (minor: number | null) => (minor === null ? null : major(minor, storeCurrency));
  return {
    type: rule.type,
    value: valueOf(rule.value),
    ...(rule.type === "fixed" && { currency: rule.currency }),
    tiers: rule.tiers.map(({ fromMinor, value }) => ({ from: major(fromMinor, storeCurrency), value: valueOf(value) })),
    capPerOrder: cap(rule.capPerOrder),
    capPerCreator: cap(rule.capPerCreator),
    includeTax: rule.includeTax,
    includeShipping: rule.includeShipping,
    holdDays: rule.holdDays,
    payIn: rule.payIn,
  };
}

/** The currencies that histories sell and pay in. */
export const CURRENCIES = Object.keys(DIGITS);
