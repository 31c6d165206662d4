import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type CodeRow, changeText, retireCode } from "../../../src/programme/code/store.ts";
import { brokenUnique } from "../../../src/ground/db/client.ts";
import { brokenOff } from "../../../src/ground/db/premise.ts";
import type { Deps } from "../../../src/ground/deps.ts";
import { enqueueDue, retry, withdraw } from "../../../src/programme/generation/due-store.ts";
import { generate } from "../../../src/programme/generation/run.ts";
import {
  allCodes,
  allLinks,
  allTexts,
  assignments,
  id,
  insertCampaign,
  insertCreators,
  insertPlan,
  insertStore,
  NOW,
  setMembers,
} from "../generation-fixtures.ts";
import { histories } from "../../property-runs.ts";

/** Names that clash in whole, but for case and accents, with a random character, and not at all. */
const CREATORS: { handles: Record<string, string>; email?: null }[] = [
  { handles: { instagram: "lea" } },
  { handles: { instagram: "Lea" } },
  { handles: { tiktok: "léa" } },
  { handles: { instagram: "lea2" } },
  { handles: { instagram: "tom" }, email: null },
];
const PLANS = [id("pln", 1), id("pln", 2)];
/** The first two share a plan. */
const CAMPAIGNS = [
  { id: id("cmp", 1), planId: PLANS[0], generateOn: "approval" },
  { id: id("cmp", 2), planId: PLANS[0], generateOn: "added" },
  { id: id("cmp", 3), planId: PLANS[1], generateOn: "approval" },
] as const;
/** Texts that somebody might give a code by hand. */
const TEXTS = ["LEA", "lea2", "LEA3", "TOM", "tom-2"];

const creatorOf = (index: number): string => id("crt", index + 1);
const deps = { d1: env.DB } as Deps;

const anyCreator = fc.nat({ max: CREATORS.length - 1 });
const anyCampaign = fc.nat({ max: CAMPAIGNS.length - 1 });
const anyPlan = fc.nat({ max: PLANS.length - 1 });

const anyStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("add" as const),
      campaign: anyCampaign,
      creators: fc.uniqueArray(anyCreator, { minLength: 2 }),
      status: fc.constantFrom("applied", "approved"),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("generate" as const),
      runs: fc.integer({ min: 1, max: 3 }),
      group: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom("approve" as const, "reject" as const),
      campaign: anyCampaign,
      creator: anyCreator,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("retry" as const), plan: anyPlan, creator: anyCreator }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("retire" as const), plan: anyPlan, creator: anyCreator }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("edit" as const),
      plan: anyPlan,
      creator: anyCreator,
      text: fc.constantFrom(...TEXTS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("complete" as const), creator: anyCreator, email: fc.boolean() }),
  },
);
/** One event. */
type Step = typeof anyStep extends fc.Arbitrary<infer Value> ? Value : never;

/** Sends a write as the API would: it may find that it comes too late, or that a text is taken. */
async function attempt(statements: D1PreparedStatement[]): Promise<void> {
  try {
    await env.DB.batch(statements);
  } catch (error) {
    if (!brokenOff(error) && brokenUnique(error) === null) throw error;
  }
}

async function isMember(campaignId: string, creatorId: string): Promise<boolean> {
  const found = env.DB.prepare("SELECT 1 FROM campaign_creators WHERE campaign_id = ?1 AND creator_id = ?2");
  return (await found.bind(campaignId, creatorId).first()) !== null;
}

async function liveCode(plan: number, creator: number): Promise<CodeRow | undefined> {
  return (await allCodes()).find(
    (code) => code.planId === PLANS[plan] && code.creatorId === creatorOf(creator) && code.state !== "retired",
  );
}

async function take(step: Step, now: number): Promise<void> {
  if (step.kind === "generate") {
    const runs = Array.from({ length: step.runs }, () => generate(env, now, { group: step.group }));
    await Promise.all(runs);
    return;
  }
  if (step.kind === "add") {
    const campaignId = CAMPAIGNS[step.campaign]?.id ?? "";
    const fresh: string[] = [];
    for (const creator of step.creators.map(creatorOf)) {
      if (!(await isMember(campaignId, creator))) fresh.push(creator);
    }
    await attempt([setMembers(fresh, step.status, campaignId), ...enqueueDue(deps, campaignId, now, fresh)]);
    return;
  }
  const creatorId = creatorOf(step.creator);
  if (step.kind === "approve" || step.kind === "reject") {
    const campaignId = CAMPAIGNS[step.campaign]?.id ?? "";
    if (!(await isMember(campaignId, creatorId))) return;
    await attempt(
      step.kind === "approve"
        ? [setMembers([creatorId], "approved", campaignId), ...enqueueDue(deps, campaignId, now)]
        : [setMembers([creatorId], "rejected", campaignId), ...withdraw(deps, campaignId, [creatorId], now)],
    );
  } else if (step.kind === "complete") {
    const email = step.email ? "a@b.example" : null;
    const update = env.DB.prepare("UPDATE creators SET email = ?2, updated_at = ?3 WHERE id = ?1");
    await update.bind(creatorId, email, now).run();
  } else if (step.kind === "edit") {
    const code = await liveCode(step.plan, step.creator);
    if (code !== undefined) await attempt(changeText(deps, code, step.text, now));
  } else if (step.kind === "retry") {
    await attempt(retry(deps, PLANS[step.plan] ?? "", [creatorId], now));
  } else if (step.kind === "retire") {
    const code = await liveCode(step.plan, step.creator);
    if (code !== undefined) await attempt(retireCode(deps, code.id, now));
  }
}

