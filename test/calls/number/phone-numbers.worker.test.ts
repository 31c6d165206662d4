import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { numberOfSource } from "../../../src/calls/number/source-load.ts";
import { bindingsOf } from "../../../src/calls/number/store.ts";
import { bindingSchema, numberSchema } from "../../../src/calls/number/schema.ts";
import type { CallSource } from "../../../src/ground/model/call.ts";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import { runCron } from "../../../src/cron.ts";
import { api, bodyOf, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { rowsOf } from "../../ground/rows.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";
import { insertCampaign, insertPlan } from "../../programme/plan-rows.ts";
import { putCall } from "../call-rows.ts";
import { bind, createPool, nextNumber, registerNumber } from "../number-fixtures.ts";

const LINK = "lnk_0000000000000zzz";
const CAMPAIGN = "cmp_0000000000000zzz";
const NOBODY = { channel: "none", creatorId: null, campaignId: null, linkId: null };
const DAY_MS = 86_400_000;

afterEach(() => {
  vi.useRealTimers();
});

/** Sets the clock, ms UTC. */
function at(time: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: time });
}

async function bindingsIn(id: string) {
  return (await pagesOf(bindingSchema, `/phone-numbers/${id}/bindings?limit=200`)).flat();
}

describe("BX-1: a phone number", () => {
  test("is registered however it is written, once at a time", async () => {
    const store = await createStore();
    const number = await registerNumber({ storeId: store.id, number: "0049 (30) 123-45 67", label: " Poster " });
    expect(number).toMatchObject({ number: "+49301234567", label: "Poster", kind: "static", binding: null });
    expect(number.rental).toEqual({ daysLeft: null, state: "none" });
    const other = await createStore();
    const again = await api("POST", "/phone-numbers", { storeId: other.id, number: "+49 30 1234567" });
    expect(problemOf(again)).toMatchObject({ status: 409, code: "number_taken" });
    expect((await api("DELETE", `/phone-numbers/${number.id}`)).status).toBe(204);
    expect((await api("GET", `/phone-numbers/${number.id}`)).status).toBe(404);
    expect((await registerNumber({ storeId: other.id, number: "+49 30 1234567" })).id).not.toBe(number.id);
  });

  test("that is dialled at home is refused, with the way out", async () => {
    const store = await createStore();
    const answer = await api("POST", "/phone-numbers", { storeId: store.id, number: "030 1234567" });
    expectInvalid(answer, "number");
    expect(problemOf(answer).detail).toContain("+49 30 1234567");
  });

  test("of one store at a time, whoever is first", async () => {
    const store = await createStore();
    const number = nextNumber();
    const answers = await Promise.all([1, 2].map(() => api("POST", "/phone-numbers", { storeId: store.id, number })));
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(["201", "409"]);
  });

  test("doesn't forward to itself, and its rental doesn't end before it begins", async () => {
    const store = await createStore();
    const number = await registerNumber({ storeId: store.id });
    const path = `/phone-numbers/${number.id}`;
    expectInvalid(await api("PATCH", path, { forwardsTo: number.number }), "forwardsTo");
    const days = { rentedFrom: "2026-12-02", rentedUntil: "2026-12-01" };
    expectInvalid(await api("PATCH", path, days), "rentedUntil");
    expectInvalid(
      await api("POST", "/phone-numbers", { storeId: store.id, number: nextNumber(), ...days }),
      "rentedUntil",
    );
  });

  test("keeps its store, and whom it stands for, from being deleted", async () => {
    const [store, creator] = [await createStore(), await createCreator()];
    const number = await registerNumber({ storeId: store.id, binding: { creatorId: creator.id } });
    expect(problemOf(await api("DELETE", `/stores/${store.id}`)).code).toBe("in_use");
    expect(problemOf(await api("DELETE", `/creators/${creator.id}`)).code).toBe("in_use");
    await api("DELETE", `/phone-numbers/${number.id}`);
    expect((await api("DELETE", `/creators/${creator.id}`)).status).toBe(204);
    expect((await api("DELETE", `/stores/${store.id}`)).status).toBe(204);
  });
});

