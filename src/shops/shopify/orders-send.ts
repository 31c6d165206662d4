import type { ShopReading } from "../../ground/model/shop-order.ts";
import { type OrderPage, ShopFailure } from "../platform.ts";
import { failureOf, type GraphAnswer, type ShopifyGraph } from "./graph-send.ts";
import { at, isRecord, listOf, numericId, textOf } from "./json.ts";
import { graphFacts } from "./list-order.ts";
import { readFacts } from "./order.ts";
import { ORDER_BY_ID, ORDER_IDS, ORDER_LINES, ORDERS, SCOPES_GRANTED } from "./queries.ts";

/** How far back an app may read orders that wasn't granted `read_all_orders`, ms. */
const READABLE_MS = 60 * 86_400_000;

/** What a backfill from before that comes without. */
const NO_OLD_ORDERS =
  "Orders of more than 60 days ago can't be read: the app has no scope read_all_orders. Ask Shopify for it in the Dev Dashboard, under API access requests, add it to the scopes, and start the backfill again.";

/**
 * Orders of a page, and lines, discounts and ways of shipping of each. A query may cost 1,000 points at most, and a
 * connection costs by the logarithm of its size, as far as is known: a large page costs little more than a small one.
 */
const PAGE = 100;
const FEW = 5;
const LINES = 10;

/** Orders of a page at a shop that fails at larger ones, or has no time for them. */
const SMALL_PAGE = 10;

/** The same of an order that has more, alone. */
const FEW_OF_ONE = 50;
const LINES_OF_ONE = 250;

/** Most pages of lines of one order. Shopify's own orders have 500 lines at most. */
const LINE_PAGES = 8;

/** Financial statuses of orders that money went back for. */
const GIVEN_BACK: readonly string[] = ["partially_refunded", "refunded"];

/** Orders, read by GraphQL. */
export class ShopifyOrders {
  readonly #graph: ShopifyGraph;
  readonly #clickParam: string;
  readonly #now: () => number;

  /** `now`: ms UTC. */
  constructor(graph: ShopifyGraph, clickParam: string, now: () => number) {
    this.#graph = graph;
    this.#clickParam = clickParam;
    this.#now = now;
  }

