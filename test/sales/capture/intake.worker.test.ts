import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import worker from "../../../src/index.ts";
import { settleDue } from "../../../src/books/ledger/settle-run.ts";
import { markDue } from "../../../src/journal/due/write-settlement.ts";
import { processInbox } from "../../../src/sales/capture/process-run.ts";
import { storeWithSecret } from "../../../src/programme/store/schema.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { SHORT_ORIGIN } from "../../edge/visit.ts";
import { createStore } from "../../programme/fixtures.ts";
import { settleDeps } from "../../books/settle-fixtures.ts";
import { call, postEvents, postOrder, reports, rowsOf, type ShopStore } from "../capture-fixtures.ts";

const SHOP = "https://shop.example";
const OTHER = "https://other.example";
const SECOND_MS = 1_000;

let store: ShopStore;

beforeEach(async () => {
  store = await createStore({ origins: [SHOP] });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const eventOf = (orderId: string) => ({
  type: "order",
  consent: "granted",
  data: { orderId, amount: "12.50", currency: "EUR" },
});

const report = (orderId: string, origin = SHOP): Promise<Response> =>
  postEvents(store.key, eventOf(orderId), { Origin: origin });

/** Sends an order's event without waiting for what happens behind the answer. */
function send(orderId: string): { answer: Promise<Response>; behind: () => Promise<void> } {
  const context = createExecutionContext();
  const request = new Request<unknown, IncomingRequestCfProperties>(`${SHORT_ORIGIN}/t/events?s=${store.key}`, {
    method: "POST",
    headers: { "Content-Type": "text/plain", Origin: SHOP },
    body: JSON.stringify(eventOf(orderId)),
  });
  return {
    answer: Promise.resolve(worker.fetch(request, env, context)),
    behind: () => waitOnExecutionContext(context),
  };
}

/** Whether it is reports that a batch writes; the runtime's statements have their SQL as a property. */
function keepsReports(statements: readonly D1PreparedStatement[]): boolean {
  return statements.some((statement) => String(Reflect.get(statement, "statement")).includes("INTO inbox"));
}

/** What was refused of the report that came last. */
async function lastVerdict(): Promise<string | null | undefined> {
  const last = (await reports()).at(-1);
  return last?.verdict === "refused" ? last.reason_code : last?.verdict;
}

/** Counts statements that read a store by its key. */
function countStoreReads(): () => number {
  const prepare = vi.spyOn(env.DB, "prepare");
  return () => prepare.mock.calls.filter(([sql]) => sql.includes(`"stores"."key" = ?`)).length;
}

/** Changes the store as another isolate would: nobody tells this one. */
async function elsewhere(sql: string): Promise<void> {
  await env.DB.prepare(`UPDATE stores SET ${sql}`).run();
}

const later = (ms: number): void => void vi.setSystemTime(Date.now() + ms);

describe("a store that reports come for", () => {
  it("is read once in ten seconds", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const reads = countStoreReads();
    for (const id of ["1", "2", "3"]) expect((await report(id)).status).toBe(202);
    await postOrder(store, eventOf("4").data);
    await call(`/pixel.gif?s=${store.key}&order=5&amount=1`);
    expect(reads()).toBe(1);
    later(10 * SECOND_MS);
    await report("6");
    expect(reads()).toBe(2);
    expect((await reports()).map(({ verdict }) => verdict)).toEqual(Array(6).fill("used"));
  });

  it("is what an edit made of it at once", async () => {
    await report("1");
    await api("PATCH", `/stores/${store.id}`, { origins: [OTHER] });
    await report("2");
    expect(await lastVerdict()).toBe("origin_not_allowed");
    await report("3", OTHER);
    expect(await lastVerdict()).toBe("used");

    expect((await postOrder(store, eventOf("4").data)).status).toBe(202);
    const fresh = bodyOf(storeWithSecret, await api("POST", `/stores/${store.id}/rotate-secret`));
    expect((await postOrder(store, eventOf("5").data)).status).toBe(401);
    expect((await postOrder(fresh, eventOf("5").data)).status).toBe(202);

    await api("DELETE", `/stores/${store.id}`);
    expect((await postOrder(fresh, eventOf("6").data)).status).toBe(401);
  });

  it("is found at once after it was made, whoever asked for it before", async () => {
    await postEvents("new-shop", eventOf("1"));
    expect(await lastVerdict()).toBe("waiting");
    const made = await createStore({ key: "new-shop" });
    await postEvents("new-shop", eventOf("2"));
    expect((await reports()).at(-1)).toMatchObject({ verdict: "used", store_id: made.id });
  });

  it("that was changed elsewhere is so after ten seconds, and refuses nobody by what it was", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    await report("1");
    await elsewhere(`origins = '["${OTHER}"]'`);
    await report("2", OTHER);
    expect(await lastVerdict()).toBe("used");
    // That was a look at the store as it is.
    await report("3");
    expect(await lastVerdict()).toBe("origin_not_allowed");

    await elsewhere("origins = '[]'");
    await report("4");
    expect(await lastVerdict()).toBe("used");
  });

  it("whose secret was given anew elsewhere takes the new one at once, the old one for ten seconds", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const other = await createStore();
    expect((await postOrder(store, eventOf("1").data)).status).toBe(202);
    await env.DB.prepare("UPDATE stores SET secret_hash = (SELECT secret_hash FROM stores WHERE id = ?2) WHERE id = ?1")
      .bind(store.id, other.id)
      .run();
    expect((await postOrder(store, eventOf("2").data)).status).toBe(202);
    later(10 * SECOND_MS);
    expect((await postOrder(store, eventOf("3").data)).status).toBe(401);

    await elsewhere(`secret_hash = '${"0".repeat(64)}' WHERE id = '${store.id}'`);
    later(10 * SECOND_MS);
    expect((await postOrder(store, eventOf("4").data)).status).toBe(401);
    await env.DB.prepare("UPDATE stores SET secret_hash = (SELECT secret_hash FROM stores WHERE id = ?2) WHERE id = ?1")
      .bind(store.id, other.id)
      .run();
    expect((await postOrder({ ...store, secret: other.secret }, eventOf("5").data)).status).toBe(202);
    expect((await call(`/postback?s=${store.key}&token=${other.secret}&order=6`)).status).toBe(200);
  });

  it("that was made elsewhere is none for two seconds, if somebody asked for it before", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    await elsewhere("key = 'to-be'");
    await report("1");
    expect(await lastVerdict()).toBe("waiting");
    await elsewhere(`key = '${store.key}'`);
    expect((await postOrder(store, eventOf("2").data)).status).toBe(202);
    later(2 * SECOND_MS);
    await report("3");
    expect(await lastVerdict()).toBe("used");
  });
});