describe("BX-2: what a number stands for", () => {
  test("is one thing at a time: it isn't taken away by mistake", async () => {
    const [store, lea] = [await createStore(), await createCreator()];
    const number = await registerNumber({ storeId: store.id, binding: { channel: "TV", offline: true } });
    expect(number.binding).toMatchObject({ channel: "tv", offline: true, creatorId: null });
    const path = `/phone-numbers/${number.id}/bind`;
    const refused = problemOf(await api("POST", path, { creatorId: lea.id }));
    expect(refused).toMatchObject({ status: 409, code: "number_bound" });
    expect(refused.detail).toContain("replaces");
    expect((await bind(number.id, { channel: "tv", offline: true })).binding).toEqual(number.binding);
    const bound = await bind(number.id, { creatorId: lea.id, replaces: true });
    expect(bound.binding).toMatchObject({ channel: "creator", creatorId: lea.id, offline: false });
    const history = await bindingsIn(number.id);
    expect(history).toHaveLength(2);
    expect(history[0]).toMatchObject({ creatorId: lea.id, from: history[1]?.to, to: null, actor: "bootstrap" });
    const free = bodyOf(numberSchema, await api("POST", `/phone-numbers/${number.id}/unbind`));
    expect(free.binding).toBeNull();
    expect(bodyOf(numberSchema, await api("POST", `/phone-numbers/${number.id}/unbind`))).toEqual(free);
    expect((await bindingsIn(number.id)).every(({ to }) => to !== null)).toBe(true);
    const log = (await pagesOf(auditSchema, `/audit?entityId=${number.id}&limit=50`)).flat();
    expect(log.map(({ action }) => action)).toEqual(["update", "update", "create"]);
    expect(log[1]).toMatchObject({ before: { binding: { channel: "tv" } }, after: { binding: { creatorId: lea.id } } });
  });

  test("BX-4: by a link is the link's creator and campaign, which nothing else may contradict", async () => {
    const [store, other, lea, zoe] = await Promise.all([
      createStore(),
      createStore(),
      createCreator(),
      createCreator(),
    ]);
    await insertPlan({ id: "pln_0000000000000zzz", storeId: store.id });
    await insertCampaign({ id: CAMPAIGN, planId: "pln_0000000000000zzz" });
    await insertLink({ id: LINK, creatorId: lea.id, campaignId: CAMPAIGN, storeId: store.id, kind: "affiliate" });
    const number = await registerNumber({ storeId: store.id });
    expectInvalid(
      await api("POST", `/phone-numbers/${number.id}/bind`, { linkId: LINK, creatorId: zoe.id }),
      "creatorId",
    );
    const bound = await bind(number.id, { linkId: LINK });
    expect(bound.binding).toMatchObject({ channel: "creator", creatorId: lea.id, campaignId: CAMPAIGN, linkId: LINK });
    const foreign = await registerNumber({ storeId: other.id });
    expectInvalid(await api("POST", `/phone-numbers/${foreign.id}/bind`, { linkId: LINK }), "linkId");
    expectInvalid(await api("POST", `/phone-numbers/${foreign.id}/bind`, { campaignId: CAMPAIGN }), "channel");
    expectInvalid(await api("POST", `/phone-numbers/${foreign.id}/bind`, { offline: true }), "channel");
    const nobody = { storeId: other.id, number: nextNumber(), binding: { creatorId: "crt_0000000000000zz0" } };
    expectInvalid(await api("POST", "/phone-numbers", nobody), "binding.creatorId");
  });

  test("of two who bind it at once one has it, and the other is told", async () => {
    const store = await createStore();
    const number = await registerNumber({ storeId: store.id });
    const answers = await Promise.all(
      ["tv", "radio", "print"].map((channel) => api("POST", `/phone-numbers/${number.id}/bind`, { channel })),
    );
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(["200", "409", "409"]);
    expect(await bindingsIn(number.id)).toHaveLength(1);
    const replacing = await Promise.all(
      ["tv", "radio", "print"].map((channel) =>
        api("POST", `/phone-numbers/${number.id}/bind`, { channel: `${channel} 2`, replaces: true }),
      ),
    );
    expect(replacing.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await bindingsIn(number.id)).filter(({ to }) => to === null)).toHaveLength(1);
  });

  test("a bind that is sent twice with one key happens once", async () => {
    const store = await createStore();
    const number = await registerNumber({ storeId: store.id });
    const key = { "idempotency-key": "bind-once" };
    const path = `/phone-numbers/${number.id}/bind`;
    const first = await api("POST", path, { channel: "tv" }, key);
    expect((await api("POST", path, { channel: "tv" }, key)).body).toEqual(first.body);
    expect(await bindingsIn(number.id)).toHaveLength(1);
  });

  test("BXX-1: pages show the number of the link, else of the creator in the campaign, the creator, the campaign, the channel", async () => {
    const [store, lea] = [await createStore({ timezone: "Europe/Berlin" }), await createCreator()];
    await insertPlan({ id: "pln_0000000000000zzz", storeId: store.id });
    await insertCampaign({ id: CAMPAIGN, planId: "pln_0000000000000zzz" });
    await insertLink({ id: LINK, creatorId: lea.id, campaignId: CAMPAIGN, storeId: store.id });
    const target = "+49301110000";
    const source = { channel: "creator", creatorId: lea.id, campaignId: CAMPAIGN, linkId: LINK };
    const bindings = [
      { channel: "creator" },
      { channel: "creator", campaignId: CAMPAIGN },
      { creatorId: lea.id },
      { creatorId: lea.id, campaignId: CAMPAIGN },
      { linkId: LINK },
    ];
    const shown = async (of: Partial<CallSource> = {}) =>
      (await numberOfSource(env.DB, store.id, [target, "+49309990000"], { ...source, ...of }, Date.now())).get(target);
    expect(await shown()).toBeUndefined();
    for (const binding of bindings) {
      const closer = await registerNumber({ storeId: store.id, target, binding });
      expect(await shown(), JSON.stringify(binding)).toBe(closer.number);
    }
    // What stands offline, isn't rented any more or is bound closer counts for nothing.
    await registerNumber({ storeId: store.id, target, binding: { channel: "paid", offline: true } });
    await registerNumber({ storeId: store.id, target, binding: { channel: "paid" }, rentedUntil: "2020-01-01" });
    await registerNumber({ storeId: store.id, binding: { channel: "paid" } });
    expect(await shown({ ...NOBODY, channel: "paid" })).toBeUndefined();
    expect(await shown({ ...NOBODY, creatorId: lea.id })).toBe(
      await shown({ creatorId: lea.id, campaignId: null, linkId: null }),
    );
  });
});

