import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runCron } from "../../../src/cron.ts";
import { enqueueDue, enqueuePlan, retry, withdraw } from "../../../src/programme/generation/due-store.ts";
import { generate } from "../../../src/programme/generation/run.ts";
import { wakeGeneration } from "../../../src/programme/generation/send-wake.ts";
import {
  addMembers,
  allCodes,
  allLinks,
  allTexts,
  assignments,
  CAMPAIGN,
  deliver,
  failingAfter,
  id,
  insertCampaign,
  insertCreators,
  insertPlan,
  insertStore,
  NOW,
  PLAN,
  queueCreators,
  setMembers,
  states,
  STORE,
} from "../generation-fixtures.ts";
import { destination, visit } from "../../edge/visit.ts";
import { connect } from "../shop-rows.ts";

const d1 = { d1: env.DB };

let logged: ReturnType<typeof vi.spyOn>[];

beforeEach(() => {
  logged = (["error", "warn"] as const).map((level) => vi.spyOn(console, level).mockImplementation(() => {}));
});

afterEach(() => {
  vi.restoreAllMocks();
});

const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run();

/** Another creator's code under a plan of its own, which a code of the first would be like. */
async function insertAnothers(): Promise<void> {
  await insertPlan({ id: id("pln", 2) });
  await insertCreators([{ id: id("crt", 2) }]);
  await run(
    `INSERT INTO codes (id, store_id, plan_id, creator_id, text, state, origin, created_at, updated_at)
     VALUES ('cod_x', ?1, ?2, ?3, 'lea10', 'active', 'hand', 0, 0)`,
    STORE,
    id("pln", 2),
    id("crt", 2),
  );
}

async function texts(): Promise<string[]> {
  return (await allCodes()).map(({ text }) => text);
}

async function onlyAssignment() {
  const [only, ...others] = await assignments();
  expect(others).toEqual([]);
  if (only === undefined) throw new Error("there is no assignment");
  return only;
}

/** Expects that all that were queued have a code and an affiliate link of their own, once. */
async function expectComplete(count: number): Promise<void> {
  expect(await states()).toEqual({ ready: count });
  const [made, codes, links, every] = [await assignments(), await allCodes(), await allLinks(), await allTexts()];
  expect(codes.map(({ creatorId }) => creatorId)).toEqual(made.map(({ creatorId }) => creatorId));
  expect(codes.map((code) => code.id)).toEqual(made.map(({ codeId }) => codeId));
  expect(links.map(({ creator_id }) => creator_id)).toEqual(made.map(({ creatorId }) => creatorId));
  expect(links.map((link) => link.id)).toEqual(made.map(({ affiliateLinkId }) => affiliateLinkId));
  expect(links.map(({ code_id }) => code_id)).toEqual(made.map(({ codeId }) => codeId));
  expect(new Set(codes.map(({ text }) => text.toLowerCase())).size).toBe(count);
  expect(every.map(({ codeId }) => codeId).toSorted()).toEqual(codes.map((code) => code.id).toSorted());
}

describe("a thousand creators", () => {
  it("UPF-3: get codes and links of their own from one message of the queue", async () => {
    await queueCreators([], 1000);
    expect(await deliver()).toMatchObject({ explicitAcks: [], ackAll: true });
    await expectComplete(1000);
  });

  it("get them through the queue itself, once woken", async () => {
    await queueCreators([], 1000);
    const pending: Promise<unknown>[] = [];
    wakeGeneration({ env, waitUntil: (work) => void pending.push(work) }, PLAN);
    await Promise.all(pending);
    await vi.waitFor(async () => expect(await states()).toEqual({ ready: 1000 }), { timeout: 20_000, interval: 200 });
    await expectComplete(1000);
  });

  it("get them from the cron alone where there is no queue", async () => {
    await queueCreators([], 1000);
    const pending: Promise<unknown>[] = [];
    const unbound = { ...env, GENERATION_QUEUE: undefined } as unknown as Env;
    wakeGeneration({ env: unbound, waitUntil: (work) => void pending.push(work) }, PLAN);
    expect(pending).toEqual([]);
    await runCron("* * * * *", unbound, NOW);
    await expectComplete(1000);
  });

  it("get one each from runs that race each other", async () => {
    await queueCreators([], 1000);
    const runs = await Promise.all(Array.from({ length: 4 }, () => generate(env, NOW)));
    while ((await generate(env, NOW)).left);
    await expectComplete(1000);
    expect(runs.reduce((sum, { ready }) => sum + ready, 0)).toBeLessThanOrEqual(1000);
  });
});

