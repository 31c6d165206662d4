import { describe, expect, test } from "vitest";
import { readMessage, TOPICS } from "../../../src/shops/shopify/message.ts";
import { PAID, restOf } from "./order-fixtures.ts";

/** A message by its headers and its raw body. */
function read(headers: Record<string, string>, raw: string) {
  return readMessage(new Headers(headers), new TextEncoder().encode(raw), "ref");
}

const topic = (name: string): Record<string, string> => ({ "X-Shopify-Topic": name });

test.each(["orders/create", "orders/updated", "orders/paid", "orders/cancelled", "orders/fulfilled"])(
  "SHP-2: %s brings the order whole, whichever comes first",
  (name) => {
    expect(read(topic(name), JSON.stringify(restOf(PAID)))).toMatchObject({
      kind: "order",
      topic: name,
      reading: { kind: "order", order: { orderId: PAID.id } },
    });
  },
);

test("SHP-6: an edit has no order in it: it is fetched, by an id past 2^53", () => {
  const raw =
    '{"order_edit":{"id":78912328793123782,"order_id":820982911946154508,"staff_note":"order_id: 820982911946154509"}}';
  expect(read(topic("orders/edited"), raw)).toEqual({
    kind: "fetch",
    topic: "orders/edited",
    orderId: "820982911946154508",
  });
});

test("SHP-8: a refund names its order, which is fetched", () => {
  const raw = '{"id":890088186047892319,"order_id":820982911946154508,"transactions":[]}';
  expect(read(topic("refunds/create"), raw)).toEqual({
    kind: "fetch",
    topic: "refunds/create",
    orderId: "820982911946154508",
  });
});

test("a subscription to some fields alone says too little", () => {
  expect(read(topic("orders/updated"), '{"id":5123456789012,"updated_at":"2026-11-20T09:00:09-05:00"}')).toEqual({
    kind: "fetch",
    topic: "orders/updated",
    orderId: "5123456789012",
  });
});

test("a body that can't be parsed is fetched by the header's id, or kept as unreadable", () => {
  expect(read({ ...topic("orders/paid"), "X-Shopify-Order-Id": "5123456789012" }, "{")).toMatchObject({
    kind: "fetch",
    orderId: "5123456789012",
  });
  expect(read(topic("orders/paid"), "{")).toMatchObject({
    kind: "order",
    reading: { kind: "unreadable", orderId: null },
  });
});

test("an order that was deleted", () => {
  expect(read(topic("orders/delete"), '{"id":820982911946154508}')).toEqual({
    kind: "deleted",
    topic: "orders/delete",
    orderId: "820982911946154508",
    at: null,
  });
});

test("headers of the events to come are read as well", () => {
  expect(read({ "shopify-topic": "orders/paid" }, JSON.stringify(restOf(PAID)))).toMatchObject({ kind: "order" });
  const event = {
    "shopify-topic": "Order",
    "shopify-action": "update",
    "shopify-resource-id": "gid://shopify/Order/77",
  };
  expect(read(event, "{}")).toEqual({ kind: "fetch", topic: "order", orderId: "77" });
});

test("an app that was uninstalled", () => {
  const headers = { ...topic("app/uninstalled"), "x-shopify-triggered-at": "2026-11-20T10:00:00.5Z" };
  expect(read(headers, '{"id":1,"email":"owner@example.org","myshopify_domain":"Linen.myshopify.com"}')).toEqual({
    kind: "uninstalled",
    topic: "app/uninstalled",
    account: "linen.myshopify.com",
    at: Date.UTC(2026, 10, 20, 10, 0, 0, 500),
  });
  // Another message under this topic: headers aren't signed.
  expect(read(topic("app/uninstalled"), JSON.stringify(restOf(PAID)))).toMatchObject({ account: null });
});

describe("shoppers' rights", () => {
  const customer = '"customer":{"id":191167,"email":"ada@example.org","phone":"+15550101"}';

  test("customers/data_request", () => {
    const raw = `{"shop_id":954889,"shop_domain":"linen.myshopify.com",${customer},"orders_requested":[299938,820982911946154508],"data_request":{"id":9999}}`;
    expect(read(topic("customers/data_request"), raw)).toEqual({
      kind: "customer_data",
      topic: "customers/data_request",
      account: "linen.myshopify.com",
      at: null,
      customerId: "191167",
      email: "ada@example.org",
      orderIds: ["299938", "820982911946154508"],
    });
  });

  test("customers/redact", () => {
    expect(read(topic("customers/redact"), `{${customer},"orders_to_redact":[299938]}`)).toEqual({
      kind: "redact_customer",
      topic: "customers/redact",
      account: null,
      at: null,
      customerId: "191167",
      email: "ada@example.org",
      orderIds: ["299938"],
    });
  });

  test("shop/redact", () => {
    expect(read(topic("shop/redact"), '{"shop_id":954889,"shop_domain":"linen.myshopify.com"}')).toEqual({
      kind: "redact_shop",
      topic: "shop/redact",
      account: "linen.myshopify.com",
      at: null,
    });
  });
});

test.each([["draft_orders/create"], ["checkouts/update"], ["products/update"], [""]])(
  "SHP-18: %j is no order",
  (name) => {
    expect(read(name === "" ? {} : topic(name), JSON.stringify(restOf(PAID)))).toMatchObject({
      kind: "ignored",
      reason: "not_an_order",
    });
  },
);

test("topics that are registered are those that are read", () => {
  for (const name of TOPICS) {
    expect(
      read(topic(name), JSON.stringify({ ...restOf(PAID), order_id: 1, order_edit: { order_id: 1 } })).kind,
    ).not.toBe("ignored");
  }
});
