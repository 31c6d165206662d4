import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { alarmSchema } from "../../../src/journal/alarm/schema.ts";
import { daysBefore, findLeaks, raiseLeakAlarms } from "../../../src/programme/code/watch-run.ts";
import { codeLeak } from "../../../src/programme/code/schema.ts";
import { rollUpClicks } from "../../../src/reports/rollup/run.ts";
import { api, expectInvalid, pagesOf } from "../../ground/api.ts";
import { createCode, createFull, insertPlan, leaks, nextId, readCode, useCode } from "../code-fixtures.ts";
import { clickMessage } from "../../clicks/click-message.ts";
import { bindClickDatabases } from "../../clicks/databases-fixtures.ts";
import { ingestAll } from "../../clicks/log-fixtures.ts";
import { readConfig } from "../../../src/ground/config.ts";
import { insertLink } from "../../links/link-fixtures.ts";

const HOUR = 3_600_000;
const DAY = 86_400_000;
/** Five minutes into an hour of yesterday: nothing of these tests is in the future, or on the edge of an hour. */
const NOW = Math.floor(Date.now() / HOUR) * HOUR - HOUR - DAY + 5 * 60_000;

afterEach(() => {
  vi.restoreAllMocks();
});

/** A code whose creator has a link, and what tests need of both. */
async function createWithLink(code = "LEA10", store: Record<string, unknown> = {}) {
  const plan = await insertPlan({}, store);
  const creatorId = (await createFull()).id;
  const made = await createCode({ planId: plan.id, creatorId, code });
  const linkId = nextId("lnk_");
  await insertLink({ id: linkId, creatorId, planId: plan.id });
  return { ...made, linkId };
}