describe("a run that dies", () => {
  it.each([1, 2, 3, 4, 5, 6, 7])("at its batch number %i is taken up by the next", async (batch) => {
    await queueCreators([], 40);
    const DB = failingAfter(batch);
    await expect(generate({ DB }, NOW, { group: 10 })).rejects.toThrow("Network connection lost");
    // A group is one transaction: all of it or nothing.
    expect(((await states())["ready"] ?? 0) % 10).toBe(0);
    expect(await generate(env, NOW, { group: 10 })).toMatchObject({ left: false });
    await expectComplete(40);
  });

  it("after its transaction, without hearing so, makes nothing twice", async () => {
    await queueCreators([], 40);
    await expect(generate({ DB: failingAfter(4, true) }, NOW, { group: 10 })).rejects.toThrow("lost");
    expect(await states()).toEqual({ ready: 20, queued: 20 });
    await generate(env, NOW);
    await expectComplete(40);
  });

  it("of a queue's message is repeated at once, and its message comes again if that doesn't help", async () => {
    await queueCreators([], 5);
    await deliver({ ...env, DB: failingAfter(2, true) });
    await expectComplete(5);
    expect(await deliver()).toMatchObject({ ackAll: true });

    const broken = await deliver({ ...env, DB: failingAfter(1) });
    expect(broken).toMatchObject({ ackAll: true });
    await addMembers(await insertCreators([{ id: id("crt", 99) }]));
    expect(await deliver({ ...env, DB: failingAfter(1) })).toMatchObject({
      ackAll: false,
      retryBatch: { retry: true },
    });
    expect(await states()).toEqual({ ready: 5, queued: 1 });
  });
});

describe("the limits of a run", () => {
  it("leave the rest to another message", async () => {
    await queueCreators([], 12);
    expect(await generate(env, NOW, { assignments: 5, group: 2 })).toEqual({ ready: 5, failed: 0, left: true });
    expect(await generate(env, NOW, { timeMs: 0 })).toEqual({ ready: 0, failed: 0, left: true });
    expect(await generate(env, NOW, { assignments: 7 })).toEqual({ ready: 7, failed: 0, left: false });
    await expectComplete(12);
  });

  it("take the oldest first, whatever their plans", async () => {
    await queueCreators([], 2);
    await insertPlan({ id: id("pln", 2) });
    await insertCampaign({ id: id("cmp", 2), planId: id("pln", 2) });
    await addMembers([id("crt", 1)], "approved", id("cmp", 2), NOW - 1);
    await addMembers([id("crt", 2)], "approved", id("cmp", 2), NOW + 1);
    const states = async () => (await assignments()).map(({ planId, state }) => [planId, state]);
    await generate(env, NOW, { assignments: 1 });
    expect((await states()).filter(([, state]) => state === "ready")).toEqual([[id("pln", 2), "ready"]]);
    await generate(env, NOW, { assignments: 2 });
    expect((await states()).filter(([, state]) => state === "queued")).toEqual([[id("pln", 2), "queued"]]);
  });

  it("send that message", async () => {
    await queueCreators(Array.from({ length: 2001 }, (_none, index) => ({ handles: { instagram: `lea${index}` } })));
    const sent: unknown[] = [];
    const send = async (body: unknown) => void sent.push(body);
    await deliver({ ...env, GENERATION_QUEUE: { send } } as unknown as Env);
    expect(sent).toEqual([PLAN]);
    expect(await states()).toEqual({ ready: 2000, queued: 1 });
    await deliver({ ...env, GENERATION_QUEUE: { send } } as unknown as Env);
    expect(sent).toEqual([PLAN]);
    await expectComplete(2001);
  });

  it("have the shops that they made codes for told of them", async () => {
    const sent: unknown[] = [];
    const send = async (body: unknown) => void sent.push(body);
    const bindings = { ...env, SHOP_QUEUE: { send } } as unknown as Env;
    await queueCreators([{}]);
    await deliver(bindings);
    expect(sent).toEqual([]);
    await connect(STORE);
    await addMembers(await insertCreators([{ id: id("crt", 2) }]));
    await deliver(bindings);
    expect(sent).toEqual([STORE]);
    // Nothing was made, so nobody is told.
    await deliver(bindings);
    expect(sent).toEqual([STORE]);
  });
});

