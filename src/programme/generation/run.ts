import { settleInStore, type CodeRow } from "../code/store.ts";
import { brokenUnique } from "../../ground/db/client.ts";
import { writeInHalves } from "../../ground/db/halves.ts";
import { storageFailure } from "../../ground/db/retry.ts";
import { errorText } from "../../ground/error-text.ts";
import { createIdSource, type NewId } from "../../ground/id.ts";
import { drawSlug, slugKey } from "../../edge/link/slug.ts";
import { type LinkRow, takenAddresses } from "../../links/link/store.ts";
import { PROVIDER_TABLE } from "../../ground/model/provider.ts";
import { decide, type Failure, isFailure, type Making } from "./decide.ts";
import {
  failQueued,
  type Made,
  oldestQueued,
  type Outcome,
  type PlanToMake,
  type Queued,
  readQueued,
  writeMade,
} from "./store.ts";

/** What generation needs. */
export type GenerationEnv = Pick<Env, "DB">;

/** How much one run does. */
export interface GenerationLimits {
  /** Assignments at most. */
  assignments: number;
  /** No group is begun after this long, ms. */
  timeMs: number;
  /** Assignments of one plan in one transaction. */
  group: number;
}

/** What a run did. */
export interface Generated {
  ready: number;
  failed: number;
  /** Whether some are queued still, as far as this run knows. */
  left: boolean;
}

/** A run ends long before Cloudflare would end it: a consumer has 15 minutes, but other work waits. */
const LIMITS: GenerationLimits = { assignments: 2_000, timeMs: 25_000, group: 250 };

/** Draws of slugs before giving up: see `src/links/link/create-change.ts`. */
const MAX_DRAWS = 8;

const PLAN_DELETED: Failure = { code: "plan_deleted", detail: "The tracking plan or its store was deleted." };
const INTERNAL: Failure = {
  code: "internal",
  detail: "Something went wrong on our side, and was logged. A retry may succeed.",
};

/** What one run carries along. */
interface Run {
  d1: D1Database;
  now: number;
  newId: NewId;
  random: (bytes: Uint8Array) => void;
  ready: number;
  failed: number;
}

/**
 * Makes the codes and links that are queued, oldest first, each group in one transaction, until none is
 * left or a limit is met; `now` is ms UTC. It may be doubled, run beside itself and die at any point: a
 * creator never gets two codes under a plan, and what isn't done stays queued. Throws what D1 throws.
 */
export async function generate(
  { DB }: GenerationEnv,
  now: number,
  limits: Partial<GenerationLimits> = {},
): Promise<Generated> {
  const { assignments, timeMs, group } = { ...LIMITS, ...limits };
  const random = (bytes: Uint8Array): void => void crypto.getRandomValues(bytes);
  const run: Run = { d1: DB, now, newId: createIdSource(Date.now, random), random, ready: 0, failed: 0 };
  const endAt = Date.now() + timeMs;
  let taken = 0;
  while (taken < assignments) {
    const oldest = await oldestQueued(DB, Math.min(group * 2, assignments - taken));
    if (oldest.length === 0) return reportOf(run, false);
    taken += oldest.length;
    for (const [planId, creatorIds] of groupsOf(oldest, group)) {
      if (Date.now() >= endAt) return reportOf(run, true);
      await makeGroup(run, planId, creatorIds);
    }
  }
  return reportOf(run, (await oldestQueued(DB, 1)).length > 0);
}

function reportOf({ ready, failed }: Run, left: boolean): Generated {
  if (failed > 0) console.warn(JSON.stringify({ event: "generation_failures", failed, ready }));
  return { ready, failed, left };
}

/** Assignments in groups of one plan each. */
function groupsOf(
  assignments: readonly { planId: string; creatorId: string }[],
  size: number,
): [planId: string, creatorIds: string[]][] {
  return [...Map.groupBy(assignments, ({ planId }) => planId)].flatMap(([planId, ofPlan]) => {
    const groups: [string, string[]][] = [];
    for (let start = 0; start < ofPlan.length; start += size) {
      groups.push([planId, ofPlan.slice(start, start + size).map(({ creatorId }) => creatorId)]);
    }
    return groups;
  });
}

/** Makes what the assignments of these creators lack. Whenever something changed meanwhile, all is read anew. */
async function makeGroup(run: Run, planId: string, creatorIds: readonly string[]): Promise<void> {
  return writeInHalves(creatorIds, {
    write: (ids) => makeOnce(run, planId, ids),
    lostRace: (error) => brokenUnique(error) !== null,
    // Others are quicker, again and again: it stays queued for a later run.
    giveUp: (id, error, overtaken) => (overtaken ? undefined : giveUp(run, planId, id, error)),
  });
}

async function giveUp(run: Run, planId: string, creatorId: string, error: unknown): Promise<void> {
  console.error(JSON.stringify({ event: "generation_failed", planId, creatorId, message: errorText(error) }));
  await failQueued(run.d1, planId, creatorId, INTERNAL, run.now).run();
  run.failed += 1;
}

async function makeOnce(run: Run, planId: string, creatorIds: readonly string[]): Promise<void> {
  const { plan, queued } = await readQueued(run.d1, planId, creatorIds);
  if (queued.length === 0) return;
  const made = plan.deleted ? nothingOf(queued, PLAN_DELETED) : await makingOf(run, plan, queued);
  await run.d1.batch(writeMade(run.d1, plan, made, run.now));
  run.ready += made.outcomes.filter(({ state }) => state === "ready").length;
  run.failed += made.outcomes.filter(({ state }) => state === "failed").length;
}

