import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { inboxDetail, inboxItem, inboxSummary } from "../../../src/sales/capture/inbox-schema.ts";
import { processInbox } from "../../../src/sales/capture/process-run.ts";
import { runCron } from "../../../src/cron.ts";
import { api, bodyOf, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";
import { call, postEvents, postOrder, reports, rowsOf } from "../capture-fixtures.ts";

const ORDER = { orderId: "1001", amount: "12.50", currency: "EUR" };
const EVENT = { type: "order", consent: "granted", data: ORDER };
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const NOWHERE = "inb_0000000000000000";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Puts a report into the inbox that no run has seen. */
async function insertReport(id: number, storeKey: string, body: string, change: Record<string, unknown> = {}) {
  const values = { received_at: Date.now(), source: "order", verdict: "pending", next_at: Date.now(), ...change };
  await env.DB.prepare(
    `INSERT INTO inbox (id, received_at, source, store_key, body_hash, body, meta, verdict, attempts, next_at)
     VALUES (?1, ?2, ?3, ?4, ?1, ?5, '{}', ?6, 0, ?7)`,
  )
    .bind(
      `inb_${String(id).padStart(16, "0")}`,
      values.received_at,
      values.source,
      storeKey,
      body,
      values.verdict,
      values.next_at,
    )
    .run();
}

describe("reports of a store that doesn't exist", () => {
  it("wait for it with growing pauses, and are used once it is there", async () => {
    const before = Date.now();
    const answer = await postEvents("new-shop", EVENT);
    expect(await answer.json()).toEqual({ accepted: 1, rejected: [] });
    const [kept] = await reports();
    expect(kept).toMatchObject({ verdict: "waiting", reason_code: "unknown_store", store_id: null, attempts: 0 });

    let now = before;
    const pauses: number[] = [];
    for (let run = 0; run < 12; run++) {
      now = (await reports())[0]?.next_at ?? 0;
      await processInbox(env, now);
      const [row] = await reports();
      expect(row).toMatchObject({ verdict: "waiting", reason_code: "unknown_store", attempts: run + 1 });
      pauses.push((row?.next_at ?? 0) - now);
    }
    expect(pauses.slice(0, 5)).toEqual([1, 2, 4, 8, 16].map((minutes) => minutes * MINUTE_MS));
    expect(pauses.slice(-3)).toEqual([6 * HOUR_MS, 6 * HOUR_MS, 6 * HOUR_MS]);

    const store = await createStore({ key: "new-shop" });
    await processInbox(env, now + 6 * HOUR_MS);
    expect(await reports()).toMatchObject([{ verdict: "used", store_id: store.id, next_at: null, reason_code: null }]);
    expect(await rowsOf("orders")).toMatchObject([{ store_id: store.id, external_id: "1001", trust: "claimed" }]);
  });

  it("are judged by its origins then", async () => {
    await postEvents("new-shop", EVENT, { Origin: "https://evil.example" });
    await createStore({ key: "new-shop", origins: ["https://shop.example"] });
    await processInbox(env, Date.now());
    expect(await reports()).toMatchObject([{ verdict: "refused", reason_code: "origin_not_allowed" }]);
  });

  it("are given up after 7 days, with what stood in the way", async () => {
    await postEvents("new-shop", EVENT);
    await processInbox(env, Date.now() + 7 * DAY_MS);
    expect(await reports()).toMatchObject([
      { verdict: "refused", reason_code: "gave_up", reason_detail: expect.stringContaining("no store"), next_at: null },
    ]);
  });

  it("are no way to fill the table", async () => {
    // Sixty a minute: a minute that ends meanwhile gives way to another.
    const statuses: number[] = [];
    while (statuses.at(-1) !== 429 && statuses.length < 130) {
      statuses.push((await postEvents(`shop-${statuses.length}`, EVENT)).status);
    }
    const kept = statuses.length - 1;
    expect(statuses).toEqual([...Array<number>(kept).fill(202), 429]);
    expect((await call("/pixel.gif?s=shop-999&order=1")).status).toBe(200);
    expect((await reports()).length).toBeLessThanOrEqual(kept + 1);
  });
});

describe("a run", () => {
  it("is stopped by no row that can't be processed", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const store = await createStore();
    const other = await createStore();
    await insertReport(1, store.key, "{ broken");
    await insertReport(2, store.key, JSON.stringify({ ...ORDER, orderId: "poison" }));
    await insertReport(3, store.key, JSON.stringify(ORDER));
    await insertReport(4, other.key, JSON.stringify(ORDER));
    await env.DB.prepare(
      `CREATE TRIGGER poison BEFORE INSERT ON orders WHEN NEW.external_id = 'poison'
       BEGIN SELECT RAISE(ABORT, 'poisoned'); END`,
    ).run();
    const now = Date.now();
    await processInbox(env, now);
    expect((await reports()).map(({ verdict, reason_code }) => [verdict, reason_code])).toEqual([
      ["waiting", "internal"],
      ["waiting", "not_recorded"],
      ["used", null],
      ["used", null],
    ]);
    await env.DB.prepare("DROP TRIGGER poison").run();
    await processInbox(env, now + MINUTE_MS);
    expect((await reports()).map(({ verdict }) => verdict)).toEqual(["waiting", "used", "used", "used"]);
  });

  it("that dies on a row isn't begun with it again", async () => {
    const store = await createStore();
    await insertReport(1, store.key, JSON.stringify(ORDER), { received_at: 1, next_at: 1 });
    await insertReport(2, store.key, JSON.stringify({ ...ORDER, orderId: "1002" }));
    // Dies right after it took the row.
    const write = vi.spyOn(env.DB, "batch").mockRejectedValue(new Error("died"));
    vi.spyOn(console, "error").mockImplementation(() => {});
    await expect(processInbox(env, Date.now(), { page: 1 })).rejects.toThrow();
    write.mockRestore();
    await processInbox(env, Date.now(), { page: 1 });
    expect((await reports()).map(({ verdict }) => verdict)).toEqual(["pending", "used"]);
  });

  it("goes through many pages, oldest first, and leaves nothing for the next", async () => {
    const store = await createStore();
    for (let index = 1; index <= 12; index++) {
      await insertReport(index, store.key, JSON.stringify({ ...ORDER, orderId: String(index) }));
    }
    await processInbox(env, Date.now(), { page: 5 });
    expect((await reports()).map(({ verdict }) => verdict)).toEqual(Array(12).fill("used"));
    expect(await rowsOf("orders")).toHaveLength(12);
  });

  it("is harmless beside itself and again", async () => {
    const store = await createStore();
    for (let index = 1; index <= 5; index++) {
      await insertReport(index, store.key, JSON.stringify({ ...ORDER, orderId: String(index % 2) }));
    }
    const ids = (await reports()).map(({ id }) => id);
    const now = Date.now();
    await Promise.all([
      processInbox(env, now, { ids }),
      processInbox(env, now),
      processInbox(env, now, { ids }),
      processInbox(env, now, { page: 2 }),
    ]);
    const state = JSON.stringify([await rowsOf("orders"), await rowsOf("order_evidence")]);
    expect(await rowsOf("orders")).toHaveLength(2);
    expect(await rowsOf("order_evidence")).toHaveLength(2);
    await env.DB.prepare("UPDATE inbox SET verdict = 'pending', next_at = 1").run();
    await processInbox(env, now);
    expect(JSON.stringify([await rowsOf("orders"), await rowsOf("order_evidence")])).toBe(state);
    expect((await reports()).map(({ verdict }) => verdict)).toEqual(Array(5).fill("used"));
  });

  it("waits where click tokens can't be read", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const store = await createStore();
    await insertReport(1, store.key, JSON.stringify(ORDER));
    await processInbox({ ...env, CLICK_TOKEN_KEYS: "nonsense" }, Date.now());
    expect(await reports()).toMatchObject([{ verdict: "waiting", reason_code: "no_token_keys" }]);
  });

  it("takes a store that was deleted for none, and another with its key for another", async () => {
    const store = await createStore({ key: "shop" });
    await insertReport(1, store.key, JSON.stringify(ORDER));
    await env.DB.prepare("UPDATE inbox SET store_id = ?1").bind(store.id).run();
    await env.DB.prepare("UPDATE stores SET deleted_at = 1").run();
    await createStore({ key: "shop" });
    await processInbox(env, Date.now());
    expect(await reports()).toMatchObject([{ verdict: "waiting", reason_code: "unknown_store" }]);
    expect(await rowsOf("orders")).toEqual([]);
  });

  it("is done every minute, and the night empties what was refused", async () => {
    const store = await createStore();
    const now = Date.now();
    await insertReport(1, store.key, JSON.stringify(ORDER), { next_at: now });
    await insertReport(2, store.key, '"nonsense"', {
      verdict: "refused",
      next_at: null,
      received_at: now - 31 * DAY_MS,
    });
    await insertReport(3, store.key, '"nonsense"', {
      verdict: "refused",
      next_at: null,
      received_at: now - 29 * DAY_MS,
    });
    await insertReport(4, store.key, "{}", { received_at: now - 9 * DAY_MS, next_at: now + HOUR_MS });
    await runCron("* * * * *", env, now);
    expect((await reports()).map(({ verdict }) => verdict)).toEqual(["used", "refused", "refused", "pending"]);
    await runCron("17 3 * * *", env, now);
    expect((await reports()).map(({ body, reason_code }) => [body !== "", reason_code])).toEqual([
      [true, null],
      [false, null],
      [true, null],
      [true, "gave_up"],
    ]);
  });
});

