import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { runCron } from "../../../src/cron.ts";
import { openDatabase } from "../../../src/ground/db/client.ts";
import { visitQuality } from "../../../src/ground/db/schema/visit.ts";
import type { TaggingRule } from "../../../src/ground/model/visit.ts";
import { qualitySchema } from "../../../src/visits/quality/schema.ts";
import { tidyQuality, watchSilence } from "../../../src/visits/quality/silence-run.ts";
import { api, bodyOf, expectInvalid } from "../../ground/api.ts";
import { createStore } from "../../programme/fixtures.ts";
import { putTaggingPlan } from "../plan-fixtures.ts";
import { tell } from "../take-fixtures.ts";

const DAY = 86_400_000;
const RULE: TaggingRule = {
  id: "basket",
  kind: "click",
  selector: ".basket",
  extensions: [],
  page: null,
  event: "Add to basket",
  label: null,
};

type Row = typeof visitQuality.$inferInsert;

/** Puts there what came of something at a time (ms UTC) and a minute after. */
async function came(storeId: string, time: number, row: Partial<Row> = {}): Promise<void> {
  await openDatabase(env.DB)
    .insert(visitQuality)
    .values({
      storeId,
      day: new Date(time).toISOString().slice(0, 10),
      kind: "click",
      rule: "basket",
      outcome: "valid",
      count: 2,
      firstAt: time,
      lastAt: time + 60_000,
      ...row,
    });
}

const alarms = async () => {
  const { results } = await env.DB.prepare(
    "SELECT subject, detail, resolved_at IS NULL AS open FROM alarms WHERE kind = 'tagging_silent' ORDER BY subject",
  ).all<{ subject: string; detail: string; open: number }>();
  return results.map(({ detail, ...alarm }) => ({ ...alarm, event: (JSON.parse(detail) as { event: string }).event }));
};

afterEach(() => {
  vi.restoreAllMocks();
});

test("DIX-9, DIO-13: each planned thing says what became of what came, and what came beside the plan is shown", async () => {
  const { id: storeId } = await createStore();
  const { id: other } = await createStore();
  const noon = Date.UTC(2026, 10, 30, 12);
  vi.useFakeTimers({ toFake: ["Date"], now: noon + 3_600_000 });
  const path = `/stores/${storeId}/quality`;
  const empty = bodyOf(qualitySchema.strict(), await api("GET", path));
  expect(empty).toEqual({ plan: null, days: 7, data: [] });

  await putTaggingPlan({
    storeId,
    status: "active",
    activatedAt: 1,
    number: 4,
    pages: { engagement: false, scroll: true, heatmap: true, aliases: [] },
    rules: [RULE],
    checkout: { steps: [{ name: "Pay", page: null }], abandonedAfterMinutes: 30 },
  });
  await came(storeId, noon);
  await came(storeId, noon + 120_000, { outcome: "duplicate", count: 1 });
  await came(storeId, noon, { outcome: "bot", count: 4 });
  await came(storeId, noon - 6 * DAY, { outcome: "missing", count: 8 });
  await came(storeId, noon - 6 * DAY, { outcome: "implausible", count: 16 });
  await came(storeId, noon - 7 * DAY, { count: 1_000 });
  await came(storeId, noon, { rule: "gone", outcome: "unplanned", count: 3 });
  await came(storeId, noon - 7 * DAY, { rule: "older", outcome: "unplanned" });
  await came(other, noon, { count: 5_000 });
  const { plan, data } = bodyOf(qualitySchema.strict(), await api("GET", path));
  expect(plan).toEqual({ id: "tgp_0000000000000001", name: "Shop", version: 4 });
  expect(data.map(({ kind, rule, event, planned }) => [kind, rule, event, planned])).toEqual([
    ["page", null, null, true],
    ["engage", null, null, true],
    ["zones", null, null, true],
    ["click", "basket", "Add to basket", true],
    ["step", "Pay", "Pay", true],
    ["cart", null, null, true],
    ["banner", null, null, true],
    ["click", "gone", null, false],
  ]);
  expect(data[3]).toMatchObject({
    seen: 31,
    valid: 2,
    duplicates: 1,
    bots: 4,
    implausible: 16,
    refused: { unplanned: 0, no_consent: 0, missing: 8, malformed: 0 },
    firstAt: new Date(noon - 6 * DAY).toISOString(),
    lastAt: new Date(noon + 180_000).toISOString(),
    silentSince: null,
  });
  expect(data[0]).toMatchObject({ seen: 0, firstAt: null, lastAt: null });
  const day = bodyOf(qualitySchema, await api("GET", `${path}?days=1`));
  expect(day.data[3]).toMatchObject({ seen: 7 });
  expect(bodyOf(qualitySchema, await api("GET", `${path}?days=8`)).data[3]).toMatchObject({ seen: 1_031 });
  for (const days of ["0", "91", "x"]) expectInvalid(await api("GET", `${path}?days=${days}`), "days");
  vi.useRealTimers();
});

