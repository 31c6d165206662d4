import { describe, expect, it } from "vitest";
import { readOrder } from "../../../src/shops/bigcommerce/read-order.ts";
import { bigOrder, orderOf } from "./order-fixtures.ts";

const NO_PARTS = { coupons: [], refunds: [] };

describe("a status of BigCommerce", () => {
  it.each([
    [1, "pending", "pending"],
    [2, "shipped", "paid"],
    [3, "partially_shipped", "paid"],
    [4, "refunded", "refunded"],
    [5, "cancelled", "cancelled"],
    [6, "declined", "cancelled"],
    [7, "awaiting_payment", "pending"],
    [8, "awaiting_pickup", "paid"],
    [9, "awaiting_shipment", "paid"],
    [10, "completed", "paid"],
    [11, "awaiting_fulfillment", "paid"],
    [12, "manual_verification_required", "pending"],
    [13, "disputed", "paid"],
    [14, "partially_refunded", "paid"],
  ])("%i, %s, is %s (SHP-4)", (id, state, status) => {
    expect(orderOf({ status_id: id, status: "As the store calls it" })).toMatchObject({ state, status, warnings: [] });
    expect(orderOf({ status_id: String(id) })).toMatchObject({ state, status });
  });

  it("0, incomplete, is no order yet, whatever else it has (SHP-18)", () => {
    const said = bigOrder({ status_id: 0, total_inc_tax: "", consignments: null });
    expect(readOrder(said, NO_PARTS)).toEqual({ kind: "none", reason: "incomplete" });
  });

  it("that isn't known waits, with a warning", () => {
    expect(orderOf({ status_id: 15 })).toMatchObject({
      state: "status_15",
      status: "pending",
      warnings: ["unknown_status"],
    });
  });

  it.each([null, "", "Shipped", -1, 1.5, {}])("%j is none", (status_id) => {
    expect(readOrder(bigOrder({ status_id }), NO_PARTS)).toMatchObject({ kind: "unreadable", path: "status_id" });
  });

  it("says how it stands now, so that one that was declined and paid after all is paid (SHP-5)", () => {
    const declined = orderOf({ status_id: 6 });
    const paid = orderOf({ status_id: 11, date_modified: "Mon, 02 Mar 2026 10:00:00 +0000" });
    expect([declined.status, paid.status]).toEqual(["cancelled", "paid"]);
    expect(paid.updatedAt > declined.updatedAt).toBe(true);
  });
});
