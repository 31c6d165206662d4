import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { claimNumbers, releaseLeases } from "../../../src/calls/lease/claim-write.ts";
import type { Wish } from "../../../src/calls/lease/wish.ts";
import { NOW, STORE } from "../../programme/generation-fixtures.ts";
import { insertShop } from "../../sales/order-fixtures.ts";
import { putBinding, putNumber } from "../call-rows.ts";
import { counted, leases, poolOf, wishOf } from "./lease-fixtures.ts";

const MINUTE = 60_000;

beforeEach(async () => {
  await insertShop();
});

const ask = async (now: number, ...wishes: Wish[]) => claimNumbers(env.DB, wishes, now);
const one = async (now: number, wish: Wish) => (await ask(now, wish))[0];

describe("BXX-1: the order in which a number is chosen, each case counted", () => {
  it("keeps an unexpired one, also in its quarantine, else takes the one that is free for longest", async () => {
    const { pool, numbers } = await poolOf(3);
    const { target } = pool;
    const [a, b, c] = numbers.map(({ number }) => number);
    // All are free since ever: the first by id.
    expect(await one(NOW, wishOf(target, "anna"))).toEqual({ target, number: a, case: "leased" });
    expect(await one(NOW, wishOf(target, "anna"))).toEqual({ target, number: a, case: "kept" });
    expect(await one(NOW + 1, wishOf(target, "bert"))).toMatchObject({ number: b, case: "leased" });
    // The end of the lease is past, its quarantine isn't.
    expect(await one(NOW + 20 * MINUTE, wishOf(target, "anna"))).toMatchObject({ number: a, case: "kept" });
    // Bert's is free for shorter than the one that nobody ever had.
    const later = NOW + 40 * MINUTE;
    expect(await one(later, wishOf(target, "carl"))).toMatchObject({ number: c, case: "leased" });
    expect(await one(later, wishOf(target, "dora"))).toMatchObject({ number: b, case: "leased" });
    expect(await one(later, wishOf(target, "emil"))).toMatchObject({ number: null, case: "own_full" });
    expect(await counted()).toEqual({ leased: 4, kept: 2, own_full: 1 });
    expect(await env.DB.prepare("SELECT exhausted_at AS at FROM number_pools").first("at")).toBe(later);
    expect(await env.DB.prepare("SELECT max(peak) AS peak FROM number_hours").first("peak")).toBe(3);
  });

  it("falls to the source's static number, then to the page's own; programs and unknown targets get nothing", async () => {
    const { pool } = await poolOf(1);
    const { target } = pool;
    const social = await putNumber({ target });
    await putBinding(social, { channel: "social" });
    const given = await ask(
      NOW,
      wishOf(target, "anna"),
      wishOf(target, "bert", { channel: "social" }),
      wishOf(target, "carl"),
      wishOf(target, null, { channel: "social" }),
      wishOf(target, null),
      wishOf(target, null, { isBot: true, channel: "social" }),
      wishOf("+4989999999", "anna"),
    );
    expect(
      given.map(({ number, case: fell }) => [number === social.number ? "social" : number === null, fell]),
    ).toEqual([
      [false, "leased"],
      ["social", "static_full"],
      [true, "own_full"],
      ["social", "static"],
      [true, "own"],
      [true, "bot"],
      [true, "own"],
    ]);
    // What stands for nothing is none of the store's cases.
    expect(await counted()).toEqual({ leased: 1, static_full: 1, own_full: 1, static: 1, own: 1, bot: 1 });
  });

  it("gives no number whose rental is over, not even to who has it", async () => {
    const { pool, numbers } = await poolOf(1);
    await one(NOW, wishOf(pool.target, "anna"));
    await env.DB.prepare("UPDATE phone_numbers SET rented_until = '2000-01-01'").run();
    expect(await one(NOW + 1, wishOf(pool.target, "anna", { shown: numbers[0]?.number ?? "" }))).toMatchObject({
      number: null,
      case: "own_full",
    });
  });

  it("BXX-3: one network holds three numbers, or a tenth of a pool, and the rest are others'", async () => {
    const { pool } = await poolOf(5);
    const flood = Array.from({ length: 20 }, (_none, index) =>
      wishOf(pool.target, `bot-${index}`, { network: "flood" }),
    );
    const given = [...(await ask(NOW, ...flood.slice(0, 2))), ...(await ask(NOW, ...flood))];
    expect(new Set(given.flatMap(({ number }) => number ?? [])).size).toBe(3);
    expect(await one(NOW, wishOf(pool.target, "anna"))).toMatchObject({ case: "leased" });
    expect(await counted()).toEqual({ leased: 4, kept: 2, own: 17 });
    expect(await env.DB.prepare("SELECT exhausted_at AS at FROM number_pools").first("at")).toBeNull();
  });
});