describe("reports that come at once", () => {
  it("are kept together, each once, and all their orders credited", async () => {
    await report("0");
    const batch = vi.spyOn(env.DB, "batch");
    const ids = Array.from({ length: 40 }, (_, n) => String(n + 1));
    const sent = ids.map(send);
    const answers = await Promise.all(sent.map(({ answer }) => answer));
    expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(202));
    // The first by itself, and those that came meanwhile with the next.
    expect(batch.mock.calls.length).toBeLessThan(10);
    const kept = (await reports()).map(({ body }) => JSON.parse(body).data.orderId);
    expect(kept).toHaveLength(41);
    expect(new Set(kept)).toEqual(new Set(["0", ...ids]));
    await Promise.all(sent.map(({ behind }) => behind()));
    expect((await reports()).map(({ verdict }) => verdict)).toEqual(Array(41).fill("used"));
    expect(await rowsOf("orders")).toHaveLength(41);
  });

  it("don't fail with one that can't be kept", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    await env.DB.prepare(
      `CREATE TRIGGER poison BEFORE INSERT ON inbox WHEN NEW.body LIKE '%"poison"%'
       BEGIN SELECT RAISE(ABORT, 'poisoned'); END`,
    ).run();
    const sent = ["1", "2", "poison", "3", "4"].map(send);
    const answers = await Promise.all(sent.map(({ answer }) => answer));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 503, 202, 202]);
    await Promise.all(sent.map(({ behind }) => behind()));
    await env.DB.prepare("DROP TRIGGER poison").run();
    expect(new Set((await rowsOf("orders")).map((row) => row["external_id"]))).toEqual(new Set(["1", "2", "3", "4"]));
    expect((await report("poison")).status).toBe(202);
  });

  it("are kept once where the write was done and its answer lost, and answered as news", async () => {
    const write = env.DB.batch.bind(env.DB);
    let calls = 0;
    vi.spyOn(env.DB, "batch").mockImplementation(async (statements) => {
      const results = await write(statements);
      if (++calls <= 2) throw new Error("D1_ERROR: Network connection lost.");
      return results;
    });
    expect((await postOrder(store, eventOf("1").data)).status).toBe(202);
    expect(await reports()).toHaveLength(1);
  });

  it("wait for no call that hangs, nor for whoever was to write for them", async () => {
    await report("0");
    const write = env.DB.batch.bind(env.DB);
    const hanging = Promise.withResolvers<never>();
    let calls = 0;
    // What else is written meanwhile isn't what somebody was to write for them.
    vi.spyOn(env.DB, "batch").mockImplementation((statements) =>
      keepsReports(statements) && ++calls <= 2 ? hanging.promise : write(statements),
    );
    vi.spyOn(console, "error").mockImplementation(() => {});
    const [first, second] = [send("1"), send("2")];
    const others = ["3", "4", "5"].map(send);
    const answers = await Promise.all(others.map(({ answer }) => answer));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect((await reports()).length).toBe(4);
    hanging.reject(new Error("D1_ERROR: overloaded"));
    const late = (await Promise.all([first.answer, second.answer])).map(({ status }) => status);
    expect(late).toEqual([503, 503]);
    await Promise.all([first, second, ...others].map(({ behind }) => behind()));
    expect(await rowsOf("orders")).toHaveLength(4);
  });
});