describe("the inbox", () => {
  it("needs a key", async () => {
    await expectGuarded("GET", "/inbox", "orders:read");
    await expectGuarded("GET", `/inbox/${NOWHERE}`, "orders:read");
    await expectGuarded("POST", `/inbox/${NOWHERE}/retry`, "orders:write");
    await expectGuarded("GET", "/stores/str_0000000000000000/inbox", "orders:read");
  });

  it("lists by store, verdict and source, from page to page", async () => {
    const store = await createStore();
    const other = await createStore();
    await postOrder(store, ORDER);
    await postOrder(store, { ...ORDER, amount: "12,50" });
    await call(`/pixel.gif?s=${store.key}&order=1&amount=1`);
    await call(`/pixel.gif?s=${other.key}&order=1&amount=1`);
    await call("/pixel.gif?s=nobody&order=1&amount=1");
    const found = async (query: string): Promise<number> =>
      (await pagesOf(inboxItem, `/inbox?limit=2${query}`)).flat().length;
    expect(await found("")).toBe(5);
    expect(await found(`&store=${store.id}`)).toBe(3);
    expect(await found(`&store=${store.id}&source=order`)).toBe(2);
    expect(await found("&verdict=waiting")).toBe(1);
    const [[refused] = []] = await pagesOf(inboxItem, `/inbox?verdict=refused&store=${store.id}`);
    expect(refused).toMatchObject({
      reason: { code: "bad_amount", detail: expect.stringContaining("amount must be") },
    });
    expectInvalid(await api("GET", "/inbox?verdict=lost"), "verdict");
  });

  it("shows what was sent, as it was kept", async () => {
    const store = await createStore();
    await postOrder(store, { ...ORDER, customerId: "c-1", extra: { kept: true } });
    const [row] = await reports();
    const shown = bodyOf(inboxDetail, await api("GET", `/inbox/${row?.id}`));
    expect(shown).toMatchObject({
      id: row?.id,
      storeId: store.id,
      verdict: "used",
      reason: null,
      orderId: row?.order_id,
      body: { ...ORDER, extra: { kept: true }, customerHash: expect.stringMatching(/^[\w-]{16}$/) },
    });
    expect(problemOf(await api("GET", `/inbox/${NOWHERE}`)).code).toBe("not_found");
  });

  it("processes a report again, whose cause was mended", async () => {
    const store = await createStore({ origins: ["https://shop.example"] });
    await postEvents(store.key, EVENT, { Origin: "https://new.shop.example" });
    const [row] = await reports();
    expect(row).toMatchObject({ verdict: "refused", reason_code: "origin_not_allowed" });
    await api("PATCH", `/stores/${store.id}`, { origins: ["https://new.shop.example"] });
    const answer = bodyOf(inboxDetail, await api("POST", `/inbox/${row?.id}/retry`));
    expect(answer).toMatchObject({ verdict: "pending", reason: null });
    await processInbox(env, Date.now());
    expect(await reports()).toMatchObject([{ verdict: "used", order_id: expect.stringMatching(/^ord_/) }]);
    // Once used, it stays so.
    expect(bodyOf(inboxDetail, await api("POST", `/inbox/${row?.id}/retry`))).toMatchObject({ verdict: "used" });
    const { results } = await env.DB.prepare("SELECT entity_id FROM audit_log WHERE action = 'retry'").all();
    expect(results).toEqual([{ entity_id: row?.id }]);
  });

  it("can't process again what was emptied or isn't there", async () => {
    const store = await createStore();
    await insertReport(1, store.key, "", { verdict: "refused", next_at: null });
    const id = "inb_0000000000000001";
    expect(problemOf(await api("POST", `/inbox/${id}/retry`))).toMatchObject({ status: 409, code: "report_emptied" });
    expect(bodyOf(inboxDetail, await api("GET", `/inbox/${id}`)).body).toBeNull();
    expect(problemOf(await api("POST", `/inbox/${NOWHERE}/retry`)).code).toBe("not_found");
  });

  it("sums up what came in for a store", async () => {
    const store = await createStore();
    await postOrder(store, ORDER);
    await postOrder(store, { ...ORDER, amount: "12,50" });
    await call(`/pixel.gif?s=${store.key}&order=1&amount=1,5`);
    await call(`/pixel.gif?s=${store.key}&order=2&amount=1,5`);
    await postEvents(store.key, { type: "track" });
    await insertReport(1, store.key, "{}", { received_at: 1, next_at: null });
    await env.DB.prepare("UPDATE inbox SET store_id = ?1").bind(store.id).run();
    expect(bodyOf(inboxSummary, await api("GET", `/stores/${store.id}/inbox?days=1`))).toMatchObject({
      total: 5,
      counts: { pending: 0, used: 1, waiting: 0, refused: 3, kept: 1 },
      reasons: expect.arrayContaining([
        { source: "pixel", verdict: "refused", code: "bad_amount", count: 2 },
        { source: "order", verdict: "refused", code: "bad_amount", count: 1 },
        { source: "snippet", verdict: "kept", code: "unused", count: 1 },
      ]),
    });
    expect(problemOf(await api("GET", "/stores/str_0000000000000000/inbox")).code).toBe("not_found");
    expectInvalid(await api("GET", `/stores/${store.id}/inbox?days=0`), "days");
  });
});