  /** One order; `null`: there is none. */
  async order(orderId: string): Promise<ShopReading | null> {
    const node = await this.#whole(`gid://shopify/Order/${orderId}`);
    return node === null ? null : readFacts(graphFacts(node), this.#clickParam);
  }

  /** Orders that changed at or after `since` (ms UTC). The first page tells of what the app may not read at all. */
  async changed(since: number, cursor: string | null): Promise<OrderPage> {
    const page = await this.#page(`updated_at:>='${secondOf(since)}'`, cursor);
    if (cursor !== null || since >= this.#now() - READABLE_MS) return page;
    const granted = listOf(at(await this.#graph.ask(SCOPES_GRANTED), "currentAppInstallation", "accessScopes"));
    if (granted.some((scope) => at(scope, "handle") === "read_all_orders")) return page;
    return { ...page, skipped: [{ orderId: null, detail: NO_OLD_ORDERS }, ...page.skipped] };
  }

  /** Those of them that something was given back of, by one status after the other. */
  async refunded(since: number, cursor: string | null): Promise<OrderPage> {
    const [, named = "", rest = ""] = /^(\S+) ?(.*)$/s.exec(cursor ?? "") ?? [];
    const place = Math.max(GIVEN_BACK.indexOf(named), 0);
    const status = GIVEN_BACK[place] ?? "";
    const query = `updated_at:>='${secondOf(since)}' AND financial_status:${status}`;
    const page = await this.#page(query, rest === "" ? null : rest);
    if (page.next !== null) return { ...page, next: `${status} ${page.next}` };
    return { ...page, next: GIVEN_BACK[place + 1] ?? null };
  }

  /**
   * A page. Where it costs more than a query may, or holds an order that the shop fails at, it is asked for in smaller
   * ones; an order that fails alone is skipped.
   */
  async #page(query: string, cursor: string | null): Promise<OrderPage> {
    const [, size = "", after = null] = /^(\d{1,3}) (.+)$/s.exec(cursor ?? "") ?? [];
    let [usual, first] = [Number(size) || PAGE, Number(size) || PAGE];
    for (;;) {
      const { answer, failure } = await this.#asked({ first, after, query, lines: LINES, few: FEW });
      if (failure === null) return this.#read(at(answer?.data, "orders"), usual);
      const isDear = answer?.errors.some(({ code }) => code === "MAX_COST_EXCEEDED") === true;
      if (!isDear && failure.code !== "unavailable") throw failure;
      if (first === 1 && answer !== null && !isDear) return this.#pastOne(query, after, usual, failure);
      // A shop that doesn't answer at all is given one more chance, with little to do.
      if (first === 1 || (answer === null && first <= SMALL_PAGE)) throw failure;
      first = answer === null ? SMALL_PAGE : Math.floor(first / 2);
      if (isDear || answer === null) usual = first;
    }
  }

  /** Asks for a page; `answer` is `null` where there was none. */
  async #asked(
    variables: Record<string, unknown>,
  ): Promise<{ answer: GraphAnswer | null; failure: ShopFailure | null }> {
    try {
      const answer = await this.#graph.answer(ORDERS, variables);
      return { answer, failure: failureOf(answer.errors, answer.data) };
    } catch (error) {
      if (error instanceof ShopFailure) return { answer: null, failure: error };
      throw error;
    }
  }

  async #read(orders: unknown, size: number): Promise<OrderPage> {
    const readings: ShopReading[] = [];
    const skipped: OrderPage["skipped"] = [];
    for (const node of listOf(at(orders, "nodes"))) {
      const [whole, detail] = await this.#wholeOrWhy(node);
      if (whole === null) skipped.push({ orderId: numericId(at(node, "id")), detail });
      else readings.push(readFacts(graphFacts(whole), this.#clickParam));
    }
    return { readings, skipped, next: nextOf(at(orders, "pageInfo"), size) };
  }

  /** An order of a page with all that it has; `null` and the reason where the shop fails at the rest of it. */
  async #wholeOrWhy(node: unknown): Promise<[unknown, string]> {
    if (!hasMore(node)) return [node, ""];
    try {
      const whole = await this.#whole(textOf(at(node, "id")) ?? "");
      return [whole, "It was deleted while it was read."];
    } catch (error) {
      if (error instanceof ShopFailure && error.code === "refused") return [null, error.message];
      throw error;
    }
  }

  /** An order that the shop fails at: its id, if the shop tells that much, and the page after it. */
  async #pastOne(query: string, after: string | null, size: number, failure: ShopFailure): Promise<OrderPage> {
    const orders = at(await this.#graph.ask(ORDER_IDS, { first: 1, after, query }), "orders");
    const orderId = numericId(at(listOf(at(orders, "nodes"))[0], "id"));
    return {
      readings: [],
      skipped: [{ orderId, detail: failure.message }],
      next: nextOf(at(orders, "pageInfo"), size),
    };
  }

  /** An order with all its lines; `null`: there is none. */
  async #whole(id: string): Promise<unknown> {
    const data = await this.#graph.ask(ORDER_BY_ID, { id, lines: LINES_OF_ONE, few: FEW_OF_ONE });
    const order = at(data, "order");
    if (order == null) return null;
    const lines = [...listOf(at(order, "lineItems", "nodes"))];
    let page = at(order, "lineItems", "pageInfo");
    for (let pages = 1; at(page, "hasNextPage") === true; pages++) {
      const after = textOf(at(page, "endCursor"));
      if (after === null || pages === LINE_PAGES) throw new ShopFailure("refused", "The order's lines have no end.");
      const more = await this.#graph.ask(ORDER_LINES, { id, lines: LINES_OF_ONE, after });
      lines.push(...listOf(at(more, "order", "lineItems", "nodes")));
      page = at(more, "order", "lineItems", "pageInfo");
    }
    return isRecord(order) ? { ...order, lineItems: { nodes: lines } } : null;
  }
}

function hasMore(node: unknown): boolean {
  const connections = ["lineItems", "shippingLines", "discountApplications"];
  return connections.some((name) => at(node, name, "pageInfo", "hasNextPage") === true);
}

/** Where the next page begins: how many orders it has, and after which one. */
function nextOf(pageInfo: unknown, size: number): string | null {
  const after = textOf(at(pageInfo, "endCursor"));
  return at(pageInfo, "hasNextPage") === true && after !== null ? `${size} ${after}` : null;
}

/** A time as searches take it, to the second, ISO 8601 UTC. */
function secondOf(time: number): string {
  return `${new Date(Math.floor(time / 1_000) * 1_000).toISOString().slice(0, 19)}Z`;
}