/** Creators who are due under each plan by the rule itself. */
async function duePairs(): Promise<Set<string>> {
  const { results } = await env.DB.prepare("SELECT * FROM campaign_creators").all<{
    campaign_id: string;
    creator_id: string;
    status: string;
  }>();
  const pairs = new Set<string>();
  for (const { campaign_id, creator_id, status } of results) {
    const campaign = CAMPAIGNS.find((one) => one.id === campaign_id);
    if (status === "approved" || (status === "applied" && campaign?.generateOn === "added")) {
      pairs.add(`${campaign?.planId} ${creator_id}`);
    }
  }
  return pairs;
}

/** What must hold whatever happened; `owners` are those of all texts seen so far. */
async function expectSound(owners: Map<string, string>): Promise<void> {
  const [codes, links, texts, made] = [await allCodes(), await allLinks(), await allTexts(), await assignments()];

  for (const { textKey, codeId } of texts) {
    expect(owners.get(textKey) ?? codeId, `${textKey} moved`).toBe(codeId);
    owners.set(textKey, codeId);
  }
  expect(texts).toHaveLength(owners.size);
  for (const code of codes) expect(owners.get(code.text.toLowerCase())).toBe(code.id);

  const live = codes.filter(({ state }) => state !== "retired").map((code) => `${code.planId} ${code.creatorId}`);
  expect(new Set(live).size).toBe(live.length);
  const slots = links.map((link) => `${link.plan_id} ${link.creator_id} ${link.kind}`);
  expect(new Set(slots).size).toBe(slots.length);

  const due = await duePairs();
  const pairs = new Map(made.map((one) => [`${one.planId} ${one.creatorId}`, one]));
  for (const pair of due) expect(["queued", "ready", "failed"]).toContain(pairs.get(pair)?.state);
  for (const [pair, one] of pairs) {
    if (!due.has(pair)) expect(one.state).toBe("withdrawn");
    const code = codes.find(({ id }) => id === one.codeId);
    const ofPair = links.filter((link) => `${link.plan_id} ${link.creator_id}` === pair);
    const [affiliate] = ofPair.filter(({ kind }) => kind === "affiliate");
    const [tracking] = ofPair.filter(({ kind }) => kind === "tracking");
    expect([one.affiliateLinkId, one.trackingLinkId]).toEqual([affiliate?.id ?? null, tracking?.id ?? null]);
    expect(tracking?.code_id ?? null).toBeNull();
    if (code !== undefined) expect(`${code.planId} ${code.creatorId}`).toBe(pair);
    // All or nothing: these plans want a code and an affiliate link, the second one a tracking link too.
    if (one.state === "ready") {
      expect(code).toBeDefined();
      expect(affiliate?.code_id).toBe(code?.id);
      expect(tracking !== undefined).toBe(one.planId === PLANS[1]);
    }
    const resting = one.state === "withdrawn";
    if (code !== undefined && code.state !== "retired") expect(code.state).toBe(resting ? "withdrawn" : "active");
    for (const link of ofPair) expect(link.disabled).toBe(resting ? 1 : 0);
    expect(one.failureCode !== null).toBe(one.state === "failed");
  }
}

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
});

afterEach(() => {
  vi.restoreAllMocks();
});

it("UPF-42, UPF-57: no order of events gives a creator two codes under a plan, or a code two creators", async () => {
  await insertStore();
  await insertPlan({ id: PLANS[0] ?? "", codePattern: "{{username|upper}}" });
  await insertPlan({ id: PLANS[1] ?? "", codePattern: "{{username}}", trackClicks: true });
  for (const campaign of CAMPAIGNS) await insertCampaign(campaign);
  await insertCreators(CREATORS);
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 8, maxLength: 25, size: "max" }), async (steps) => {
      const tables = ["links", "code_texts", "codes", "plan_creators", "campaign_creators"];
      await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
      await env.DB.prepare("UPDATE creators SET email = iif(id = ?1, NULL, 'a@b.example')").bind(creatorOf(4)).run();
      const owners = new Map<string, string>();
      for (const [index, step] of steps.entries()) {
        await take(step, NOW + index);
        await expectSound(owners);
      }
      // Whatever was left is made in the end.
      await generate(env, NOW + steps.length);
      await expectSound(owners);
      expect((await assignments()).filter(({ state }) => state === "queued")).toEqual([]);
    }),
    { numRuns: histories(5) },
  );
});
