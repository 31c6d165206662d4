import { env } from "cloudflare:workers";
import { beforeEach, expect, it, vi } from "vitest";
import { runCron } from "../../../src/cron.ts";
import { watchReuse } from "../../../src/sales/shop/reused-run.ts";
import { NOW } from "../../programme/generation-fixtures.ts";
import { rowsOf } from "../../ground/rows.ts";
import { DAY, insertShop, LEA_CODE } from "../order-fixtures.ts";
import { isoOf, reading, take } from "./shop-fixtures.ts";

beforeEach(async () => {
  vi.spyOn(console, "error").mockReturnValue();
  await insertShop({ limits: { oncePerCustomer: true } });
});

const open = () =>
  rowsOf<{ subject: string; detail: string }>(
    "SELECT subject, detail FROM alarms WHERE kind = 'code_reused' AND resolved_at IS NULL",
  );

const used = (orderId: string, email: string | null, id: string | null = null, values = {}) =>
  reading({ orderId, codes: ["LEA10"], ...values }, { id, email, phone: null });

it("SHP-20: a customer's second order by a code that is for one is an alarm, whatever account it was made by", async () => {
  await take([used("1", "mia@x.example"), used("2", "tom@x.example")]);
  await watchReuse(env.DB, NOW);
  expect(await open()).toEqual([]);
  // The same address, in two accounts.
  await take([used("3", "ida@x.example", "501"), used("4", "Ida@x.example", "502")]);
  await watchReuse(env.DB, NOW);
  await watchReuse(env.DB, NOW);
  const [alarm, ...others] = await open();
  expect(others).toEqual([]);
  expect(alarm?.subject).toBe(LEA_CODE);
  expect(JSON.parse(alarm?.detail ?? "")).toEqual({ text: "LEA10", customers: 1, orders: 2 });

  await take([used("4", "Ida@x.example", "502", { status: "cancelled", updatedAt: isoOf(NOW - 1000) })]);
  await watchReuse(env.DB, NOW);
  expect(await open()).toEqual([]);
});

it("is none for a test, for a code without the limit, and once the orders are long past", async () => {
  await take([used("1", "mia@x.example"), used("2", "mia@x.example", null, { test: true })]);
  await watchReuse(env.DB, NOW);
  expect(await open()).toEqual([]);
  await take([used("3", "mia@x.example")]);
  await env.DB.prepare("UPDATE tracking_plans SET limits = '{}'").run();
  await watchReuse(env.DB, NOW);
  expect(await open()).toEqual([]);
  await env.DB.prepare(`UPDATE tracking_plans SET limits = '{"oncePerCustomer":true}'`).run();
  await runCron("17 3 * * *", env, NOW);
  expect(await open()).toHaveLength(1);
  await watchReuse(env.DB, NOW + 91 * DAY);
  expect(await open()).toEqual([]);
});
