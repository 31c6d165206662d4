import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { decidedConversions } from "../../../src/books/conversion/schema.ts";
import { decidedOrders } from "../../../src/sales/order/review-schema.ts";
import { orderDetail } from "../../../src/sales/order/schema.ts";
import { api, bodyOf, expectInvalid, problemOf } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { earned, putConversion } from "../../conversions/conversion-fixtures.ts";
import { define } from "../../conversions/definition-fixtures.ts";
import { id, NOW, STORE } from "../../programme/generation-fixtures.ts";
import { tenPercent } from "../../programme/rule-fixtures.ts";
import { allRows, clickOn, confirmed, insertShop, LEA, LEA_LINK, recordOne } from "../../sales/order-fixtures.ts";
import { putApproval, putLock, putRun } from "../books-fixtures.ts";
import { auditedOn, balance } from "../payout-fixtures.ts";

const NO_ORDER = id("ord", 999);
const NO_CONVERSION = id("cvn", 999);

beforeEach(() => insertShop({ commission: tenPercent({ holdDays: null }) }));

afterEach(() => {
  vi.restoreAllMocks();
});

const pending = async (totalMinor = 1001) =>
  recordOne(confirmed({ currency: "EUR", totalMinor, clicks: [clickOn(LEA_LINK)] }, { externalId: `${totalMinor}` }));
const statusOf = async (orderId: string) => bodyOf(orderDetail, await api("GET", `/orders/${orderId}`)).status;
const decide = async (body: Record<string, unknown>, headers: Record<string, string> = {}) =>
  api("POST", "/orders/bulk", { reason: "Agreed", ...body }, headers);
const decided = async (body: Record<string, unknown>) => bodyOf(decidedOrders, await decide(body));

/** An order whose commission is in a draft run. */
async function payable(): Promise<string> {
  const orderId = await pending(3000);
  const seq = await putApproval(orderId);
  await putLock(NOW + 1);
  await putRun("draft", orderId, [seq]);
  return orderId;
}

