import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { countPast, runBackfills } from "../../../src/conversions/past/backfill-run.ts";
import { backfillSchema } from "../../../src/conversions/past/schema.ts";
import { createIdSource } from "../../../src/ground/id.ts";
import { api, bodyOf, expectInvalid, problemOf } from "../../ground/api.ts";
import { PLAN, STORE } from "../../programme/generation-fixtures.ts";
import { clickOn, confirmed, DAY, insertShop, LEA, LEA_LINK, recordOne } from "../../sales/order-fixtures.ts";
import { tokenOf } from "../../sales/capture-fixtures.ts";
import { countDeps, event, kept, rate } from "../count/count-fixtures.ts";
import { recordGoals } from "../../../src/conversions/count/record-run.ts";
import { define } from "../definition-fixtures.ts";

const NOW = Date.now();

beforeEach(() => insertShop());

/** Puts what a page said so many days ago into the inbox, as it is kept where no definition asked for it. */
async function said(days: number, body: object): Promise<void> {
  const time = Math.round(NOW - days * DAY);
  const newId = createIdSource(
    () => time,
    (bytes) => void crypto.getRandomValues(bytes),
  );
  await env.DB.prepare(
    `INSERT INTO inbox (id, received_at, source, store_key, store_id, body_hash, body, meta, verdict, attempts)
     VALUES (?1, ?2, 'snippet', ?3, ?3, ?1, ?4, '{}', 'kept', 0)`,
  )
    .bind(newId("inbox"), time, STORE, JSON.stringify({ v: 1, ...body }))
    .run();
}

const goal = (visitorHash: string, rest: object = {}) => ({
  type: "conversion",
  consent: "granted",
  visitorHash,
  data: { goal: "trial" },
  ...rest,
});