/** Puts a click into the log. */
async function click(linkId: string, time: number, country: string | null = null, bucket = "counted"): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO click_rows (id, link_id, time, bucket, reason, window_start, unique_of_day, device, source, consent,
       consent_source, ingested_at, country) VALUES (?1, ?2, ?3, ?4, 'visit', 0, 0, 'mobile', 'direct', 'denied', 'policy', 0, ?5)`,
  )
    .bind(nextId("clk_"), linkId, time, bucket, country)
    .run();
}

const kinds = async (query = "") =>
  (await leaks(query)).map(({ code, signals }) => [code, ...signals.map(({ kind }) => kind)]);

const UNCLICKED = ["LEA10", "uses_without_click"];

describe("UPF-65 uses without a click", () => {
  test("are listed with their numbers", async () => {
    const { id, storeId, creatorId, planId, linkId } = await createWithLink();
    await click(linkId, NOW - HOUR);
    await useCode(storeId, "lea10", [NOW, NOW - 2 * DAY, NOW - 3 * DAY, NOW - 4 * DAY]);
    expect(await leaks()).toEqual([
      {
        codeId: id,
        code: "LEA10",
        creatorId,
        planId,
        uses: 4,
        clicks: 1,
        signals: [
          {
            kind: "uses_without_click",
            detail: "3 of 4 uses had no click on the creator's links before them.",
            uses: 3,
          },
        ],
      },
    ]);
  });

  test("are none where a click came in the store's window before them", async () => {
    const { storeId, linkId } = await createWithLink("LEA10", { attribution: { windowDays: 2 } });
    await useCode(storeId, "LEA10", [NOW, NOW + 1, NOW + 2]);
    expect(await kinds()).toEqual([UNCLICKED]);
    await click(linkId, NOW - 2 * DAY - HOUR);
    await click(linkId, NOW - HOUR, null, "bot");
    await click(linkId, NOW + 3);
    expect(await kinds()).toEqual([UNCLICKED]);
    await click(linkId, NOW - 2 * DAY + HOUR);
    expect(await kinds()).toEqual([]);
  });

  test("are the same whether clicks are rolled up or not", async () => {
    const { storeId, linkId } = await createWithLink("LEA10", { attribution: { windowDays: 2 } });
    await useCode(storeId, "LEA10", [NOW, NOW + 1, NOW + 2]);
    await click(linkId, NOW - 2 * DAY - 2 * HOUR);
    await click(linkId, NOW - HOUR, null, "bot");
    // In the very hour of the uses, but after them.
    await click(linkId, NOW + 3);
    await rollUpClicks(env, Date.now());
    expect(await kinds()).toEqual([UNCLICKED]);
    expect(await leaks()).toMatchObject([{ clicks: 2 }]);
    await click(linkId, NOW - HOUR);
    await rollUpClicks(env, Date.now());
    expect(await kinds()).toEqual([]);
  });

  test("are none where the click came in their hour", async () => {
    const { storeId, linkId } = await createWithLink();
    await useCode(storeId, "LEA10", [NOW, NOW + 1, NOW + 2]);
    await click(linkId, NOW);
    await rollUpClicks(env, Date.now());
    expect(await kinds()).toEqual([]);
  });

  test("are none where a click came in the window but has left the log", async () => {
    const { storeId, linkId } = await createWithLink();
    await useCode(storeId, "LEA10", [NOW, NOW + 1, NOW + 2]);
    await click(linkId, NOW - 60_000);
    await rollUpClicks(env, Date.now());
    await env.DB.batch([
      env.DB.prepare("DELETE FROM click_rows"),
      env.DB.prepare(
        `INSERT INTO click_archives (key, first_seq, last_seq, rows, bytes, sha256, earliest, latest, created_at, verified_at)
         VALUES ('a', 1, 1, 1, 1, 'x', ?1, ?1, 0, 1)`,
      ).bind(NOW - 60_000),
    ]);
    expect(await kinds()).toEqual([]);
  });

  test("need clicks on links of the creator under the plan, deleted ones too", async () => {
    const { storeId, planId, creatorId, linkId } = await createWithLink();
    await useCode(storeId, "LEA10", [NOW, NOW + 1, NOW + 2]);
    const others = [nextId("lnk_"), nextId("lnk_")] as const;
    await insertLink({ id: others[0], creatorId });
    await insertLink({ id: others[1], planId, creatorId: (await createFull("tom")).id });
    for (const other of others) await click(other, NOW - HOUR);
    expect(await kinds()).toEqual([UNCLICKED]);
    await rollUpClicks(env, Date.now());
    expect(await kinds()).toEqual([UNCLICKED]);
    await env.DB.prepare("UPDATE links SET deleted_at = 1 WHERE id = ?1").bind(linkId).run();
    await click(linkId, NOW - HOUR);
    expect(await kinds()).toEqual([]);
  });

  test("say nothing of a creator who has no link", async () => {
    const plan = await insertPlan();
    await createCode({ planId: plan.id, code: "LEA10" });
    await useCode(plan.storeId, "LEA10", [NOW, NOW, NOW]);
    expect(await leaks()).toEqual([]);
  });
});

describe("UPF-65 uses and clicks of several databases", () => {
  /** A click of a person, as a queue's message brings it. */
  const visit = async (linkId: string, time: number, country: string | null = null) =>
    ingestAll(
      readConfig({}),
      [clickMessage({ id: nextId("clk_"), linkId, time, pseudonym: null, country })],
      time + 1_000,
    );

  test.each([0, 3])("are the same packed, rolled up or not, with %d databases", async (databases) => {
    if (databases > 0) await bindClickDatabases(databases);
    const { storeId, linkId } = await createWithLink("LEA10", { attribution: { windowDays: 2 } });
    await useCode(storeId, "LEA10", [NOW, NOW + 1, NOW + 2], "BR");
    await visit(linkId, NOW - 2 * DAY - 2 * HOUR, "FR");
    await visit(linkId, NOW + 3, "FR");
    for (const rollUp of [false, true]) {
      if (rollUp) await rollUpClicks(env, Date.now());
      expect(await leaks()).toMatchObject([
        { clicks: 2, signals: [{ kind: "uses_without_click", uses: 3 }, { kind: "unknown_region" }] },
      ]);
    }
    await visit(linkId, NOW - 1, "BR");
    expect(await kinds()).toEqual([]);
    await rollUpClicks(env, Date.now());
    expect(await kinds()).toEqual([]);
  });
});

describe("UPF-65 a spike", () => {
  test("is a day far above the four weeks before", async () => {
    const plan = await insertPlan();
    await createCode({ planId: plan.id, code: "LEA10" });
    const day = (ago: number) => Math.floor((NOW - ago * DAY) / DAY) * DAY;
    await useCode(plan.storeId, "LEA10", [day(20), day(12)]);
    await useCode(
      plan.storeId,
      "LEA10",
      [0, 1, 2, 3, 4].map((index) => day(2) + index * HOUR),
    );
    expect(await leaks()).toMatchObject([{ code: "LEA10", uses: 5, signals: [{ kind: "spike", uses: 5 }] }]);
    expect(await leaks("days=1")).toEqual([]);
  });

  test("is not the launch of a code", async () => {
    const plan = await insertPlan();
    await createCode({ planId: plan.id, code: "LEA10" });
    await useCode(plan.storeId, "LEA10", Array<number>(30).fill(NOW));
    expect(await leaks()).toEqual([]);
  });
});

describe("UPF-65 uses from unknown regions", () => {
  test("are those from countries without a click before", async () => {
    const { storeId, linkId } = await createWithLink();
    await click(linkId, NOW - DAY, "FR");
    await click(linkId, NOW - HOUR, "BR", "bot");
    await useCode(storeId, "LEA10", [NOW, NOW, NOW, NOW], "FR");
    await useCode(storeId, "LEA10", [NOW, NOW], "BR");
    expect(await leaks()).toEqual([]);
    await useCode(storeId, "LEA10", [NOW], "VN");
    expect(await leaks()).toMatchObject([{ signals: [{ kind: "unknown_region", uses: 3 }] }]);
    // After the uses.
    await click(linkId, NOW + 1, "BR");
    expect(await kinds()).toEqual([["LEA10", "unknown_region"]]);
    await click(linkId, NOW - 8 * DAY, "BR");
    expect(await leaks()).toEqual([]);
  });

  test("go by the day of a click once that is rolled up: one of the day of the uses comes before them", async () => {
    const { storeId, linkId } = await createWithLink();
    await click(linkId, NOW - 3 * DAY, "FR");
    await useCode(storeId, "LEA10", [NOW, NOW, NOW], "BR");
    await click(linkId, NOW + 3 * DAY, "BR");
    await rollUpClicks(env, Date.now());
    expect(await kinds()).toEqual([["LEA10", "unknown_region"]]);
    await click(linkId, NOW + 1, "BR");
    expect(await kinds()).toEqual([["LEA10", "unknown_region"]]);
    await rollUpClicks(env, Date.now());
    expect(await kinds()).toEqual([]);
  });

  test("are told by days of before splits had a column of their own, and by archived clicks", async () => {
    const { storeId, linkId } = await createWithLink();
    await useCode(storeId, "LEA10", [NOW, NOW, NOW], "BR");
    await click(linkId, NOW - 3 * DAY, "FR");
    await rollUpClicks(env, Date.now());
    await env.DB.prepare("DELETE FROM click_rows").run();
    expect(await kinds()).toEqual([["LEA10", "unknown_region"]]);
    const day = new Date(NOW - 4 * DAY).toISOString().slice(0, 10);
    await env.DB.batch([
      env.DB.prepare("INSERT INTO click_days (link_id, day, counted, unique_of_day) VALUES (?1, ?2, 1, 1)").bind(
        linkId,
        day,
      ),
      env.DB.prepare("INSERT INTO click_splits VALUES (?1, ?2, 'country', 'BR', 1, 1)").bind(linkId, day),
    ]);
    expect(await kinds()).toEqual([]);
  });

  test("say nothing where no click tells its country", async () => {
    const { storeId, linkId } = await createWithLink();
    await click(linkId, NOW - DAY);
    await useCode(storeId, "LEA10", [NOW, NOW, NOW], "BR");
    expect(await leaks()).toEqual([]);
  });
});

describe("UPF-65 a leak", () => {
  test("is mended by rotation: the old text is told when it comes again, the new one is quiet", async () => {
    const { id, storeId, linkId } = await createWithLink();
    await click(linkId, NOW - DAY);
    await useCode(storeId, "LEA10", [NOW]);
    const rotated = await api("POST", `/codes/${id}/rotate`, { code: "LEA77" });
    expect(rotated.status).toBe(200);
    expect(await leaks()).toEqual([]);
    await env.DB.prepare("UPDATE code_texts SET retired_at = ?1 WHERE text_key = 'lea10'")
      .bind(NOW + HOUR)
      .run();
    await useCode(storeId, "LEA77", [NOW + 2 * HOUR]);
    expect(await leaks()).toEqual([]);
    await useCode(storeId, "LEA10", [NOW + 2 * HOUR]);
    expect(await leaks()).toMatchObject([
      { codeId: id, code: "LEA77", uses: 3, signals: [{ kind: "retired_text", uses: 1 }] },
    ]);
    expect(await readCode(id)).toMatchObject({ code: "LEA77", earlier: [{ code: "LEA10" }] });
    // Taken back on purpose, it is no leak.
    await api("PATCH", `/codes/${id}`, { code: "LEA10" });
    expect(await leaks()).toEqual([]);
  });

  test("is found in pages, by store, plan and days", async () => {
    const made: { id: string; storeId: string; planId: string }[] = [];
    for (const code of ["ONE10", "TWO10", "TRE10"]) made.unshift(await createWithLink(code));
    const [last] = made;
    for (const [index, code] of ["TRE10", "TWO10", "ONE10"].entries()) {
      await useCode(made[index]?.storeId ?? "", code, Array<number>(3).fill(NOW - index * 4 * DAY));
    }
    // A code that is used and doesn't leak.
    const quiet = await insertPlan();
    await createCode({ planId: quiet.id, code: "QUIET" });
    await useCode(quiet.storeId, "QUIET", [NOW]);

    expect((await leaks()).map(({ code }) => code)).toEqual(["TRE10", "TWO10"]);
    expect((await leaks("days=1")).map(({ code }) => code)).toEqual([]);
    expect((await leaks("days=90")).map(({ code }) => code)).toEqual(["TRE10", "TWO10", "ONE10"]);
    const pages = await pagesOf(codeLeak, "/codes/leaks?days=90&limit=2");
    expect(pages.map((page) => page.map(({ code }) => code))).toEqual([["TRE10", "TWO10"], ["ONE10"]]);
    expect((await leaks(`store=${last?.storeId}`)).map(({ code }) => code)).toEqual(["TRE10"]);
    expect((await leaks(`plan=${last?.planId}`)).map(({ code }) => code)).toEqual(["TRE10"]);
    for (const days of ["0", "91", "x"]) expectInvalid(await api("GET", `/codes/leaks?days=${days}`), "days");
  });

  test("is looked for in many codes, a bounded number at a time", async () => {
    vi.spyOn(console, "error").mockReturnValue(undefined);
    const plan = await insertPlan();
    const { id, storeId } = await createWithLink("LEAK1");
    await useCode(storeId, "LEAK1", [NOW, NOW, NOW]);
    const creatorId = (await createFull("many")).id;
    // Newer than the leak, used, and retired, so that one creator may have them all.
    await env.DB.batch([
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 650)
         INSERT INTO codes (id, store_id, plan_id, creator_id, text, state, origin, created_at, updated_at)
         SELECT printf('cod_z%015d', i), ?1, ?2, ?3, 'MANY' || i, 'retired', 'hand', 0, 0 FROM n`,
      ).bind(plan.storeId, plan.id, creatorId),
      env.DB.prepare(
        `INSERT INTO code_uses (code_id, order_id, text_key, used_at, created_at)
         SELECT id, 'o', text, ?1, 0 FROM codes WHERE id LIKE 'cod_z%'`,
      ).bind(NOW),
    ]);
    const first = await findLeaks(env, {}, daysBefore(Date.now(), 7), null, 50);
    expect(first).toEqual({ leaks: [], next: expect.stringMatching(/^cod_z0/) });
    expect((await leaks()).map(({ codeId }) => codeId)).toEqual([id]);
    expect(await raiseLeakAlarms(env, Date.now())).toBe(1);
  });
});