describe("DSH-3: many orders at once", () => {
  test("are decided each by itself, with a result for each, and booked", async () => {
    const stuck = await payable();
    const [first, second] = [await pending(), await pending(2000)];
    const answer = await decided({ action: "approve", ids: [first, NO_ORDER, stuck, second] });
    expect(answer).toMatchObject({ dryRun: false, counts: { changed: 2, refused: 2 } });
    expect(answer.results).toMatchObject([
      { index: 0, id: first, status: 200, change: { from: "pending", to: "approved" } },
      { index: 1, id: NO_ORDER, status: 404, change: null, error: { code: "not_found" } },
      { index: 2, id: stuck, status: 409, change: null, error: { code: "illegal_step" } },
      { index: 3, id: second, status: 200, change: { from: "pending", to: "approved" } },
    ]);
    expect([await statusOf(first), await statusOf(stuck), await statusOf(second)]).toEqual([
      "approved",
      "payable",
      "approved",
    ]);
    // 10 % of 10.01 and 20.00, and what the order in the draft was booked before.
    const { results } = await env.DB.prepare("SELECT amount_minor AS minor FROM ledger WHERE order_id IN (?1, ?2)")
      .bind(first, second)
      .all();
    expect(results).toEqual([{ minor: 100 }, { minor: 200 }]);
    expect(await auditedOn(first)).toEqual(["approve"]);
    const { order_history: history } = await allRows();
    expect(history.filter((row) => row["cause"] === "admin")).toMatchObject([
      { order_id: first, to_status: "approved", reason: "Agreed" },
      { order_id: second, to_status: "approved", reason: "Agreed" },
    ]);
  });

  test("a dry run says what would be, needs no reason, and changes nothing", async () => {
    const orderId = await pending();
    const before = await allRows();
    const answer = await api("POST", "/orders/bulk", { action: "dispute", ids: [orderId, NO_ORDER], dryRun: true });
    expect(bodyOf(decidedOrders, answer)).toMatchObject({
      dryRun: true,
      counts: { changed: 1, refused: 1 },
      results: [{ change: { from: "pending", to: "disputed" } }, { status: 404 }],
    });
    expect(await allRows()).toEqual(before);
    expect(await auditedOn(orderId)).toEqual([]);
    expectInvalid(await api("POST", "/orders/bulk", { action: "dispute", ids: [orderId] }), "reason");
  });

  test("the same Idempotency-Key gets the same answer, and decides once", async () => {
    const orderId = await pending();
    const once = { "Idempotency-Key": "monday" };
    const first = await decide({ action: "approve", ids: [orderId] }, once);
    expect((await decide({ action: "approve", ids: [orderId] }, once)).body).toEqual(first.body);
    expect(await auditedOn(orderId)).toEqual(["approve"]);
    // Without it the second is told that it is done.
    expect(await decided({ action: "approve", ids: [orderId] })).toMatchObject({ counts: { changed: 0, refused: 1 } });
    const other = await decide({ action: "decline", ids: [orderId] }, once);
    expect(problemOf(other).code).toBe("idempotency_key_reused");
  });

  test("what comes between the look and the write is decided on as it is then", async () => {
    const [first, second] = [await pending(), await pending(2000)];
    beforeNextWrite(() => decided({ action: "approve", ids: [first] }));
    expect(await decided({ action: "approve", ids: [first, second] })).toMatchObject({
      results: [{ status: 409, error: { code: "illegal_step" } }, { change: { to: "approved" } }],
    });
    expect(await balance(LEA)).toBe(300);
    // An approval is never booked into a period that was locked meanwhile.
    const third = await pending(4000);
    beforeNextWrite(() => putLock(Date.now() + 60_000));
    expect(await decided({ action: "approve", ids: [third] })).toMatchObject({ counts: { changed: 1 } });
    expect(await statusOf(third)).toBe("approved");
  });

  test("takes 200 different ids at most", async () => {
    const ids = Array.from({ length: 201 }, (_, n) => id("ord", n));
    expectInvalid(await decide({ action: "approve", ids }), "ids");
    expectInvalid(await decide({ action: "approve", ids: [NO_ORDER, NO_ORDER] }), "ids.1");
    expect(await decided({ action: "approve", ids: ids.slice(1) })).toMatchObject({ counts: { refused: 200 } });
  });
});

describe("DSH-3: many conversions at once", () => {
  const bulk = async (body: Record<string, unknown>) =>
    bodyOf(decidedConversions, await api("POST", "/conversions/bulk", body));

  test("are decided each by itself, and a dry run changes nothing", async () => {
    const { id: definitionId } = await define({ storeId: STORE, name: "Lead" });
    const put = (values: Partial<Parameters<typeof putConversion>[0]> = {}) =>
      putConversion({ definitionId, earns: [earned()], ...values });
    const [first, second, past] = [await put(), await put(), await put({ origin: "backfill" })];
    const ids = [first, past, NO_CONVERSION, second];
    const outcome = {
      counts: { changed: 2, refused: 2 },
      results: [
        { index: 0, id: first, status: 200, change: { from: "pending", to: "approved" } },
        { index: 1, id: past, status: 409, change: null, error: { code: "conversion_unpayable" } },
        { index: 2, id: NO_CONVERSION, status: 404, change: null },
        { index: 3, id: second, status: 200, change: { from: "pending", to: "approved" } },
      ],
    };
    expect(await bulk({ action: "approve", ids, dryRun: true })).toMatchObject({ dryRun: true, ...outcome });
    expect(await balance(LEA)).toBe(0);
    expect(await bulk({ action: "approve", ids, reason: "Checked" })).toMatchObject({ dryRun: false, ...outcome });
    expect(await balance(LEA)).toBe(1000);
    expect(await auditedOn(second)).toEqual(["approve"]);
    beforeNextWrite(() => api("POST", `/conversions/${first}/decline`));
    expect(await bulk({ action: "decline", ids: [first, second] })).toMatchObject({
      results: [
        { status: 409, error: { code: "conversion_decided" } },
        { change: { from: "approved", to: "declined" } },
      ],
    });
    expect(await balance(LEA)).toBe(0);
  });
});