describe("applying a definition to the past", () => {
  it("AC-26: comes with the activation of one that applies to the past, which wants the number confirmed", async () => {
    const draft = { status: "draft" as const, effectiveFrom: null, activatedAt: null, appliesToPast: true };
    const definition = await define({ storeId: STORE, key: "trial", ...draft });
    await said(3, goal("v1"));
    await said(2, goal("v2"));
    const path = `/conversion-definitions/${definition.id}`;
    const refused = await api("POST", `${path}/activate`);
    expect(refused).toMatchObject({ status: 409, body: { code: "confirm_needed", counts: { conversions: 2 } } });
    expect((await api("GET", path)).body).toMatchObject({ status: "draft" });
    expect((await api("POST", `${path}/activate`, { confirm: 2 })).body).toMatchObject({ status: "active" });
    await runBackfills(env, Date.now());
    expect((await kept()).map(({ origin, time }) => [origin, time])).toEqual([
      ["backfill", Math.round(NOW - 3 * DAY)],
      ["backfill", Math.round(NOW - 2 * DAY)],
    ]);
  });

  it("AC-26, ACX-6: is counted first and confirmed, is marked, earns nothing, and makes nothing twice", async () => {
    const definition = await define({
      storeId: STORE,
      key: "trial",
      effectiveFrom: NOW - DAY,
      limit: { times: 1, windowDays: null },
      triggers: [
        { type: "script", where: [] },
        { type: "order", which: "any", minimumMinor: null, skus: [] },
      ],
    });
    await rate(PLAN, definition.id, 500);
    await said(3, goal("v1", { click: await tokenOf(LEA_LINK, NOW - 4 * DAY) }));
    await said(2, goal("v2"));
    await said(2, { type: "page", url: "https://shop.example/" });
    // Too old, and counted as it came.
    await said(100, goal("v3"));
    await said(0.5, goal("v4"));
    // Of a visitor who converted since.
    await recordGoals(await countDeps(NOW), STORE, [event({ key: "e:live", visitorHash: "v2", time: NOW })]);
    await recordOne(
      confirmed({
        currency: "EUR",
        totalMinor: 1,
        placedAt: NOW - 2 * DAY,
        clicks: [clickOn(LEA_LINK, NOW - 4 * DAY)],
      }),
    );
    const path = `/conversion-definitions/${definition.id}/backfill`;
    expect((await api("GET", path)).status).toBe(404);
    const problem = problemOf(await api("POST", path, {}));
    expect(problem).toMatchObject({ code: "confirm_needed", counts: { conversions: 3 } });
    expect(problemOf(await api("POST", path, { confirm: 2 })).code).toBe("confirm_needed");
    expectInvalid(await api("POST", path, { from: new Date(NOW).toISOString() }), "from");
    expect(await kept()).toHaveLength(1);
    const begun = await api("POST", path, { confirm: 3 });
    expect(begun.status).toBe(202);
    expect(bodyOf(backfillSchema, begun)).toMatchObject({ state: "running", expected: 3, made: 0 });
    await vi.waitFor(
      async () =>
        expect(bodyOf(backfillSchema, await api("GET", path))).toMatchObject({ state: "done", made: 3, seen: 4 }),
      { timeout: 20_000 },
    );
    const rows = await kept();
    expect(
      rows.map(({ origin, uncounted, commission, creator_id }) => [origin, uncounted, commission, creator_id]),
    ).toEqual(
      expect.arrayContaining([
        ["live", null, "none", null],
        ["backfill", "limit", "none", null],
        ["backfill", null, "none", LEA],
        ["backfill", null, "none", LEA],
      ]),
    );
    const audits = await env.DB.prepare("SELECT entity_id FROM audit_log WHERE action = 'apply'").all();
    expect(audits.results).toEqual([{ entity_id: definition.id }]);
    // Whoever does it again, or settles the orders, makes nothing of it.
    expect(problemOf(await api("POST", path, {}))).toMatchObject({ counts: { conversions: 0 } });
    await env.DB.prepare("UPDATE orders SET version = version + 1").run();
    expect((await api("POST", path, { confirm: 0 })).status).toBe(202);
    await runBackfills(env, Date.now());
    await runBackfills(env, Date.now());
    expect(await kept()).toEqual(rows);
    expect(await env.DB.prepare("SELECT * FROM conversion_commissions").first()).toBeNull();
  });

  it("looks at all that happened before the definition listened, even if it is in force since an earlier time", async () => {
    await said(3, goal("v1"));
    const activatedAt = NOW - 2 * DAY;
    const { id } = await define({ storeId: STORE, key: "trial", effectiveFrom: NOW - 5 * DAY, activatedAt });
    const path = `/conversion-definitions/${id}/backfill`;
    expect(problemOf(await api("POST", path, {}))).toMatchObject({ counts: { conversions: 1 } });
    const begun = bodyOf(backfillSchema, await api("POST", path, { confirm: 1 }));
    expect(begun.to).toBe(new Date(activatedAt).toISOString());
    await runBackfills(env, NOW);
    expect(await kept()).toMatchObject([{ origin: "backfill", time: Math.round(NOW - 3 * DAY) }]);
  });

  it("one that can't be done holds up no other", async () => {
    await said(1, goal("v1"));
    const definitions = [await define({ storeId: STORE, key: "a" }), await define({ storeId: STORE, key: "trial" })];
    await env.DB.batch(
      definitions.map(({ id }, at) =>
        env.DB.prepare(
          `INSERT INTO conversion_backfills (definition_id, state, from_at, to_at, cursor, expected, seen, made, actor, created_at, updated_at)
           VALUES (?1, 'running', ?2, ?3, ?4, 1, 0, 0, 'test', 0, 0)`,
        ).bind(id, NOW - 2 * DAY, NOW, JSON.stringify(at === 0 ? { step: "none" } : { step: "events", after: "" })),
      ),
    );
    await expect(runBackfills(env, NOW)).rejects.toThrow();
    expect(await kept()).toMatchObject([{ key: "trial", origin: "backfill" }]);
  });

  it(
    "goes on where it stood, however often it is interrupted, and ends with its definition",
    { timeout: 30_000 },
    async () => {
      const definition = await define({ storeId: STORE, key: "trial", effectiveFrom: NOW });
      await env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 599)
       INSERT INTO inbox (id, received_at, source, store_key, store_id, body_hash, body, meta, verdict, attempts)
       SELECT ?1 || printf('%04d', i), ?2 + i, 'snippet', ?3, ?3, i, ?4, '{}', 'kept', 0 FROM n`,
      )
        .bind(
          createIdSource(
            () => NOW - DAY,
            () => {},
          )("inbox").slice(0, 16),
          NOW - DAY,
          STORE,
          JSON.stringify({ v: 1, ...goal("v") }),
        )
        .run();
      const deps = await countDeps(NOW);
      const stretch = { definition, policy: "granted" as never, from: NOW - 2 * DAY, to: NOW };
      expect(await countPast(deps, stretch)).toEqual({ conversions: 600, isLeast: false });
      await env.DB.prepare(
        `INSERT INTO conversion_backfills (definition_id, state, from_at, to_at, cursor, expected, seen, made, actor, created_at, updated_at)
       VALUES (?1, 'running', ?2, ?3, '{"step":"events","after":""}', 600, 0, 0, 'test', 0, 0)`,
      )
        .bind(definition.id, NOW - 2 * DAY, NOW)
        .run();
      const state = () =>
        env.DB.prepare("SELECT state, seen, made FROM conversion_backfills").first<{
          state: string;
          seen: number;
          made: number;
        }>();
      const broken = new Proxy(env.DB, {
        get(target, name) {
          const value = Reflect.get(target, name) as unknown;
          if (name !== "prepare") return typeof value === "function" ? value.bind(target) : value;
          return (sql: string) => {
            if (sql.startsWith("UPDATE conversion_backfills")) throw new Error("Network connection lost");
            return target.prepare(sql);
          };
        },
      });
      // What was made is there, and nobody knows how far it came.
      await expect(runBackfills({ ...env, DB: broken }, NOW)).rejects.toThrow("lost");
      expect(await state()).toEqual({ state: "running", seen: 0, made: 0 });
      await Promise.all([runBackfills(env, NOW), runBackfills(env, NOW)]);
      await runBackfills(env, NOW);
      expect(await state()).toEqual({ state: "done", seen: 600, made: 600 });
      await env.DB.prepare("UPDATE conversion_backfills SET state = 'running'").run();
      await env.DB.prepare("UPDATE conversion_definitions SET status = 'archived'").run();
      await runBackfills(env, NOW);
      expect(await state()).toMatchObject({ state: "cancelled" });
    },
  );
});