describe("what is made", () => {
  it("UPF-1, UPF-3: a personal code, and a link that leads there with it and the UTM parameters", async () => {
    await insertStore();
    await insertPlan({
      name: "Launch",
      landingUrl: "https://shop.example/new?c={{campaign}}",
      utm: { source: "creators", campaign: "{{campaign}}", content: "{{username}}", term: "{{code}}" },
      trackClicks: true,
    });
    await insertCampaign();
    await addMembers(await insertCreators([{ handles: { instagram: "lea.makes" } }, { handles: { tiktok: "zoé" } }]));
    await generate(env, NOW);

    expect(await allCodes()).toMatchObject([
      { text: "LEAMAKES10", state: "active", origin: "generated", storeId: STORE, planId: PLAN, campaignId: CAMPAIGN },
      { text: "ZOE10" },
    ]);
    const links = await allLinks();
    const shared = { store_id: STORE, plan_id: PLAN, campaign_id: CAMPAIGN, disabled: 0, domain: "" };
    expect(links).toMatchObject([
      { kind: "affiliate", creator_id: id("crt", 1), ...shared },
      { kind: "tracking", creator_id: id("crt", 1), code_id: null, ...shared },
      { kind: "affiliate", creator_id: id("crt", 2), ...shared },
      { kind: "tracking", creator_id: id("crt", 2), code_id: null, ...shared },
    ]);

    const affiliate = destination(await visit(`/${links[0]?.slug}`));
    expect(affiliate.origin + affiliate.pathname).toBe("https://shop.example/discount/LEAMAKES10");
    expect(affiliate.searchParams.get("redirect")).toMatch(/^\/new\?c=/);
    expect(affiliate.searchParams.get("utm_source")).toBe("creators");
    expect(affiliate.searchParams.get("utm_campaign")).toBe("Summer");
    expect(affiliate.searchParams.get("utm_content")).toBe("lea.makes");
    expect(affiliate.searchParams.get("utm_term")).toBe("LEAMAKES10");
    expect(affiliate.searchParams.get("wm_click")).toMatch(/./);
    const other = destination(await visit(`/${links[2]?.slug}`));
    expect(other.pathname).toBe("/discount/ZOE10");
    const tracking = destination(await visit(`/${links[1]?.slug}`));
    expect(tracking.pathname).toBe("/new");
    expect(tracking.searchParams.get("utm_content")).toBe("lea.makes");
  });

  it("UPF-43, UPF-44: an AST plan's affiliate link needs no code, and a tracking link binds none", async () => {
    await insertStore({ provider: "ast" });
    await insertPlan({ codePattern: null, trackClicks: true });
    await insertCampaign();
    await addMembers(await insertCreators([{}]));
    await generate(env, NOW);
    expect(await allCodes()).toEqual([]);
    expect(await allLinks()).toMatchObject([
      { kind: "affiliate", code_id: null, url: "https://shop.example/" },
      { kind: "tracking", code_id: null, url: "https://shop.example/" },
    ]);
    expect(await onlyAssignment()).toMatchObject({ state: "ready", codeId: null });
  });

  it("UPF-43: a tracking link binds no code where there is one", async () => {
    await insertStore({ provider: "magento" });
    await insertPlan({ affiliateLink: false, trackClicks: true });
    await insertCampaign();
    await addMembers(await insertCreators([{}]));
    await generate(env, NOW);
    expect(await texts()).toEqual(["LEA10"]);
    expect(await allLinks()).toMatchObject([{ kind: "tracking", code_id: null }]);
    expect(await onlyAssignment()).toMatchObject({ state: "ready", affiliateLinkId: null });
  });

  it("answers on the oldest live domain of the store, by that domain's rules", async () => {
    await queueCreators([{}]);
    const domain = (number: number, hostname: string, storeId: string | null, deletedAt: number | null) =>
      run(
        `INSERT INTO domains (id, hostname, store_id, case_sensitive, created_at, updated_at, deleted_at)
         VALUES (?1, ?2, ?3, 1, ?4, ?4, ?5)`,
        id("dom", number),
        hostname,
        storeId,
        NOW + number,
        deletedAt,
      );
    await domain(1, "gone.example", STORE, NOW);
    await domain(2, "other.example", null, null);
    await domain(3, "go.shop.example", STORE, null);
    await domain(4, "later.example", STORE, null);
    await generate(env, NOW);
    const found = await env.DB.prepare("SELECT domain, slug, slug_key FROM links").first();
    expect(found).toMatchObject({ domain: "go.shop.example", slug_key: found?.["slug"] });
  });

  it("is only what is missing: switching clicks on adds tracking links", async () => {
    const creatorIds = await queueCreators([{}, {}]);
    await generate(env, NOW);
    const before = await allLinks();
    await env.DB.batch([setMembers(creatorIds.slice(1), "rejected")]);
    await run("UPDATE tracking_plans SET track_clicks = 1");
    await enqueuePlan(d1, PLAN, NOW + 1).run();
    expect(await states()).toEqual({ queued: 1, ready: 1 });
    await generate(env, NOW + 1);
    const after = await allLinks();
    expect(after.filter(({ kind }) => kind === "affiliate")).toEqual(before);
    expect(after.filter(({ kind }) => kind === "tracking")).toMatchObject([{ creator_id: creatorIds[0] }]);
    expect(await texts()).toHaveLength(2);
    await enqueuePlan(d1, PLAN, NOW + 2).run();
    expect(await states()).toEqual({ ready: 2 });
  });

  it("names a campaign that is there, if the one that was first is deleted", async () => {
    const [creatorId = ""] = await queueCreators([{}]);
    await insertCampaign({ id: id("cmp", 2) });
    await insertCampaign({ id: id("cmp", 3) });
    await env.DB.batch([
      setMembers([creatorId], "approved", id("cmp", 3)),
      setMembers([creatorId], "rejected", id("cmp", 2)),
    ]);
    await run("UPDATE campaigns SET deleted_at = 1 WHERE id = ?1", CAMPAIGN);
    await generate(env, NOW);
    expect(await allLinks()).toMatchObject([{ campaign_id: id("cmp", 3) }]);
    expect(await allCodes()).toMatchObject([{ campaignId: id("cmp", 3) }]);
  });

  it("binds no code that is retired, and makes no other unasked", async () => {
    await queueCreators([{}]);
    await run("UPDATE tracking_plans SET affiliate_link = 0, track_clicks = 1");
    await generate(env, NOW);
    await run("UPDATE codes SET state = 'retired'");
    await run("UPDATE tracking_plans SET affiliate_link = 1");
    await enqueuePlan(d1, PLAN, NOW + 1).run();
    await generate(env, NOW + 1);
    expect(await states()).toEqual({ ready: 1 });
    expect(await texts()).toEqual(["LEA10"]);
    expect(await allLinks()).toMatchObject([{ kind: "affiliate", code_id: null }, { kind: "tracking" }]);
  });

  it("takes a code made by hand, before and while it is queued", async () => {
    await insertStore();
    await insertPlan();
    await insertCampaign();
    const [one = "", two = ""] = await insertCreators([{}, {}]);
    const byHand = (number: number, creatorId: string) =>
      run(
        `INSERT INTO codes (id, store_id, plan_id, creator_id, text, state, origin, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?1, 'active', 'hand', 0, 0)`,
        id("cod", number),
        STORE,
        PLAN,
        creatorId,
      );
    await byHand(1, one);
    await addMembers([one, two]);
    const write = env.DB.batch.bind(env.DB);
    let batches = 0;
    vi.spyOn(env.DB, "batch").mockImplementation(async (statements) => {
      batches += 1;
      if (batches === 2) await byHand(2, two);
      return write(statements);
    });
    await generate(env, NOW);
    expect(await allCodes()).toMatchObject([{ origin: "hand" }, { origin: "hand" }]);
    expect((await allLinks()).map(({ code_id }) => code_id)).toEqual([id("cod", 1), id("cod", 2)]);
    expect((await assignments()).map(({ codeId }) => codeId)).toEqual([id("cod", 1), id("cod", 2)]);
  });

  it("UPF-61: adds a random character to a code that another creator has or had", async () => {
    await queueCreators([{}, { handles: { instagram: "LEA" } }, { handles: { tiktok: "léa" } }]);
    await generate(env, NOW);
    const [first, second, third] = await texts();
    expect(first).toBe("LEA10");
    expect(second).toMatch(/^LEA10[2-9A-Z]$/);
    expect(third).toMatch(/^LEA10[2-9A-Z]{1,2}$/);
    expect(second).not.toBe(third);
  });

  it("UPF-56: may be the same text in another store", async () => {
    await queueCreators([{}]);
    await insertStore({ id: id("str", 2) });
    await insertPlan({ id: id("pln", 2), storeId: id("str", 2) });
    await insertCampaign({ id: id("cmp", 2), planId: id("pln", 2) });
    await addMembers([id("crt", 1)], "approved", id("cmp", 2));
    await generate(env, NOW);
    expect(await texts()).toEqual(["LEA10", "LEA10"]);
  });

  it("is one code and link for a creator in two campaigns of one plan", async () => {
    await queueCreators([{}]);
    await insertCampaign({ id: id("cmp", 2) });
    await addMembers([id("crt", 1)], "approved", id("cmp", 2));
    await generate(env, NOW);
    await expectComplete(1);
  });
});