function nothingOf(queued: readonly Queued[], failure: Failure): Made {
  return { outcomes: queued.map((one) => failed(one, failure)), codes: [], links: [], bindings: [] };
}

/** Plans codes and links. Reads what is taken, writes nothing. */
async function makingOf(run: Run, plan: PlanToMake, queued: readonly Queued[]): Promise<Made> {
  const outcomes: Outcome[] = [];
  const makings: { queued: Queued; making: Making }[] = [];
  const year = new Date(run.now).getUTCFullYear();
  for (const one of queued) {
    if (isIdle(one)) {
      outcomes.push({ queued: one, state: "withdrawn", parts: one.parts, failure: null });
      continue;
    }
    const decision = decide({ ...plan, ...one, year });
    if (isFailure(decision)) outcomes.push(failed(one, decision));
    else makings.push({ queued: one, making: decision });
  }

  const texts = await textsOf(run, plan, makings);
  const [codes, links, bindings]: [CodeRow[], LinkRow[], { linkId: string; codeId: string }[]] = [[], [], []];
  for (const { queued: one, making } of makings) {
    const text = texts.get(one.creatorId);
    if (making.code !== null && text === undefined) {
      const detail = `No code like ${making.code} is free in the store.`;
      outcomes.push(failed(one, { code: "no_free_code", detail }));
      continue;
    }
    const parts = { ...one.parts };
    let appliedCodeId = one.liveCodeId;
    if (text !== undefined) {
      const code = codeRow(run, plan, one, text);
      codes.push(code);
      parts.codeId = appliedCodeId = code.id;
    }
    if (appliedCodeId !== null && parts.affiliateLinkId !== null) {
      bindings.push({ linkId: parts.affiliateLinkId, codeId: appliedCodeId });
    }
    if (making.affiliateUrl !== null) {
      const link = linkRow(run, plan, one, "affiliate", making.affiliateUrl, appliedCodeId);
      links.push(link);
      parts.affiliateLinkId = link.id;
    }
    if (making.trackingUrl !== null) {
      const link = linkRow(run, plan, one, "tracking", making.trackingUrl, null);
      links.push(link);
      parts.trackingLinkId = link.id;
    }
    outcomes.push({ queued: one, state: "ready", parts, failure: null });
  }
  return { outcomes, codes, links: await withFreeSlugs(run, plan, links), bindings };
}

/** Whether nobody waits for an assignment any more, such as one whose campaign took another plan since. */
function isIdle({ due, parts }: Queued): boolean {
  return !due && parts.codeId === null && parts.affiliateLinkId === null && parts.trackingLinkId === null;
}

function failed(queued: Queued, failure: Failure): Outcome {
  return { queued, state: "failed", parts: queued.parts, failure };
}

/** Texts for the codes, by the creator's id; none where no code is missing or none is free. */
async function textsOf(
  run: Run,
  { storeId, store }: PlanToMake,
  makings: readonly { queued: Queued; making: Making }[],
): Promise<Map<string, string>> {
  const rules = PROVIDER_TABLE[store.provider].capabilities.code;
  const wanted = makings.flatMap(({ queued, making }) =>
    making.code === null ? [] : [{ key: queued.creatorId, base: making.code }],
  );
  if (rules === null || wanted.length === 0) return new Map();
  try {
    return await settleInStore(run, storeId, wanted, rules);
  } catch (error) {
    // With others, whose codes may be free, it is told by halves.
    if (storageFailure(error) !== "permanent" || makings.length > 1) throw error;
    return new Map();
  }
}

function codeRow(run: Run, plan: PlanToMake, { creatorId, campaignId }: Queued, text: string): CodeRow {
  return {
    id: run.newId("code"),
    storeId: plan.storeId,
    planId: plan.id,
    campaignId,
    creatorId,
    text,
    state: "active",
    origin: "generated",
    createdAt: run.now,
    updatedAt: run.now,
  };
}

function linkRow(
  run: Run,
  plan: PlanToMake,
  { creatorId, campaignId }: Queued,
  kind: LinkRow["kind"],
  url: string,
  codeId: string | null,
): LinkRow {
  return {
    id: run.newId("link"),
    domain: plan.domain,
    ...drawnSlug(run, plan),
    url,
    kind,
    storeId: plan.storeId,
    creatorId,
    campaignId,
    planId: plan.id,
    codeId,
    utm: plan.utm,
    rules: [],
    startsAt: null,
    endsAt: null,
    maxClicks: null,
    fallbackUrl: null,
    disabled: false,
    madeBy: "plan",
    withdrawnAt: null,
    tags: [],
    createdAt: run.now,
    updatedAt: run.now,
    deletedAt: null,
  };
}

/** Links whose slugs nobody has, neither in the table nor before them. Throws if none is drawn. */
async function withFreeSlugs(run: Run, plan: PlanToMake, links: readonly LinkRow[]): Promise<LinkRow[]> {
  const free: LinkRow[] = [];
  const given = new Set<string>();
  let open = [...links];
  for (let draws = 0; open.length > 0; draws++) {
    if (draws === MAX_DRAWS) throw new Error("no free slug was drawn");
    const taken = await takenAddresses(run, open);
    const again: LinkRow[] = [];
    for (const link of open) {
      const address = `${link.domain}/${link.slugKey}`;
      if (taken.has(address) || given.has(address)) again.push({ ...link, ...drawnSlug(run, plan) });
      else free.push(link);
      given.add(address);
    }
    open = again;
  }
  return free;
}

function drawnSlug({ random }: Run, { caseSensitive }: PlanToMake): { slug: string; slugKey: string } {
  const slug = drawSlug(random);
  return { slug, slugKey: slugKey(slug, caseSensitive) };
}
