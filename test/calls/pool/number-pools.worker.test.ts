import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { bindingSchema, numberSchema } from "../../../src/calls/number/schema.ts";
import { listedPool, poolSchema } from "../../../src/calls/pool/schema.ts";
import { runCron } from "../../../src/cron.ts";
import { api, bodyOf, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { rowsOf } from "../../ground/rows.ts";
import { createStore } from "../../programme/fixtures.ts";
import { putLease } from "../call-rows.ts";
import { bind, createPool, nextNumber, registerNumber } from "../number-fixtures.ts";

const NOW = Date.UTC(2026, 10, 30, 12, 30);
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

afterEach(() => {
  vi.useRealTimers();
});

async function numbersOf(storeId: string, count: number) {
  return Promise.all(Array.from({ length: count }, () => registerNumber({ storeId })));
}

async function bindingsIn(id: string) {
  return (await pagesOf(bindingSchema, `/phone-numbers/${id}/bindings?limit=200`)).flat();
}

async function readNumber(id: string) {
  return bodyOf(numberSchema, await api("GET", `/phone-numbers/${id}`));
}

/** What became of pages' wishes in the hour that began so many hours ago. */
async function putHour(storeId: string, target: string, hoursAgo: number, counts: Record<string, number>, peak = 0) {
  const hour = Math.floor(NOW / HOUR_MS - hoursAgo) * HOUR_MS;
  for (const [outcome, count] of Object.entries(counts)) {
    await env.DB.prepare("INSERT INTO number_hours VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
      .bind(storeId, target, hour, outcome, count, peak)
      .run();
  }
}

describe("BX-1: a pool", () => {
  test("has its numbers by bindings of theirs, which it begins and ends", async () => {
    const store = await createStore();
    const [one, two, three] = await numbersOf(store.id, 3);
    const ids = [one, two, three].map((number) => number?.id ?? "");
    const pool = await createPool({ storeId: store.id, target: "+49 30 111 00 00", numberIds: ids.slice(0, 2) });
    expect(pool).toMatchObject({ target: "+49301110000", leaseMinutes: 5, quarantineMinutes: 30, channel: "website" });
    expect(pool.numberIds).toEqual(ids.slice(0, 2));
    const path = `/number-pools/${pool.id}`;
    const patched = bodyOf(listedPool, await api("PATCH", path, { numberIds: ids.slice(1), target: "+49301110001" }));
    expect(patched.numberIds).toEqual(ids.slice(1));
    expect(await readNumber(ids[0] ?? "")).toMatchObject({ kind: "static", poolId: null, binding: null });
    expect(await readNumber(ids[1] ?? "")).toMatchObject({ kind: "pool", poolId: pool.id, target: "+49301110001" });
    // Another channel is another binding, so that calls before count for what they did.
    await api("PATCH", path, { channel: "shop" });
    expect((await bindingsIn(ids[1] ?? "")).map(({ channel, to }) => [channel, to === null])).toEqual([
      ["shop", true],
      ["website", false],
    ]);
    expect((await api("DELETE", path)).status).toBe(204);
    expect((await api("GET", path)).status).toBe(404);
    expect((await Promise.all(ids.map(readNumber))).every(({ poolId }) => poolId === null)).toBe(true);
    expect((await bindingsIn(ids[2] ?? "")).every(({ to }) => to !== null)).toBe(true);
    await createPool({ storeId: store.id, target: "+49301110001", numberIds: ids });
  });

  test("takes no number away by mistake, and none of another store's or of its own pages", async () => {
    const [store, other] = [await createStore(), await createStore()];
    const [bound, foreign] = [
      await registerNumber({ storeId: store.id, target: "+49301110000", binding: { channel: "tv" } }),
      await registerNumber({ storeId: other.id }),
    ];
    const asked = { storeId: store.id, name: "Pool", target: "+49301110000" };
    const refused = problemOf(await api("POST", "/number-pools", { ...asked, numberIds: [bound.id] }));
    expect(refused).toMatchObject({ status: 409, code: "number_bound" });
    expectInvalid(await api("POST", "/number-pools", { ...asked, numberIds: [foreign.id] }), "numberIds.0");
    const own = { ...asked, target: bound.number, numberIds: [bound.id], replaces: true };
    expectInvalid(await api("POST", "/number-pools", own), "numberIds.0");
    const pool = await createPool({ ...asked, numberIds: [bound.id], replaces: true });
    const again = problemOf(await api("POST", "/number-pools", asked));
    expect(again).toMatchObject({ status: 409, code: "pool_taken" });
    expectInvalid(await api("PATCH", `/phone-numbers/${bound.id}`, { target: "+49301110009" }), "target");
    expectInvalid(await api("POST", `/phone-numbers/${foreign.id}/bind`, { poolId: pool.id }), "poolId");
    const spare = await registerNumber({ storeId: store.id });
    expectInvalid(await api("POST", `/phone-numbers/${spare.id}/bind`, { poolId: pool.id, channel: "tv" }), "poolId");
    expect((await bind(spare.id, { poolId: pool.id })).kind).toBe("pool");
  });

  test("waits for a number that pages may still show for what it stood for", async () => {
    const store = await createStore();
    const [shown, poster] = [
      await registerNumber({ storeId: store.id, target: "+49301110000", binding: { channel: "paid" } }),
      await registerNumber({
        storeId: store.id,
        target: "+49301110000",
        binding: { channel: "outdoor", offline: true },
      }),
    ];
    const pool = await createPool({
      storeId: store.id,
      target: "+49301110000",
      numberIds: [shown.id, poster.id],
      replaces: true,
    });
    const { utilisation } = bodyOf(poolSchema, await api("GET", `/number-pools/${pool.id}`));
    expect(utilisation).toMatchObject({ numbers: 2, out: 0, quarantined: 1, free: 1, verdict: "unknown" });
  });

  test("is left whole by whoever changes it at once", async () => {
    const store = await createStore();
    const numbers = await numbersOf(store.id, 4);
    const pool = await createPool({ storeId: store.id, numberIds: numbers.slice(0, 1).map(({ id }) => id) });
    const answers = await Promise.all([
      ...numbers.slice(1).map(({ id }) => api("POST", `/phone-numbers/${id}/bind`, { poolId: pool.id })),
      api("DELETE", `/number-pools/${pool.id}`),
      api("PATCH", `/number-pools/${pool.id}`, { channel: "shop" }),
    ]);
    expect(answers.every(({ status }) => status < 500)).toBe(true);
    expect(
      await rowsOf(
        `SELECT n.id FROM phone_numbers n LEFT JOIN number_bindings b ON b.number_id = n.id AND b.ends_at IS NULL
         LEFT JOIN number_pools p ON p.id = n.pool_id
         WHERE b.pool_id IS NOT n.pool_id OR p.deleted_at IS NOT NULL OR (p.id IS NOT NULL AND p.channel <> b.channel)`,
      ),
    ).toEqual([]);
  });
});

describe("BXX-3: whether a pool has numbers enough", () => {
  test("is told by what it was asked for and how long its numbers were away", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: NOW });
    const store = await createStore();
    const target = nextNumber();
    const numbers = await numbersOf(store.id, 8);
    const pool = await createPool({ storeId: store.id, target, numberIds: numbers.map(({ id }) => id) });
    const used = async () => bodyOf(poolSchema, await api("GET", `/number-pools/${pool.id}`)).utilisation;
    const none = { visitorsAnHour: 0, minutesAVisit: null, numbers: null };
    expect(await used()).toMatchObject({ numbers: 8, free: 8, asked24h: 0, need: none, verdict: "unknown" });
    // One is out, one in quarantine, one not rented any more; two leases are over, of 40 minutes and of 50.
    const lend = async (index: number, times: { startsAt: number; endsAt: number; freeAt: number }) => {
      const number = { id: numbers[index]?.id ?? "", storeId: store.id, poolId: pool.id };
      const lease = await putLease(number, { ...times, heardAt: times.startsAt });
      await env.DB.prepare("UPDATE phone_numbers SET lease_id = ?2, free_at = ?3 WHERE id = ?1")
        .bind(number.id, lease.id, times.freeAt)
        .run();
    };
    const ago = (minutes: number): number => NOW - minutes * MINUTE_MS;
    await lend(0, { startsAt: ago(3), endsAt: ago(-4), freeAt: ago(-34) });
    // None has come back yet: what is away will be, after 37 minutes.
    expect((await used()).need).toMatchObject({ minutesAVisit: 37 });
    await lend(1, { startsAt: ago(20), endsAt: ago(10), freeAt: ago(-20) });
    await lend(2, { startsAt: ago(100), endsAt: ago(90), freeAt: ago(60) });
    await lend(3, { startsAt: ago(200), endsAt: ago(180), freeAt: ago(150) });
    await api("PATCH", `/phone-numbers/${numbers[7]?.id}`, { rentedUntil: "2026-11-29" });
    await putHour(store.id, target, 1, { leased: 3, kept: 90, static_full: 1, bot: 5 }, 3);
    await putHour(store.id, target, 50, { leased: 2, own_full: 4, own: 90 }, 6);
    await putHour(store.id, target, 24 * 8, { leased: 900 }, 7);
    await putHour(store.id, "+49309999999", 1, { leased: 900 }, 7);
    expect(await used()).toEqual({
      numbers: 7,
      notRented: 1,
      out: 1,
      quarantined: 1,
      free: 5,
      peak24h: 3,
      exhaustedAt: null,
      asked24h: 99,
      cases: { kept: 90, leased: 3, static_full: 1, own_full: 0, static: 0, own: 0, bot: 5 },
      // 6 visitors × 45 minutes ÷ 60.
      need: { visitorsAnHour: 6, minutesAVisit: 45, numbers: 5 },
      verdict: "tight",
    });
  });

  test("is an alarm when it had none left, for as long as that comes back within a day", async () => {
    const store = await createStore();
    const pool = await createPool({ storeId: store.id, numberIds: (await numbersOf(store.id, 1)).map(({ id }) => id) });
    const open = async () => rowsOf("SELECT subject FROM alarms WHERE kind = 'pool_exhausted' AND resolved_at IS NULL");
    const exhaust = async (time: number) =>
      env.DB.prepare("UPDATE number_pools SET exhausted_at = ?1").bind(time).run();
    const tick = async (time: number) => runCron("* * * * *", env, time);
    const { id } = pool;
    await tick(NOW);
    expect(await open()).toEqual([]);
    await exhaust(NOW - MINUTE_MS);
    await tick(NOW);
    await tick(NOW + MINUTE_MS);
    expect(await open()).toEqual([{ subject: id }]);
    const [alarm] = await rowsOf<{ detail: string }>("SELECT detail FROM alarms WHERE kind = 'pool_exhausted'");
    expect(JSON.parse(alarm?.detail ?? "")).toMatchObject({ storeId: store.id, numbers: 1, target: pool.target });
    await tick(NOW + 23 * HOUR_MS);
    expect(await open()).toEqual([{ subject: id }]);
    await tick(NOW + 25 * HOUR_MS);
    expect(await open()).toEqual([]);
    await exhaust(NOW + 26 * HOUR_MS);
    await tick(NOW + 26 * HOUR_MS + 1);
    expect(await open()).toEqual([{ subject: id }]);
    await api("DELETE", `/number-pools/${id}`);
    expect(await open()).toEqual([]);
  });
});