describe("a run over many orders", () => {
  it("rests between groups of them", async () => {
    const events = Array.from({ length: 100 }, (_, n) => eventOf(String(n)));
    await postEvents(store.key, events, { Origin: SHOP });
    await env.DB.prepare("UPDATE inbox SET verdict = 'pending', next_at = 1").run();
    await env.DB.prepare("DELETE FROM order_evidence").run();
    const rest = vi.fn(() => Promise.resolve());
    await processInbox(env, Date.now(), { rest });
    expect(rest).toHaveBeenCalledTimes(1);
    expect(await rowsOf("order_evidence")).toHaveLength(100);
  });

  it("rests between groups of those that are settled", async () => {
    const events = Array.from({ length: 101 }, (_, n) => eventOf(String(n)));
    await postEvents(store.key, events.slice(0, 100), { Origin: SHOP });
    await postEvents(store.key, events.slice(100), { Origin: SHOP });
    const ids = (await rowsOf("orders")).map(({ id }) => String(id));
    await env.DB.batch(markDue({ d1: env.DB }, ids));
    const rest = vi.fn(() => Promise.resolve());
    await settleDue(settleDeps(Date.now()), { rest });
    expect(rest).toHaveBeenCalledTimes(1);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM settlements_due").first("n")).toBe(0);
  });
});

describe("whatever fails, and in whatever order", () => {
  it("what was accepted is in the inbox once, and its order is credited", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const fate = fc.oneof(
      { weight: 4, arbitrary: fc.constant("done" as const) },
      fc.constantFrom("lost" as const, "done and lost" as const, "overloaded" as const, "broken" as const),
    );
    const step = fc.record({
      pause: fc.constantFrom(0, 0, 1, 5),
      events: fc.integer({ min: 1, max: 3 }),
      again: fc.boolean(),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 14 }),
        fc.array(fate, { maxLength: 30 }),
        async (steps, fates) => {
          run++;
          const write = env.DB.batch.bind(env.DB);
          const batch = vi.spyOn(env.DB, "batch").mockImplementation(async (statements) => {
            const end = fates.shift() ?? "done";
            if (end === "overloaded") throw new Error("D1_ERROR: D1 DB is overloaded.");
            if (end === "broken") throw new Error("D1_ERROR: something else");
            if (end === "lost") throw new Error("D1_ERROR: Network connection lost.");
            const results = await write(statements);
            if (end === "done and lost") throw new Error("D1_ERROR: Network connection lost.");
            return results;
          });
          const sent: { ids: string[]; status: Promise<number> }[] = [];
          for (const [index, { pause, events, again }] of steps.entries()) {
            if (pause > 0) await scheduler.wait(pause);
            const before = again ? sent.at(-1)?.ids : undefined;
            const ids = before ?? Array.from({ length: events }, (_, n) => `${run}-${index}-${n}`);
            const body = ids.map((id) => ({ id, ...eventOf(id) }));
            sent.push({ ids, status: postEvents(store.key, body, { Origin: SHOP }).then(({ status }) => status) });
          }
          const statuses = await Promise.all(sent.map(({ status }) => status));
          batch.mockRestore();
          expect(statuses.every((status) => status === 202 || status === 503)).toBe(true);
          const accepted = new Set(sent.flatMap(({ ids }, index) => (statuses[index] === 202 ? ids : [])));
          // As the cron does a while later.
          await processInbox(env, Date.now() + 7 * 3_600_000);
          const rows = (await reports()).map(({ body, verdict }) => ({ id: JSON.parse(body).id as string, verdict }));
          const ofRun = rows.filter(({ id }) => id.startsWith(`${run}-`));
          expect(new Set(ofRun.map(({ id }) => id)).size).toBe(ofRun.length);
          expect(ofRun.every(({ verdict }) => verdict === "used")).toBe(true);
          const orders = new Set((await rowsOf("orders")).map((row) => row["external_id"]));
          for (const id of accepted) {
            expect(ofRun.map((row) => row.id)).toContain(id);
            expect(orders).toContain(id);
          }
        },
      ),
      { numRuns: 15 },
    );
  });
});
