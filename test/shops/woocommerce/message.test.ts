import { describe, expect, it } from "vitest";
import { readMessage } from "../../../src/shops/woocommerce/message.ts";
import { readOrder } from "../../../src/shops/woocommerce/read-order.ts";
import { meta, wooOrder } from "./order-fixtures.ts";

function message(topic: string | null, body: unknown) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const headers = new Headers(topic === null ? {} : { "X-WC-Webhook-Topic": topic });
  return readMessage(headers, new TextEncoder().encode(text), "wm_click");
}

describe("a message of WooCommerce", () => {
  it.each(["order.created", "order.updated", "order.restored"])(
    "%s is the order as a list would have it, in whichever order they come (SHP-1, SHP-2)",
    (topic) => {
      expect(message(topic, wooOrder())).toEqual({ kind: "order", topic, reading: readOrder(wooOrder(), "wm_click") });
    },
  );

  it("order.deleted has the id alone", () => {
    expect(message("order.deleted", { id: 727 })).toEqual({
      kind: "deleted",
      topic: "order.deleted",
      orderId: "727",
      at: null,
    });
  });

  it("of a user who may not see orders any more says what to do", () => {
    const body = {
      code: "woocommerce_rest_cannot_view",
      message: "Sorry, you cannot view this resource.",
      data: { status: 401 },
    };
    expect(message("order.updated", body)).toMatchObject({ kind: "ignored", reason: "webhook_user_lost_rights" });
    expect(JSON.stringify(message("order.updated", body))).toContain("Shop manager");
  });

  it.each([
    [{ code: "woocommerce_rest_shop_order_invalid_id", message: "Invalid ID.", data: { status: 404 } }, "order_gone"],
    [[], "empty"],
    ["null", "empty"],
    ["false", "empty"],
  ])("of an order that was gone before it was sent is ignored: %j is %s", (body, reason) => {
    expect(message("order.updated", body)).toMatchObject({ kind: "ignored", reason });
  });

  it.each(["product.updated", "customer.created", "action.woocommerce_add_to_cart", "", null])(
    "of the topic %j is not of an order",
    (topic) => {
      expect(message(topic, wooOrder())).toMatchObject({ kind: "ignored", reason: "not_an_order" });
    },
  );

  it.each(["{", "", '{"id":727', "webhook_id=17"])("that is no JSON is kept as unreadable: %j", (body) => {
    expect(message("order.updated", body)).toMatchObject({
      kind: "order",
      reading: { kind: "unreadable", orderId: null, path: "" },
    });
  });

  it("of a deletion that names no order is unreadable", () => {
    expect(message("order.deleted", { id: "all" })).toMatchObject({ reading: { kind: "unreadable", path: "id" } });
  });

  it("of a renewal is to be fetched: which order its subscription began with is not in it (SHP-21)", () => {
    const renewal = wooOrder({ meta_data: [meta("_subscription_renewal", "77")] });
    expect(message("order.created", renewal)).toEqual({ kind: "fetch", topic: "order.created", orderId: "4711" });
  });

  it("of a draft is none (SHP-18)", () => {
    expect(message("order.created", wooOrder({ status: "checkout-draft" }))).toMatchObject({
      reading: { kind: "none", reason: "checkout-draft" },
    });
  });
});