describe("what fails", () => {
  it.each([
    ["UPF-50", { firstName: " " }, "missing_first_name", "The first name is missing."],
    ["UPF-51", { lastName: "" }, "missing_last_name", "The last name is missing."],
    ["UPF-52", { email: null }, "missing_email", "The e-mail address is missing."],
    ["UPF-53", { handles: { tiktok: "lea" } }, "missing_handle", "The handle on instagram is missing."],
    ["UPF-60", { handles: { instagram: "!" } }, "empty_code", "nothing is left"],
  ])("%s: %j is told, and succeeds once it is completed and tried again", async (_row, profile, code, detail) => {
    await insertStore();
    await insertPlan({ codePattern: "{{instagram}}" });
    await insertCampaign();
    const [creatorId = ""] = await insertCreators([profile, { handles: { instagram: "other" } }]);
    await addMembers([creatorId, id("crt", 2)]);
    expect(await generate(env, NOW)).toEqual({ ready: 1, failed: 1, left: false });
    const [failed] = await assignments();
    expect(failed).toMatchObject({ state: "failed", failureCode: code, codeId: null, affiliateLinkId: null });
    expect(failed?.failureDetail).toContain(detail);
    expect(logged[1]?.mock.calls.flat().join()).toContain("generation_failures");
    expect(logged.flatMap(({ mock }) => mock.calls.flat()).join()).not.toMatch(/Lea|creator\.example/);

    // Neither another run nor another addition brings it back.
    await env.DB.batch(enqueueDue(d1, CAMPAIGN, NOW + 1));
    expect(await generate(env, NOW + 1)).toMatchObject({ ready: 0, failed: 0 });

    await run(
      `UPDATE creators SET first_name = 'Lea', last_name = 'Martin', email = 'lea@creator.example',
         handles = '{"instagram": "lea"}' WHERE id = ?1`,
      creatorId,
    );
    await env.DB.batch(retry(d1, PLAN, [creatorId], NOW + 2));
    expect(await generate(env, NOW + 2)).toMatchObject({ ready: 1, failed: 0 });
    expect((await assignments())[0]).toMatchObject({ state: "ready", failureCode: null, failureDetail: null });
    expect(await texts()).toEqual(["lea", "other"]);
  });

  it("UPF-62: names all that is missing at once", async () => {
    await queueCreators([{ firstName: "", email: "" }]);
    await generate(env, NOW);
    expect(await onlyAssignment()).toMatchObject({
      failureCode: "missing_first_name",
      failureDetail: "The first name is missing. The e-mail address is missing.",
    });
  });

  it("where neither the plan nor the store has a page", async () => {
    await queueCreators([{}]);
    await run("UPDATE stores SET home_url = NULL");
    await generate(env, NOW);
    expect(await onlyAssignment()).toMatchObject({ state: "failed", failureCode: "no_landing_page" });
    expect(await allCodes()).toEqual([]);
  });

  it("where no code is free", async () => {
    await queueCreators([{}]);
    const taken = Array.from({ length: 60 }, (_none, count) => `lea10${"2".repeat(count)}`);
    await insertAnothers();
    await run(
      "INSERT INTO code_texts SELECT ?1, value, value, 'cod_x', 0, NULL FROM json_each(?2)",
      STORE,
      JSON.stringify(taken),
    );
    // No chance: every draw gives the same.
    const draw = vi.spyOn(crypto, "getRandomValues").mockImplementation((bytes) => bytes);
    await generate(env, NOW);
    draw.mockRestore();
    expect(await onlyAssignment()).toMatchObject({ state: "failed", failureCode: "no_free_code" });
    expect((await onlyAssignment()).failureDetail).toContain("LEA10");
    expect(await allLinks()).toEqual([]);
  });

  it("for a creator, a plan or a store that was deleted", async () => {
    await queueCreators([{}, {}]);
    await run("UPDATE creators SET deleted_at = 1 WHERE id = ?1", id("crt", 1));
    await generate(env, NOW);
    expect((await assignments()).map(({ failureCode }) => failureCode)).toEqual(["creator_deleted", null]);
    for (const table of ["tracking_plans", "stores"]) {
      await run("UPDATE plan_creators SET state = 'queued'");
      await run(`UPDATE ${table} SET deleted_at = 1`);
      await generate(env, NOW);
      expect((await assignments()).map(({ failureCode }) => failureCode)).toEqual(["plan_deleted", "plan_deleted"]);
      await run(`UPDATE ${table} SET deleted_at = NULL`);
    }
  });

  it("alone: a row that D1 refuses, or that can't be read, holds up no other", async () => {
    await queueCreators([], 12);
    await run(`CREATE TRIGGER refuse BEFORE INSERT ON codes WHEN NEW.creator_id = '${id("crt", 5)}'
      BEGIN SELECT RAISE(ABORT, 'refused'); END`);
    await run("UPDATE creators SET handles = '{' WHERE id = ?1", id("crt", 9));
    expect(await generate(env, NOW)).toEqual({ ready: 10, failed: 2, left: false });
    const failed = (await assignments()).filter(({ state }) => state === "failed");
    expect(failed.map(({ creatorId }) => creatorId)).toEqual([id("crt", 5), id("crt", 9)]);
    for (const { failureCode, failureDetail } of failed) {
      expect(failureCode).toBe("internal");
      expect(failureDetail).toMatch(/^Something went wrong/);
    }
    expect(await allLinks()).toHaveLength(10);
  });
});