describe("BX-8, BX-9: calls are counted for what their number stood for", () => {
  test("BXX-6: at their time, whatever is bound since, and whoever has the number", async () => {
    const T0 = Date.UTC(2026, 10, 1);
    at(T0);
    const [store, other, lea] = await Promise.all([createStore(), createStore(), createCreator()]);
    const number = nextNumber();
    const first = await registerNumber({ storeId: store.id, number, binding: { creatorId: lea.id } });
    at(T0 + DAY_MS);
    await bind(first.id, { channel: "tv", offline: true, replaces: true });
    at(T0 + 2 * DAY_MS);
    await api("DELETE", `/phone-numbers/${first.id}`);
    at(T0 + 3 * DAY_MS);
    const second = await registerNumber({ storeId: other.id, number, binding: { channel: "print" } });
    for (const days of [0.5, 0.6, 1.5]) {
      await putCall({ storeId: store.id, numberId: first.id, number, startedAt: T0 + days * DAY_MS });
    }
    const then = await bindingsOf(
      env.DB,
      store.id,
      [-0.5, 0, 0.999, 1, 1.5, 2, 2.5, 3.5].map((days) => ({ number, at: T0 + days * DAY_MS })),
    );
    expect(then.map(({ numberId, binding }) => [numberId, binding?.channel])).toEqual([
      [null, undefined],
      [first.id, "creator"],
      [first.id, "creator"],
      [first.id, "tv"],
      [first.id, "tv"],
      [null, undefined],
      [null, undefined],
      [null, undefined],
    ]);
    const [later] = await bindingsOf(env.DB, other.id, [{ number, at: T0 + 3 * DAY_MS }]);
    expect(later).toMatchObject({ numberId: second.id, binding: { channel: "print" } });
    expect((await bindingsIn(first.id)).map(({ channel, calls }) => [channel, calls])).toEqual([
      ["tv", 1],
      ["creator", 2],
    ]);
    expect((await bindingsIn(second.id)).map(({ calls }) => calls)).toEqual([0]);
  });

  test("whatever the clocks of two isolates say, no binding begins before the last one's end", async () => {
    const T0 = Date.UTC(2026, 10, 1);
    at(T0);
    const store = await createStore();
    const number = nextNumber();
    const first = await registerNumber({ storeId: store.id, number, binding: { channel: "tv" } });
    at(T0 - 5_000);
    await bind(first.id, { channel: "radio", replaces: true });
    await api("DELETE", `/phone-numbers/${first.id}`);
    at(T0 - 10_000);
    await registerNumber({ storeId: store.id, number, binding: { channel: "print" } });
    const spans = await rowsOf<{ starts_at: number; ends_at: number | null }>(
      "SELECT starts_at, ends_at FROM number_bindings ORDER BY seq",
    );
    expect(spans).toEqual([
      { starts_at: T0, ends_at: T0 },
      { starts_at: T0, ends_at: T0 },
      { starts_at: T0, ends_at: null },
    ]);
  });
});