describe("BXX-2: how long a lease goes", () => {
  it("is prolonged by asking again; the number rests after it, and goes to another then", async () => {
    const { pool, numbers } = await poolOf(1);
    const { target } = pool;
    const number = numbers[0]?.number ?? "";
    await one(NOW, wishOf(target, "anna", { visit: "visit-1", page: "/tea" }));
    await one(NOW + MINUTE, wishOf(target, "anna", { visit: "visit-1", shown: number }));
    const heard = NOW + MINUTE;
    expect(await leases()).toMatchObject([
      {
        startsAt: NOW,
        heardAt: heard,
        endsAt: heard + 5 * MINUTE,
        freeAt: heard + 35 * MINUTE,
        page: "/tea",
        lateAt: null,
      },
    ]);
    const free = heard + 35 * MINUTE;
    expect(await one(free - 1, wishOf(target, "bert"))).toMatchObject({ case: "own_full" });
    expect(await one(free, wishOf(target, "bert"))).toMatchObject({ number, case: "leased" });
    // Anna's page slept, and shows what is Bert's by now.
    expect(await one(free + 5, wishOf(target, "anna", { visit: "visit-1", shown: number }))).toMatchObject({
      number: null,
      case: "own_full",
    });
    expect(await leases()).toMatchObject([
      { visitorHash: "anna", freeAt: free, lateAt: free + 5 },
      { visitorHash: "bert", startsAt: free, lateAt: null },
    ]);
    // Whoever says so a day later says nothing.
    await one(free + 2 * 86_400_000, wishOf(target, "anna", { asks: false, shown: number }));
    expect((await leases())[0]).toMatchObject({ lateAt: free + 5 });
  });

  it("goes on with a page that still shows what nobody else has had since; who comes anew takes what is free", async () => {
    const { pool, numbers } = await poolOf(2);
    const { target } = pool;
    const [a, b] = numbers.map(({ number }) => number);
    await one(NOW, wishOf(target, "anna"));
    const later = NOW + 2 * 60 * MINUTE;
    expect(await one(later, wishOf(target, "anna", { shown: a ?? null }))).toMatchObject({ number: a, case: "kept" });
    expect(await leases()).toMatchObject([{ startsAt: NOW, freeAt: later + 35 * MINUTE }]);
    expect(await one(later + 60 * MINUTE, wishOf(target, "anna"))).toMatchObject({ number: b, case: "leased" });
  });

  it("is another's for another visit, on the same number, from where the first ends", async () => {
    const { pool, numbers } = await poolOf(2);
    const { target } = pool;
    const number = numbers[0]?.number ?? "";
    await one(NOW, wishOf(target, "anna", { visit: "visit-1", channel: "search" }));
    const next = wishOf(target, "anna", { visit: "visit-2", channel: "creator", linkId: "lnk_a", clickId: "clk_a" });
    expect(await one(NOW + MINUTE, next)).toMatchObject({ number, case: "kept" });
    expect(await one(NOW + MINUTE, next)).toMatchObject({ number, case: "kept" });
    // Without visits a source of its own begins one; a further page of the site doesn't.
    await one(NOW + 2 * MINUTE, wishOf(target, "bert", { channel: "paid", clickId: "clk_b" }));
    await one(NOW + 3 * MINUTE, wishOf(target, "bert"));
    await one(NOW + 4 * MINUTE, wishOf(target, "bert", { channel: "social", sourceName: "X" }));
    expect(await leases()).toMatchObject([
      { visitorHash: "anna", channel: "search", startsAt: NOW, endsAt: NOW + MINUTE, freeAt: NOW + MINUTE },
      { visitorHash: "anna", channel: "creator", linkId: "lnk_a", startsAt: NOW + MINUTE, visit: "visit-2" },
      { visitorHash: "bert", channel: "paid", freeAt: NOW + 4 * MINUTE },
      { visitorHash: "bert", channel: "social", startsAt: NOW + 4 * MINUTE },
    ]);
    expect(await counted()).toEqual({ leased: 2, kept: 4 });
  });

  it("ends when consent is withdrawn: nobody's then, and the number rests", async () => {
    const { pool, numbers } = await poolOf(1);
    await one(NOW, wishOf(pool.target, "anna", { visit: "visit-1" }));
    const end = NOW + MINUTE;
    await env.DB.batch(releaseLeases(env.DB, STORE, "anna", end));
    expect(await leases()).toMatchObject([{ visitorHash: "", visit: null, endsAt: end, freeAt: end + 30 * MINUTE }]);
    expect(await env.DB.prepare("SELECT free_at AS at, lease_network AS net FROM phone_numbers").first()).toEqual({
      at: end + 30 * MINUTE,
      net: "net-anna",
    });
    expect(await one(end + 30 * MINUTE, wishOf(pool.target, "bert"))).toMatchObject({ number: numbers[0]?.number });
  });

  it("knows nobody who wants to be forgotten", async () => {
    const { pool } = await poolOf(1);
    await env.DB.prepare("INSERT INTO visitor_forgets (store_id, visitor_hash, asked_at) VALUES (?1, 'anna', 1)")
      .bind(STORE)
      .run();
    expect(await one(NOW, wishOf(pool.target, "anna"))).toMatchObject({ number: null, case: "own" });
    expect(await leases()).toEqual([]);
  });
});
