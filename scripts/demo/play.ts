import { majorOf } from "../../src/ground/money/amount.ts";
import { AdminApi } from "../admin-api.ts";
import { makeCarrier } from "../calls/stand.ts";
import { callOf, LEAS, POSTER, tellOf } from "../demo-calls.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./days.ts";
import type { Past } from "./past.ts";
import { NO_WORLD, type Secrets, setUp, type World } from "./set-up.ts";
import { exportOf } from "./story-export.ts";
import type { Story, StoryAccount, StoryCall, StorySignUp } from "./story.ts";
import type { StoryClick } from "./story-clicks.ts";
import { disputedIn, type LaterNews, type StoryOrder } from "./story-orders.ts";

/** Where the demo is, and who may do everything in it. */
export interface Place {
  /** Of the Worker, such as `http://127.0.0.1:8787`. */
  origin: string;
  /** Of the demo shop. */
  shopOrigin: string;
  adminKey: string;
}

/**
 * Reports that come within a week are sent together: one after the other they would take the database as long each. All
 * are known when the last of them came; so those of the last days, which are looked at first, go day by day.
 */
const TOGETHER_MS = 7 * DAY_MS;
const DAY_BY_DAY = 10;

/** How long after the fact the shop's server tells of it, ms. */
const TOLD_AFTER_MS = 3_000;

/** Something that happens, at a time (ms UTC). */
interface Happening {
  at: number;
  /** Whether it goes by itself, after all that came before. */
  alone: boolean;
  act: () => Promise<void>;
}

/** Has a story happen in the past. Throws an `Error` with the answer's words if anything of it is refused. */
export async function play(past: Past, story: Story, place: Place): Promise<Secrets> {
  const player = new Player(past, story, place);
  return player.play();
}

class Player {
  readonly #past: Past;
  readonly #story: Story;
  readonly #place: Place;
  /** Click ids that came of the story's clicks, by their places. */
  readonly #tokens = new Map<number, string>();
  #world: World = NO_WORLD;

  constructor(past: Past, story: Story, place: Place) {
    this.#past = past;
    this.#story = story;
    this.#place = place;
  }

  async play(): Promise<Secrets> {
    const { begin, end } = this.#story;
    const { origin, shopOrigin } = this.#place;
    this.#world = await setUp(this.#api(begin - HOUR_MS), { origin, shopOrigin });
    await this.#click();
    let group: Happening[] = [];
    const flush = async (time: number): Promise<void> => {
      if (group.length === 0) return;
      // The last goes first, so that it works for all: nobody's report is of a time that has yet to come for it.
      await Promise.all(group.toReversed().map(async ({ act }) => act()));
      group = [];
      await this.#past.book(time);
    };
    for (const happening of this.#happenings()) {
      const first = group[0]?.at ?? happening.at;
      const together = happening.at > end - DAY_BY_DAY * DAY_MS ? DAY_MS : TOGETHER_MS;
      if (happening.alone || happening.at - first > together) await flush(happening.at);
      if (happening.alone) await happening.act();
      else group.push(happening);
    }
    await flush(end - 2 * MINUTE_MS);
    await this.#dispute(end - 2 * MINUTE_MS);
    await this.#past.minute(end - MINUTE_MS);
    await this.#past.night(end - MINUTE_MS);
    return this.#world.secrets;
  }

