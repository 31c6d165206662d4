import { array, assert, constantFrom, dictionary, letrec, nat, oneof, property, string, uint8Array } from "fast-check";
import { expect, test } from "vitest";
import { graphFacts } from "../../../src/shops/shopify/list-order.ts";
import { readMessage } from "../../../src/shops/shopify/message.ts";
import { readFacts } from "../../../src/shops/shopify/order.ts";
import { anyOrder, graphOf, PERSONAL, restOf } from "./order-fixtures.ts";

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const headers = (topic: string): Headers => new Headers({ "X-Shopify-Topic": topic });

/** Any JSON, with names that are looked for in it. */
const anyJson = letrec((tie) => ({
  value: oneof(
    { maxDepth: 4 },
    constantFrom(null, true, "12.50", "1,5", "EUR", 7, -1.5, "2026-11-20T09:00:00Z", "gid://shopify/Order/5", 1e300),
    string(),
    array(tie("value"), { maxLength: 3 }),
    dictionary(
      constantFrom(
        "id",
        "admin_graphql_api_id",
        "line_items",
        "price_set",
        "shop_money",
        "amount",
        "nodes",
        "quantity",
        "lineItems",
        "transactions",
        "refunds",
        "x",
      ),
      tie("value"),
      { maxKeys: 5 },
    ),
  ),
})).value;

test("SHP-1: a message and a list's entry of the same state are the same order to the letter", () => {
  assert(
    property(anyOrder, (order) => {
      const message = readMessage(headers("orders/updated"), encode(restOf(order)), "ref");
      const reading = readFacts(graphFacts(graphOf(order)), "ref");
      expect(reading.kind).toBe("order");
      expect(message).toEqual({ kind: "order", topic: "orders/updated", reading });
      expect(JSON.stringify(message.kind === "order" ? message.reading : null)).toBe(JSON.stringify(reading));
    }),
    { numRuns: 400 },
  );
});

test("SHP-11: the lines come to the goods exactly, and nothing of a person is kept", () => {
  assert(
    property(anyOrder, (state) => {
      const message = readMessage(headers("orders/create"), encode(restOf(state)), "ref");
      if (message.kind !== "order" || message.reading.kind !== "order") throw new Error("no order");
      const { order } = message.reading;
      const minor = (text: string): bigint => BigInt(text.replace(".", ""));
      const sum = order.items.reduce((all, { price, quantity }) => all + minor(price) * BigInt(quantity), 0n);
      expect(sum).toBe(minor(order.goods));
      expect(minor(order.refunded) <= minor(order.total)).toBe(true);
      const kept = JSON.stringify(order);
      for (const text of PERSONAL) expect(kept).not.toContain(text);
      expect(kept).not.toContain("example.org");
    }),
  );
});

test("any bytes, JSON or not, and any topic are read without an error", () => {
  const topics = ["orders/create", "orders/edited", "refunds/create", "customers/redact", "orders/delete", "", "x"];
  assert(
    property(constantFrom(...topics), anyJson, (topic, body) => {
      expect(readMessage(headers(topic), encode(body), "ref").topic).toBe(topic);
      expect(["order", "unreadable"]).toContain(readFacts(graphFacts(body), "ref").kind);
    }),
    { numRuns: 2_000 },
  );
  assert(
    property(constantFrom(...topics), uint8Array({ maxLength: 200 }), (topic, body) => {
      expect(readMessage(headers(topic), body, "ref").topic).toBe(topic);
    }),
  );
});

test("one part of an order that is spoilt leaves an order, a fetch or an outline, without anything of a person", () => {
  assert(
    property(anyOrder, nat(), anyJson, (state, place, value) => {
      const body = restOf(state);
      const names = Object.keys(body).filter(
        (name) => !["customer", "email", "source_identifier", "source_name"].includes(name),
      );
      body[names[place % names.length] ?? ""] = value;
      const message = readMessage(headers("orders/updated"), encode(body), "ref");
      if (message.kind === "order" && message.reading.kind === "unreadable") {
        const kept = JSON.stringify(message.reading);
        for (const text of [...PERSONAL, "example.org"]) expect(kept).not.toContain(text);
      } else expect(["order", "fetch"]).toContain(message.kind);
    }),
    { numRuns: 1_000 },
  );
});