describe("what changes between reading and writing", () => {
  /** Lets something happen right before a run's first transaction. */
  function beforeFirstWrite(happen: () => Promise<unknown>): void {
    const write = env.DB.batch.bind(env.DB);
    let batches = 0;
    vi.spyOn(env.DB, "batch").mockImplementation(async (statements) => {
      batches += 1;
      if (batches === 2) await happen();
      return write(statements);
    });
  }

  it("another code with the text: it is drawn anew", async () => {
    await queueCreators([{}]);
    beforeFirstWrite(async () => {
      await insertAnothers();
      await run("INSERT INTO code_texts VALUES (?1, 'lea10', 'lea10', 'cod_x', 0, NULL)", STORE);
    });
    await generate(env, NOW);
    expect((await texts())[0]).toMatch(/^LEA10[2-9A-Z]$/);
    expect(await states()).toEqual({ ready: 1 });
  });

  it("the plan: what is made is as it is then", async () => {
    await queueCreators([{}]);
    beforeFirstWrite(() => run("UPDATE tracking_plans SET code_pattern = 'X-{{username}}', updated_at = ?1", NOW + 1));
    await generate(env, NOW);
    expect(await texts()).toEqual(["X-lea"]);
  });

  it("the plan is deleted", async () => {
    await queueCreators([{}]);
    beforeFirstWrite(() => run("UPDATE tracking_plans SET deleted_at = 1"));
    await generate(env, NOW);
    expect(await onlyAssignment()).toMatchObject({ state: "failed", failureCode: "plan_deleted" });
    expect(await allCodes()).toEqual([]);
  });

  it("the creator's profile, or the creator is deleted", async () => {
    await queueCreators([{ email: null }, {}]);
    beforeFirstWrite(async () => {
      await run("UPDATE creators SET email = 'a@b.example', updated_at = ?2 WHERE id = ?1", id("crt", 1), NOW + 1);
      await run("UPDATE creators SET deleted_at = ?2 WHERE id = ?1", id("crt", 2), NOW + 1);
    });
    await generate(env, NOW);
    expect((await assignments()).map(({ failureCode }) => failureCode)).toEqual([null, "creator_deleted"]);
    expect(await texts()).toEqual(["LEA10"]);
  });

  it("the creator is rejected: nothing is made", async () => {
    const [creatorId = ""] = await queueCreators([{}]);
    beforeFirstWrite(() =>
      env.DB.batch([setMembers([creatorId], "rejected"), ...withdraw(d1, CAMPAIGN, [creatorId], NOW + 1)]),
    );
    await generate(env, NOW);
    expect(await states()).toEqual({ withdrawn: 1 });
    expect(await allCodes()).toEqual([]);
    expect(await allLinks()).toEqual([]);
  });

  it("again and again: it is left queued", async () => {
    await queueCreators([{}]);
    const write = env.DB.batch.bind(env.DB);
    let edits = 0;
    vi.spyOn(env.DB, "batch").mockImplementation(async (statements) => {
      if (statements.length > 2) await run("UPDATE tracking_plans SET updated_at = updated_at + 1");
      edits += 1;
      return write(statements);
    });
    expect(await generate(env, NOW, { assignments: 1 })).toEqual({ ready: 0, failed: 0, left: true });
    expect(edits).toBeGreaterThan(4);
    expect(await states()).toEqual({ queued: 1 });
  });
});