  /** A caller of the API at a time. */
  #api(time: number): AdminApi {
    const { origin, adminKey } = this.#place;
    return new AdminApi(origin, adminKey, undefined, async (request) => {
      const response = await this.#past.ask(time, request);
      // What the queue would do at once: a request may wait for it.
      await this.#past.deliver(time, "GENERATION_QUEUE");
      return response;
    });
  }

  async #click(): Promise<void> {
    for (const [place, click] of this.#story.clicks.entries()) {
      const location = await this.#past.follow(click.at, this.#requestOf(click));
      const token = location === null ? null : new URL(location).searchParams.get("wm_click");
      if (token !== null) this.#tokens.set(place, token);
    }
    // A day's salt is drawn with its first click, and kept for some days.
    await this.#past.logClicks(this.#story.end - 3 * MINUTE_MS);
  }

  #requestOf({ link, kind, ...visitor }: StoryClick) {
    const headers = {
      "User-Agent": visitor.agent,
      "Accept-Language": visitor.language,
      "CF-Connecting-IP": visitor.address,
      ...(visitor.referrer !== null && { Referer: visitor.referrer }),
      ...(kind === "prefetch" && { "Sec-Purpose": "prefetch" }),
    };
    const { country, region, city } = visitor;
    return new Request<unknown, IncomingRequestCfProperties>(`${this.#place.origin}/${this.#world.slugs.get(link)}`, {
      method: kind === "head" ? "HEAD" : "GET",
      headers,
      cf: { country, region, city, colo: "CDG" },
    } as unknown as RequestInit<IncomingRequestCfProperties>);
  }

  /** All that isn't a click, from early to late. */
  #happenings(): Happening[] {
    const { orders, calls, signUps, account, books } = this.#story;
    const all: Happening[] = [];
    const disputed = disputedIn(orders);
    const add = (at: number, act: () => Promise<void>, alone = false): void => void all.push({ at, alone, act });
    for (const order of orders) {
      const told = order.placedAt + TOLD_AFTER_MS;
      // What somebody has to decide is looked at most closely: it is known when it was told.
      const isAlone = order === disputed || order.claims.length > 0;
      add(told, async () => this.#order(told, order, null), isAlone);
      for (const news of order.later) add(news.at, async () => this.#order(news.at, order, news));
      for (const { at, code } of order.claims) add(at, async () => this.#claim(at, order, code), true);
    }
    for (const [place, call] of calls.entries()) {
      const told = call.at + 10 * MINUTE_MS;
      add(told, async () => this.#call(told, call, place));
    }
    for (const signUp of signUps) add(signUp.at, async () => this.#signUp(signUp));
    add(account.at, async () => this.#enterAccount(account));
    // Whatever is due by then is booked in the month.
    add(books.to - MINUTE_MS, async () => this.#past.book(books.to - MINUTE_MS), true);
    add(books.reconciledAt, async () => this.#reconcile(), true);
    add(books.lockedAt, async () => this.#lock(), true);
    add(books.paidAt, async () => this.#pay(), true);
    return all.toSorted((a, b) => a.at - b.at);
  }

  async #order(time: number, order: StoryOrder, news: LaterNews | null): Promise<void> {
    const { store, customer, country } = order;
    const click = order.click === null ? undefined : this.#tokens.get(order.click);
    const body = {
      orderId: order.id,
      amount: majorOf(order.totalMinor, "EUR"),
      subtotal: majorOf(order.subtotalMinor - order.discountMinor, "EUR"),
      discount: majorOf(order.discountMinor, "EUR"),
      currency: "EUR",
      status: news?.status ?? "paid",
      placedAt: new Date(order.placedAt).toISOString(),
      updatedAt: new Date(time).toISOString(),
      country,
      items: order.items.map(({ product, quantity }) => ({
        sku: product.slug,
        name: product.name,
        quantity,
        price: majorOf(product.priceMinor, "EUR"),
      })),
      ...(order.code !== null && { codes: [order.code] }),
      ...(click !== undefined && { clickId: click }),
      ...(customer !== null && { customerId: customer }),
      ...(news !== null && { refunded: majorOf(news.refundedMinor, "EUR") }),
    };
    await this.#post(time, "/t/orders", body, { Authorization: `Bearer ${store}.${this.#world.secrets[store]}` });
  }

  async #claim(time: number, { id, store, totalMinor }: StoryOrder, code: string): Promise<void> {
    const data = { orderId: id, amount: majorOf(totalMinor, "EUR"), currency: "EUR", codes: [code] };
    const event = { v: 1, id: `claim-${code}`, type: "order", at: 0, consent: "denied", data };
    await this.#post(time, `/t/events?s=${store}`, event, { Origin: this.#place.shopOrigin });
  }

  async #call(time: number, { deal, to, at, ...call }: StoryCall, place: number): Promise<void> {
    const carrier = await (this.#carrier ??= this.#connectCarrier());
    const told = callOf(place, { ...call, to: (to === "lea" ? LEAS : POSTER).number, startedAt: at });
    const send = async (request: Request): Promise<Response> => this.#past.ask(time, request);
    // Some of what it tells on the way says nothing new.
    await tellOf(carrier, this.#carrierUrl(), told, { send, places: [0, 2, 4] });
    if (deal !== null) await this.#deal(time, told.id, deal);
  }

  #carrier: ReturnType<typeof makeCarrier> | null = null;

  #carrierUrl(): string {
    return `${this.#place.origin}/webhooks/twilio/${this.#world.storeId}`;
  }

  async #connectCarrier() {
    const carrier = await makeCarrier("twilio");
    const body = { ...carrier.credentials, publicUrl: this.#carrierUrl() };
    await this.#api(this.#story.begin).call("PUT", `/stores/${this.#world.storeId}/carriers/twilio`, body);
    return carrier;
  }

  async #deal(time: number, call: string, { amountMinor, customer }: NonNullable<StoryCall["deal"]>): Promise<void> {
    const api = this.#api(time);
    const told = await api.find<{ id: string; externalId: string }>(
      "/calls",
      { store: this.#world.storeId },
      ({ externalId }) => externalId === call,
    );
    if (told === undefined) throw new Error(`the call ${call} isn't there`);
    const deal = { amount: majorOf(amountMinor, "EUR"), currency: "EUR", customerId: customer };
    await api.call("POST", `/calls/${told.id}/deal`, deal);
  }

  async #signUp({ at, eventId, customer, click }: StorySignUp): Promise<void> {
    const token = click === null ? undefined : this.#tokens.get(click);
    await this.#api(at).call("POST", `/conversion-definitions/${this.#world.signUpId}/conversions`, {
      eventId,
      customerId: customer,
      ...(token !== undefined && { clickId: token }),
    });
  }

  /** As a creator does on their own page, by a link that the shop's people sent them. */
  async #enterAccount({ at, linkedAt, creator, accountHolder, iban }: StoryAccount): Promise<void> {
    const path = `/creators/${this.#world.creatorIds.get(creator)}/portal-links`;
    const { url } = await this.#api(linkedAt).call<{ url: string }>("POST", path, { label: "Sent by e-mail" });
    const request = new Request(`${url}/money/payout-details`, {
      method: "POST",
      headers: { Origin: this.#place.origin },
      body: new URLSearchParams({ accountHolder, iban }),
    });
    const response = await this.#past.ask(at, request);
    if (response.status !== 303) throw new Error(`an account was answered ${response.status}`);
  }

  /** The month's export of the shop's orders is compared, and shows what the shop's server didn't tell. */
  async #reconcile(): Promise<void> {
    const { orders, books } = this.#story;
    const path = `/reconciliations?store=${this.#world.storeId}`;
    await this.#api(books.reconciledAt).upload("POST", path, "text/csv", exportOf(orders, books));
  }

  async #lock(): Promise<void> {
    const { to, nextTo, lockedAt } = this.#story.books;
    const api = this.#api(lockedAt);
    const period = { storeId: this.#world.storeId, to: new Date(to).toISOString() };
    const { id } = await api.call<{ id: string }>("POST", "/periods", period);
    await api.call("POST", `/periods/${id}/lock`, { note: "Compared with the shop's export" });
    await api.call("POST", "/periods", { ...period, to: new Date(nextTo).toISOString() });
  }

  async #pay(): Promise<void> {
    const { paidAt, from } = this.#story.books;
    const api = this.#api(paidAt);
    const month = new Date(from + 15 * DAY_MS).toISOString().slice(0, 7);
    const { id } = await api.call<{ id: string }>("POST", "/payouts", {
      storeId: this.#world.storeId,
      minimum: "5.00",
    });
    await api.call("POST", `/payouts/${id}/pay`, { reference: `SEPA ${month}` });
  }

  /** The shop's people hold an order back. */
  async #dispute(time: number): Promise<void> {
    const disputed = disputedIn(this.#story.orders);
    if (disputed === undefined) return;
    const api = this.#api(time);
    const query = { store: this.#world.storeId, q: disputed.id };
    const found = await api.find<{ id: string; externalId: string }>(
      "/orders",
      query,
      ({ externalId }) => externalId === disputed.id,
    );
    if (found === undefined) throw new Error(`the order ${disputed.id} isn't there`);
    const reason = "Came with NINA10 from a page of coupons; we are asking Nina where she posted it.";
    await api.call("POST", `/orders/${found.id}/dispute`, { reason });
  }

  async #post(time: number, path: string, body: object, headers: Record<string, string>): Promise<void> {
    const request = new Request(this.#place.origin + path, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    const response = await this.#past.ask(time, request);
    if (!response.ok) throw new Error(`POST ${path} answered ${response.status}: ${await response.text()}`);
  }
}