describe("BX-7: a rental", () => {
  test("is told by the store's own day, and ends what pages show", async () => {
    // In Auckland it is the 30th already.
    at(Date.UTC(2026, 10, 29, 12));
    const store = await createStore({ timezone: "Pacific/Auckland" });
    const rental = async (rentedFrom: string | null, rentedUntil: string | null) =>
      (await registerNumber({ storeId: store.id, rentedFrom, rentedUntil })).rental;
    expect(await rental("2026-12-01", "2027-12-01")).toEqual({ daysLeft: 366, state: "upcoming" });
    expect(await rental("2026-11-30", null)).toEqual({ daysLeft: null, state: "running" });
    expect(await rental("2026-11-30", "2026-12-31")).toEqual({ daysLeft: 31, state: "running" });
    expect(await rental(null, "2026-12-30")).toEqual({ daysLeft: 30, state: "ending" });
    expect(await rental("2026-11-30", "2026-11-30")).toEqual({ daysLeft: 0, state: "ending" });
    expect(await rental(null, "2026-11-29")).toEqual({ daysLeft: -1, state: "ended" });
    const ending = async (days: number) =>
      (await pagesOf(numberSchema, `/phone-numbers?store=${store.id}&endingWithin=${days}`)).flat().length;
    expect(await Promise.all([0, 29, 30, 31, 366].map(ending))).toEqual([2, 2, 3, 4, 5]);
  });

  test("that ends soon is an alarm, until it is prolonged or the number is gone", async () => {
    const now = Date.UTC(2026, 10, 30, 3, 17);
    at(now);
    const store = await createStore({ timezone: "Europe/Berlin" });
    const [late, soon, gone] = await Promise.all(
      ["2026-12-31", "2026-12-30", "2026-11-01"].map((rentedUntil) =>
        registerNumber({ storeId: store.id, rentedUntil }),
      ),
    );
    const open = async () =>
      (
        await rowsOf<{ subject: string }>(
          "SELECT subject FROM alarms WHERE kind = 'numbers_expiring' AND resolved_at IS NULL ORDER BY subject",
        )
      ).map(({ subject }) => subject);
    await runCron("17 3 * * *", env, now);
    await runCron("17 3 * * *", env, now);
    expect(await open()).toEqual([`${soon?.id}`, `${gone?.id}`].toSorted());
    await runCron("17 3 * * *", env, now + DAY_MS);
    expect(await open()).toHaveLength(3);
    await api("DELETE", `/phone-numbers/${gone?.id}`);
    await api("PATCH", `/phone-numbers/${soon?.id}`, { rentedUntil: "2027-12-30" });
    expect(await open()).toEqual([late?.id]);
    await api("PATCH", `/phone-numbers/${late?.id}`, { rentedUntil: null });
    expect(await open()).toEqual([]);
  });
});

test("BX-1: the list is filtered by what numbers stand for", async () => {
  const [store, lea] = [await createStore(), await createCreator()];
  const free = await registerNumber({ storeId: store.id, label: "Spare" });
  const tv = await registerNumber({ storeId: store.id, binding: { channel: "tv" } });
  const hers = await registerNumber({ storeId: store.id, target: "+49301110000", binding: { creatorId: lea.id } });
  const pooled = await registerNumber({ storeId: store.id });
  const pool = await createPool({ storeId: store.id, numberIds: [pooled.id] });
  const listed = async (query: string) =>
    (await pagesOf(numberSchema, `/phone-numbers?store=${store.id}&limit=2&${query}`)).flat().map(({ id }) => id);
  expect(await listed("")).toEqual([pooled.id, hers.id, tv.id, free.id]);
  expect(await listed("kind=pool")).toEqual([pooled.id]);
  expect(await listed(`pool=${pool.id}`)).toEqual([pooled.id]);
  expect(await listed("kind=static")).toEqual([hers.id, tv.id, free.id]);
  expect(await listed("bound=false")).toEqual([free.id]);
  expect(await listed("channel=TV")).toEqual([tv.id]);
  expect(await listed(`creator=${lea.id}`)).toEqual([hers.id]);
  expect(await listed(`target=${encodeURIComponent("+49 30 111 00 00")}`)).toEqual([hers.id]);
  expect(await listed("q=spar")).toEqual([free.id]);
  expect(await listed(`q=${tv.number.slice(-7)}`)).toEqual([tv.id]);
});
