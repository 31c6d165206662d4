import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMessage, TOPICS } from "../../../src/shops/bigcommerce/message.ts";

const read = (said: unknown, id = "msg_1") =>
  readMessage(new Headers({ "webhook-id": id }), new TextEncoder().encode(JSON.stringify(said)));

const event = (scope: string, data: unknown = { type: "order", id: 250 }) => ({
  scope,
  store_id: "1025646",
  data,
  hash: "3f9ea420af83450d7ef9f78b08c8af25b2213637",
  producer: "stores/abcde",
});

describe("a message of BigCommerce", () => {
  it.each(TOPICS)("%s has its order asked for", (topic) => {
    expect(read(event(topic))).toEqual({ kind: "fetch", topic, orderId: "250", deliveryId: "msg_1" });
  });

  it("of a refund names the order, not the refund", () => {
    const topic = "store/order/refund/created";
    const data = { type: "order", id: 250, refund: { refund_id: 3 } };
    expect(read(event(topic, data))).toMatchObject({ kind: "fetch", orderId: "250" });
  });

  it("of another event is told apart by its webhook-id, whatever their hash (SHP-27)", () => {
    const [one, other] = [read(event("store/order/updated"), "msg_1"), read(event("store/order/updated"), "msg_2")];
    expect([one, other]).toMatchObject([{ deliveryId: "msg_1" }, { deliveryId: "msg_2" }]);
  });

  it.each(["store/product/updated", "store/order/message/created", "store/order/transaction/created", "", 7])(
    "of %j is none of ours",
    (scope) => {
      expect(read(event(scope as string))).toMatchObject({ kind: "ignored", reason: "not_an_order" });
    },
  );

  it.each([
    null,
    {},
    { type: "cart", id: 250 },
    { type: "order" },
    { type: "order", id: -1 },
    { type: "order", id: 1.5 },
  ])("with the data %j names no order", (data) => {
    expect(read(event("store/order/created", data))).toMatchObject({ kind: "ignored", reason: "no_order_named" });
  });

  it("is read without a throw, byte for byte", () => {
    const bodies = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => new TextEncoder().encode(text)),
      fc.jsonValue().map((data) => new TextEncoder().encode(JSON.stringify(event("store/order/updated", data)))),
    );
    fc.assert(
      fc.property(bodies, (body) => {
        expect(["fetch", "ignored"]).toContain(readMessage(new Headers(), body).kind);
      }),
      { numRuns: 1_000 },
    );
  });
});