describe("what is due", () => {
  const dueRows = [
    ["approved", "approval", 1, true],
    ["applied", "approval", 1, false],
    ["applied", "added", 1, true],
    ["rejected", "added", 1, false],
    ["approved", "approval", 0, false],
  ] as const;

  it.each(dueRows)("UPF-24, UPF-25: %s with generation on %s and tracking %i", async (status, on, tracking, due) => {
    await insertStore();
    await insertPlan();
    await insertCampaign({ generateOn: on, tracking: tracking === 1 });
    await addMembers(await insertCreators([{}]), status);
    expect(await states()).toEqual(due ? { queued: 1 } : {});
  });

  it("nothing of a campaign without a plan, or that was deleted", async () => {
    await insertStore();
    await insertPlan();
    await insertCampaign({ planId: null });
    await insertCampaign({ id: id("cmp", 2), deletedAt: NOW });
    const creatorIds = await insertCreators([{}]);
    for (const campaignId of [CAMPAIGN, id("cmp", 2)]) await addMembers(creatorIds, "approved", campaignId);
    expect(await states()).toEqual({});
  });

  it("UPF-54: an archived campaign keeps what it has", async () => {
    await queueCreators([{}]);
    await run("UPDATE campaigns SET status = 'archived'");
    await generate(env, NOW);
    await expectComplete(1);
  });

  it("no longer, once the campaign has another plan: nothing is made", async () => {
    await queueCreators([{}]);
    await insertPlan({ id: id("pln", 2) });
    await run("UPDATE campaigns SET plan_id = ?1", id("pln", 2));
    expect(await generate(env, NOW)).toEqual({ ready: 0, failed: 0, left: false });
    expect(await states()).toEqual({ withdrawn: 1 });
    await run("UPDATE campaigns SET plan_id = ?1", PLAN);
    await env.DB.batch(enqueueDue(d1, CAMPAIGN, NOW + 1));
    await generate(env, NOW);
    await expectComplete(1);
  });
});

