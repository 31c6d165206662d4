import { expect, it } from "vitest";
import { AdminApi } from "../../../scripts/admin-api.ts";
import { type Credit, creditOf } from "../../../scripts/demo-credit.ts";

const LEA = { name: "Léa Moreau", creatorId: "crt_1", url: "http://127.0.0.1:8787/creator/x" };
const EARNED = { total: { amountMinor: 599, currency: "EUR" } };

/** What becomes of an order that the API shows so and that doesn't change any more. */
async function credited(order: object): Promise<Credit | null> {
  const data = [{ id: "ord_1", externalId: "D-1", attribution: null, commission: null, ...order }];
  const api = new AdminApi("http://waymark.invalid", "key", undefined, async () =>
    Response.json({ data, nextCursor: null }),
  );
  return creditOf(api, { storeId: "str_1", waymark: "http://waymark.invalid", pages: [LEA] }, "D-1", 0);
}

it("says who is credited with an order that the shop's server confirmed, and of no other that it is nobody's", async () => {
  const attribution = { creatorId: LEA.creatorId };
  expect(await credited({ trust: "confirmed", attribution, commission: EARNED })).toMatchObject({
    page: LEA,
    commission: { amountMinor: 599 },
    desk: "http://waymark.invalid/admin/orders/ord_1",
  });
  expect(await credited({ trust: "confirmed" })).toMatchObject({ page: null, commission: null });
  // Whose it is is known before what it earns.
  expect(await credited({ trust: "confirmed", attribution })).toMatchObject({ page: LEA, commission: null });
  expect(await credited({ trust: "claimed" })).toBeNull();
  expect(await credited({ trust: "confirmed", externalId: "D-10" })).toBeNull();
});
