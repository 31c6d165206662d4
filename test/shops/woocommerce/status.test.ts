import { describe, expect, it } from "vitest";
import { readOrder } from "../../../src/shops/woocommerce/read-order.ts";
import { orderOf, wooOrder } from "./order-fixtures.ts";

describe("a status of WooCommerce", () => {
  it.each([
    ["pending", "pending"],
    ["on-hold", "pending"],
    ["processing", "paid"],
    ["completed", "paid"],
    ["cancelled", "cancelled"],
    ["refunded", "refunded"],
    ["failed", "cancelled"],
  ])("%s is %s (SHP-4)", (state, status) => {
    expect(orderOf({ status: state })).toMatchObject({ state, status, warnings: [] });
  });

  it("is the same with the prefix of the database", () => {
    expect(orderOf({ status: "wc-completed" })).toEqual(orderOf({ status: "completed" }));
  });

  it.each(["checkout-draft", "auto-draft", "draft", "new", "trash"])("%s is no order (SHP-18)", (status) => {
    expect(readOrder(wooOrder({ status, total: "" }), "c")).toEqual({ kind: "none", reason: status });
  });

  it.each([
    ["2026-03-02T09:15:58", "paid"],
    [null, "pending"],
  ])("of a plugin's own, with a payment of %j, is %s, and warns", (date_paid_gmt, status) => {
    expect(orderOf({ status: "awaiting-pickup", date_paid_gmt })).toMatchObject({
      state: "awaiting-pickup",
      status,
      warnings: ["custom_status"],
    });
  });

  it("that is a word of JavaScript is a plugin's", () => {
    expect(orderOf({ status: "constructor", date_paid_gmt: null }).status).toBe("pending");
  });

  it("says how it stands now, so that one that failed and was paid after all is paid (SHP-5)", () => {
    const failed = orderOf({ status: "failed", date_paid_gmt: null });
    const paid = orderOf({ status: "processing", date_modified_gmt: "2026-03-02T10:00:00" });
    expect([failed.status, paid.status]).toEqual(["cancelled", "paid"]);
    expect(paid.updatedAt > failed.updatedAt).toBe(true);
  });
});