describe("UPF-65, SHP-24: the alarm code_leak", () => {
  const alarms = async () =>
    (await pagesOf(alarmSchema, "/alarms?limit=50&kind=code_leak"))
      .flat()
      .map(({ subject, resolvedAt }) => [subject, resolvedAt === null]);

  test("is raised for each code that leaks, and resolved when its signals are gone", async () => {
    vi.spyOn(console, "error").mockReturnValue(undefined);
    const [one, two] = [await createWithLink("LEA10"), await createWithLink("TOM10")];
    expect(await raiseLeakAlarms(env, Date.now())).toBe(0);
    for (const { storeId, code } of [one, two]) await useCode(storeId, code, [NOW, NOW, NOW]);
    expect(await raiseLeakAlarms(env, Date.now())).toBe(2);
    expect(await raiseLeakAlarms(env, Date.now())).toBe(2);
    expect(await alarms()).toEqual(
      expect.arrayContaining([
        [one.id, true],
        [two.id, true],
      ]),
    );
    expect(await alarms()).toHaveLength(2);
    await click(one.linkId, NOW - HOUR);
    expect(await raiseLeakAlarms(env, Date.now())).toBe(1);
    expect(Object.fromEntries(await alarms())).toEqual({ [one.id]: false, [two.id]: true });
    expect(await raiseLeakAlarms(env, NOW + 8 * DAY)).toBe(0);
    expect(Object.fromEntries(await alarms())).toEqual({ [one.id]: false, [two.id]: false });
  });
});