test("DIX-9: what stops coming raises an alarm, which ends when it comes again or nobody waits for it", async () => {
  const { id: storeId } = await createStore();
  const { id: quiet } = await createStore();
  const start = Date.UTC(2026, 10, 1, 12);
  await putTaggingPlan({
    storeId,
    status: "active",
    activatedAt: 1,
    rules: [RULE, { ...RULE, id: "rare", event: "Rare" }],
  });
  await putTaggingPlan({ id: "tgp_0000000000000002", storeId: quiet, rules: [RULE] });
  for (let day = 0; day < 5; day += 1) {
    await came(storeId, start + day * DAY);
    await came(quiet, start + day * DAY);
  }
  await came(storeId, start, { rule: "rare" });
  await came(storeId, start + 8 * DAY, { outcome: "bot" });
  const silent = start + 8 * DAY;
  await watchSilence(env.DB, start + 5 * DAY);
  expect(await alarms()).toEqual([]);

  vi.spyOn(console, "error").mockImplementation(() => {});
  // The cron's own way, at a minute at which it looks: bots are nobody's clicks.
  const minute = silent - (silent % 900_000) + 4 * 60_000;
  await runCron("* * * * *", env, minute);
  await runCron("* * * * *", env, minute);
  const subject = `${storeId} click basket`;
  expect(await alarms()).toEqual([{ subject, open: 1, event: "Add to basket" }]);

  await came(storeId, silent + DAY);
  await watchSilence(env.DB, silent + DAY + 120_000);
  expect(await alarms()).toEqual([{ subject, open: 0, event: "Add to basket" }]);
  await watchSilence(env.DB, silent + 30 * DAY);
  expect(await alarms()).toEqual([{ subject, open: 1, event: "Add to basket" }]);
  await env.DB.prepare("UPDATE tagging_plans SET status = 'retired', retired_at = 1 WHERE store_id = ?1")
    .bind(storeId)
    .run();
  await watchSilence(env.DB, silent + 30 * DAY);
  expect(await alarms()).toEqual([{ subject, open: 0, event: "Add to basket" }]);
});

test("what is older than 400 days goes", async () => {
  const { id: storeId } = await createStore();
  const now = Date.UTC(2026, 10, 30, 12);
  await came(storeId, now - 400 * DAY);
  await came(storeId, now - 401 * DAY);
  await tidyQuality(env, now);
  expect(await env.DB.prepare("SELECT count(*) AS rows FROM visit_quality").first("rows")).toBe(1);
});

test("DIO-13: what a page tells under a plan of the API comes to where quality looks for it", async () => {
  const { id: storeId, key } = await createStore();
  const rules = [{ kind: "click", selector: ".basket", event: "Add to basket" }];
  const draft = await api("POST", "/tagging-plans", {
    storeId,
    name: "Shop",
    rules,
    checkout: { steps: [{ name: "Pay" }] },
  });
  const { id } = draft.body as { id: string };
  await api("POST", `/tagging-plans/${id}/activate`);
  const denied = { v: 1, consent: "denied", view: "v", url: "https://shop.example/", plan: 1, age: 0 };
  const click = { ...denied, type: "click", id: "an-event-of-its-own-01", data: { rule: "add-to-basket" } };
  await tell(key, [
    click,
    click,
    { ...denied, type: "click", id: "an-event-of-its-own-02", data: { rule: "other" } },
    { ...denied, type: "step", id: "an-event-of-its-own-03", data: { step: "Pay" } },
    { ...denied, type: "cart", id: "an-event-of-its-own-04", data: { items: [{ sku: "T", quantity: 1 }], value: 5 } },
  ]);
  const { data } = bodyOf(qualitySchema, await api("GET", `/stores/${storeId}/quality`));
  const found = (kind: string, rule: string | null) => data.find((one) => one.kind === kind && one.rule === rule);
  expect(found("click", "add-to-basket")).toMatchObject({ planned: true, seen: 2, valid: 1, duplicates: 1 });
  expect(found("click", null)).toMatchObject({ planned: false, seen: 1, refused: { unplanned: 1 } });
  expect(found("step", "Pay")).toMatchObject({ planned: true, valid: 1 });
  expect(found("cart", null)).toMatchObject({ planned: true, valid: 0, refused: { no_consent: 1 } });
});
