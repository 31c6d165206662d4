import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as z from "zod";
import { conversionRate } from "../../../src/books/conversion/rate-schema.ts";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import { api, bodyOf, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { define } from "../../conversions/definition-fixtures.ts";
import { id, insertStore, NOW, PLAN, STORE } from "../../programme/generation-fixtures.ts";
import { DAY, insertShop } from "../../sales/order-fixtures.ts";

const OTHER_STORE = id("str", 2);

let path: string;
let definitionId: string;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  await insertShop();
  ({ id: definitionId } = await define({ storeId: STORE, name: "Sign-up" }));
  path = `/tracking-plans/${PLAN}/conversion-rates/${definitionId}`;
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const put = async (body: Record<string, unknown>) => bodyOf(conversionRate, await api("PUT", path, body));
const read = async () => bodyOf(conversionRate, await api("GET", path));
const at = (time: number) => new Date(time).toISOString();

/** Versions in short, the latest first: `5.00` from when on. */
const versionsOf = ({ versions }: z.infer<typeof conversionRate>) =>
  versions.map(({ amount, effectiveFrom }) => [amount.amountMinor, Date.parse(effectiveFrom) - NOW]);

test("ACX-10: a rate has versions by when they begin, none of which ever changes", async () => {
  expect(problemOf(await api("GET", path)).status).toBe(404);
  expect(await put({ amount: "5.00", holdDays: 14 })).toMatchObject({
    planId: PLAN,
    definitionId,
    name: "Sign-up",
    current: {
      amount: { amountMinor: 500, currency: "EUR" },
      holdDays: 14,
      effectiveFrom: at(NOW),
      actor: "bootstrap",
    },
  });
  const later = await put({ amount: 7, currency: "JPY", holdDays: null, effectiveFrom: at(NOW + DAY) });
  expect(later.current?.amount.amountMinor).toBe(500);
  vi.setSystemTime(NOW + 2 * DAY);
  expect((await read()).current).toMatchObject({ amount: { amountMinor: 7, currency: "JPY" }, holdDays: null });
  await put({ amount: 6, holdDays: 0 });
  expect(versionsOf(await read())).toEqual([
    [600, 2 * DAY],
    [7, DAY],
    [500, 0],
  ]);
  const list = bodyOf(
    z.object({ data: z.array(conversionRate) }),
    await api("GET", `/tracking-plans/${PLAN}/conversion-rates`),
  );
  expect(list.data).toEqual([await read()]);
});

test("deleting ends it from now on, and what was to begin later too", async () => {
  await put({ amount: 5, holdDays: 14 });
  for (const amount of [6, 7]) await put({ amount, holdDays: 14, effectiveFrom: at(NOW + DAY) });
  vi.setSystemTime(NOW + 1000);
  expect((await api("DELETE", path)).status).toBe(204);
  const after = await read();
  expect(after.current).toBeNull();
  expect(versionsOf(after)).toEqual([
    [0, DAY + 2],
    [700, DAY + 1],
    [600, DAY],
    [0, 1000],
    [500, 0],
  ]);
  // Again there is nothing to be ended.
  expect((await api("DELETE", path)).status).toBe(204);
  expect(await read()).toEqual(after);
  const [entries = []] = await pagesOf(auditSchema, `/audit?entityId=${PLAN}&limit=9`);
  expect(entries.map(({ action, entity }) => [action, entity])).toEqual([
    ["delete", "conversionRate"],
    ["update", "conversionRate"],
    ["update", "conversionRate"],
    ["create", "conversionRate"],
  ]);
});

test("what can't be paid, and what is promised already, is refused", async () => {
  for (const amount of ["0", "0.001", "10000000.01"]) {
    expectInvalid(await api("PUT", path, { amount, holdDays: 14 }), "amount");
  }
  expectInvalid(await api("PUT", path, { amount: 5, holdDays: 14, effectiveFrom: at(NOW - 1) }), "effectiveFrom");
  expectInvalid(await api("PUT", path, { amount: 5, holdDays: 366 }), "holdDays");
  expect(await env.DB.prepare("SELECT count(*) AS n FROM conversion_rates").first("n")).toBe(0);
});

test("another store's definition can't be rated, nor one that is gone", async () => {
  await insertStore({ id: OTHER_STORE });
  const strange = await define({ storeId: OTHER_STORE });
  const body = { amount: 5, holdDays: 14 };
  for (const other of [strange.id, "cdf_0000000000000zzz"]) {
    const answer = await api("PUT", `/tracking-plans/${PLAN}/conversion-rates/${other}`, body);
    expect(problemOf(answer)).toMatchObject({ status: 404, code: "not_found" });
  }
  expect(
    problemOf(await api("PUT", `/tracking-plans/${id("pln", 9)}/conversion-rates/${definitionId}`, body)).status,
  ).toBe(404);
  beforeNextWrite(() => env.DB.prepare("DELETE FROM conversion_definitions WHERE id = ?1").bind(definitionId).run());
  expect(problemOf(await api("PUT", path, body)).status).toBe(404);
  expect(await env.DB.prepare("SELECT count(*) AS n FROM conversion_rates").first("n")).toBe(0);
});

test("two that come at once both stand, one after the other", async () => {
  await Promise.all([put({ amount: 5, holdDays: 1 }), put({ amount: 6, holdDays: 1 })]);
  expect(versionsOf(await read()).map(([, from]) => from)).toEqual([1, 0]);
});