describe("a rejected creator", () => {
  const disabled = async () => (await allLinks()).map((link) => link.disabled);
  const reject = (campaignId = CAMPAIGN) =>
    env.DB.batch([
      setMembers([id("crt", 1)], "rejected", campaignId),
      ...withdraw(d1, campaignId, [id("crt", 1)], NOW + 1),
    ]);

  beforeEach(async () => {
    await queueCreators([{}, {}]);
    await run("UPDATE tracking_plans SET track_clicks = 1");
    await generate(env, NOW);
  });

  it("has neither code nor links until approved again, and then the same", async () => {
    const [codesBefore, linksBefore] = [await texts(), (await allLinks()).map(({ slug }) => slug)];
    await reject();
    expect((await allCodes()).map(({ state }) => state)).toEqual(["withdrawn", "active"]);
    expect(await disabled()).toEqual([1, 1, 0, 0]);
    expect(await states()).toEqual({ withdrawn: 1, ready: 1 });
    await generate(env, NOW);
    expect(await states()).toEqual({ withdrawn: 1, ready: 1 });

    await addMembers([id("crt", 1)], "approved", CAMPAIGN, NOW + 2);
    expect((await allCodes()).map(({ state }) => state)).toEqual(["active", "active"]);
    expect(await disabled()).toEqual([0, 0, 0, 0]);
    await generate(env, NOW + 2);
    expect(await states()).toEqual({ ready: 2 });
    expect([await texts(), (await allLinks()).map(({ slug }) => slug)]).toEqual([codesBefore, linksBefore]);
  });

  it("comes back alone", async () => {
    await env.DB.batch([
      setMembers([id("crt", 1), id("crt", 2)], "rejected"),
      ...[1, 2].flatMap((number) => withdraw(d1, CAMPAIGN, [id("crt", number)], NOW + 1)),
    ]);
    const back = () => enqueueDue(d1, CAMPAIGN, NOW + 2, [id("crt", 1)]);
    await env.DB.batch(back());
    expect(await states()).toEqual({ withdrawn: 2 });
    await env.DB.batch([setMembers([id("crt", 1), id("crt", 2)], "approved"), ...back()]);
    expect(await states()).toEqual({ withdrawn: 1, queued: 1 });
    expect(await disabled()).toEqual([0, 0, 1, 1]);
    expect((await allCodes()).map(({ state }) => state)).toEqual(["active", "withdrawn"]);
  });

  it("UPF-30: keeps them as long as another campaign of the plan wants them", async () => {
    await insertCampaign({ id: id("cmp", 2) });
    await addMembers([id("crt", 1)], "approved", id("cmp", 2));
    await reject();
    expect(await states()).toEqual({ ready: 2 });
    await reject(id("cmp", 2));
    expect(await states()).toEqual({ withdrawn: 1, ready: 1 });
    expect(await disabled()).toEqual([1, 1, 0, 0]);
    // A third campaign brings them back.
    await insertCampaign({ id: id("cmp", 3) });
    await addMembers([id("crt", 1)], "approved", id("cmp", 3));
    expect(await disabled()).toEqual([0, 0, 0, 0]);
  });

  it("keeps links disabled that somebody disabled by hand, as long as nothing was withdrawn", async () => {
    await run("UPDATE links SET disabled = 1 WHERE kind = 'tracking'");
    await env.DB.batch(enqueueDue(d1, CAMPAIGN, NOW + 2));
    expect(await disabled()).toEqual([0, 1, 0, 1]);
    expect(await states()).toEqual({ ready: 2 });
  });
});

describe("a retry", () => {
  it("is refused where nothing failed and nothing is gone", async () => {
    await queueCreators([{}]);
    const again = () => env.DB.batch(retry(d1, PLAN, [id("crt", 1)], NOW + 1));
    await expect(again()).rejects.toThrow("audit_log.id");
    await generate(env, NOW);
    await expect(again()).rejects.toThrow("audit_log.id");
  });

  it("makes a new code where one was retired, and the link applies it; the old text stays taken", async () => {
    await queueCreators([{}]);
    await generate(env, NOW);
    await run("UPDATE codes SET state = 'retired'");
    await env.DB.batch(retry(d1, PLAN, [id("crt", 1)], NOW + 1));
    await generate(env, NOW + 1);
    const [old, made, ...others] = await allCodes();
    expect(others).toEqual([]);
    expect(old).toMatchObject({ text: "LEA10", state: "retired" });
    expect(made?.text).toMatch(/^LEA10[2-9A-Z]$/);
    expect(await allLinks()).toMatchObject([{ code_id: made?.id }]);
    expect(await onlyAssignment()).toMatchObject({ state: "ready", codeId: made?.id });
  });

  it("makes a new link where one was deleted, and no new code", async () => {
    await queueCreators([{}]);
    await generate(env, NOW);
    await run("UPDATE links SET deleted_at = 1");
    await env.DB.batch(retry(d1, PLAN, [id("crt", 1)], NOW + 1));
    await generate(env, NOW + 1);
    expect(await texts()).toEqual(["LEA10"]);
    const live = await env.DB.prepare("SELECT id FROM links WHERE deleted_at IS NULL").first("id");
    expect(await onlyAssignment()).toMatchObject({ state: "ready", affiliateLinkId: live });
  });
});

it("logs that a wake failed, and leaves it to the cron", async () => {
  const pending: Promise<unknown>[] = [];
  const send = () => Promise.reject(new Error("Queue send failed"));
  wakeGeneration(
    { env: { ...env, GENERATION_QUEUE: { send } } as unknown as Env, waitUntil: (w) => void pending.push(w) },
    PLAN,
  );
  await Promise.all(pending);
  expect(logged[1]?.mock.calls.flat().join()).toContain("generation_wake_failed");
});
