import type { Deps } from "../../ground/deps.ts";
import { created, deleted, unchanged, updated } from "../../ground/http/change.ts";
import type { Change } from "../../ground/http/commit.ts";
import { Problem } from "../../ground/http/problem.ts";
import { refuseFaults } from "../../programme/plan/create-change.ts";
import { existingStore, findStore } from "../../programme/store/store.ts";
import { planFaults } from "./check.ts";
import { loadSnippetOf } from "./load-snippet.ts";
import { activePlan, countPlans, deletePlan, existingPlan, insertPlan, onlyActive, updatePlan } from "./plan-store.ts";
import { presentPlan } from "./present.ts";
import { withRuleIds } from "./rule-ids.ts";
import type { NewTaggingPlan, TaggingPlanBody, TaggingPlanPatch } from "./schema.ts";
import type { PlanRow } from "./store.ts";

/** Most plans of a store: each activated one stays, so that what was counted can be told by what. */
const MAX_PLANS = 1_000;

/** Plans a new plan, a draft. `origin`: where its pages' script comes from. Throws a `Problem` (409, 422). */
export async function planPlan(
  deps: Deps,
  { storeId, rules, ...given }: NewTaggingPlan,
  origin: string,
): Promise<Change<TaggingPlanBody>> {
  const store = await findStore(deps, storeId);
  if (store === null) throw Problem.invalid("storeId", "is no store's");
  const planned = { ...given, rules: withRuleIds(rules) };
  refuseFaults(planFaults(planned));
  return planInsert(deps, { ...planned, storeId, copiedFrom: null }, origin);
}

type Draft = Pick<PlanRow, "storeId" | "name" | "pages" | "rules" | "checkout" | "visitMinutes" | "copiedFrom">;

async function planInsert(deps: Deps, draft: Draft, origin: string): Promise<Change<TaggingPlanBody>> {
  const { count, highest } = await countPlans(deps, draft.storeId);
  if (count >= MAX_PLANS) {
    throw new Problem("list_full", `The store has ${MAX_PLANS} tagging plans already. Delete some drafts.`);
  }
  const now = deps.now();
  const row: PlanRow = {
    ...draft,
    id: deps.newId("taggingPlan"),
    status: "draft",
    number: highest + 1,
    activatedAt: null,
    retiredAt: null,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  const shown = presentPlan(row);
  return {
    ...created("taggingPlan", shown),
    body: { ...shown, snippet: await loadSnippetOf(deps, row, origin) },
    statements: insertPlan(deps, row),
  };
}

/** Plans the change of a draft. Throws a `Problem` (404, 409, 422). */
export async function planPatch(
  deps: Deps,
  id: string,
  { name, pages, rules, checkout, visitMinutes }: TaggingPlanPatch,
  origin: string,
): Promise<Change<TaggingPlanBody>> {
  const before = await existingPlan(deps, id);
  if (before.status !== "draft") throw notDraft(before, "changed");
  const after: PlanRow = {
    ...before,
    ...(name !== undefined && { name }),
    ...(pages !== undefined && { pages }),
    ...(rules !== undefined && { rules: withRuleIds(rules) }),
    ...(checkout !== undefined && { checkout }),
    ...(visitMinutes !== undefined && { visitMinutes }),
    ...written(deps, before),
  };
  refuseFaults(planFaults(after));
  return planUpdate(deps, before, after, { origin });
}

/** What each write moves on. */
function written(deps: Deps, before: PlanRow): Pick<PlanRow, "version" | "updatedAt"> {
  return { version: before.version + 1, updatedAt: Math.max(deps.now(), before.updatedAt) };
}

async function planUpdate(
  deps: Deps,
  before: PlanRow,
  after: PlanRow,
  { origin, action }: { origin: string; action?: "launch" | "archive" },
): Promise<Change<TaggingPlanBody>> {
  const shown = presentPlan(after);
  return {
    ...updated("taggingPlan", presentPlan(before), shown, action),
    body: { ...shown, snippet: await loadSnippetOf(deps, after, origin) },
    statements: updatePlan(deps, before, after),
  };
}

function notDraft({ id, status }: PlanRow, done: string): Problem {
  return new Problem(
    "tagging_plan_active",
    `It is ${status}, and what was counted by it stays to be told by it: only drafts are ${done}. Copy it by POST /api/v1/tagging-plans/${id}/copy, change the copy, and activate that: it takes the place of the active one.`,
  );
}

/** The problem of a plan that was retired, of which nothing comes any more. */
export function retired({ id }: Pick<PlanRow, "id">): Problem {
  return new Problem(
    "tagging_plan_retired",
    `It is retired. Copy it by POST /api/v1/tagging-plans/${id}/copy, and go on with the copy.`,
  );
}

/**
 * Plans that a draft becomes what the store's pages are counted by, and that the one before is retired in the same
 * batch. What is active already stays. Throws a `Problem` (404, 409, 422).
 */
export async function planActivation(deps: Deps, id: string, origin: string): Promise<Change<TaggingPlanBody>> {
  const before = await existingPlan(deps, id);
  if (before.status === "active") return unchanged(await wholePlan(deps, before, origin));
  if (before.status === "retired") throw retired(before);
  await existingStore(deps, before.storeId);
  // What is checked may have become more than when it was saved.
  refuseFaults(planFaults(before));
  const moved = written(deps, before);
  const after: PlanRow = { ...before, status: "active", activatedAt: moved.updatedAt, ...moved };
  const change = await planUpdate(deps, before, after, { origin, action: "launch" });
  const last = await activePlan(deps, before.storeId);
  if (last === null) {
    return { ...change, statements: [onlyActive(deps, before.storeId, null), ...change.statements] };
  }
  const ended = retiredOf(deps, last);
  return {
    ...change,
    // The index of active plans takes one a store: the last goes first.
    statements: [onlyActive(deps, before.storeId, last.id), ...updatePlan(deps, last, ended), ...change.statements],
    audit: [...updated("taggingPlan", presentPlan(last), presentPlan(ended), "archive").audit, ...change.audit],
  };
}

function retiredOf(deps: Deps, row: PlanRow): PlanRow {
  const moved = written(deps, row);
  return { ...row, status: "retired", retiredAt: moved.updatedAt, ...moved };
}

/** Plans that nothing is counted by the active plan any more. Throws a `Problem` (404, 409). */
export async function planRetirement(deps: Deps, id: string, origin: string): Promise<Change<TaggingPlanBody>> {
  const before = await existingPlan(deps, id);
  if (before.status === "retired") return unchanged(await wholePlan(deps, before, origin));
  if (before.status === "draft") {
    throw new Problem(
      "tagging_plan_draft",
      `Nothing is counted by a draft. DELETE /api/v1/tagging-plans/${id} removes it.`,
    );
  }
  return planUpdate(deps, before, retiredOf(deps, before), { origin, action: "archive" });
}

/** Plans that a draft goes. Throws a `Problem` (404, 409). */
export async function planRemoval(deps: Deps, id: string): Promise<Change<null>> {
  const row = await existingPlan(deps, id);
  if (row.status !== "draft") throw notDraft(row, "deleted");
  return { ...deleted("taggingPlan", presentPlan(row)), statements: deletePlan(deps, row) };
}

/** Plans a draft that says what another plan says. Throws a `Problem` (404, 409). */
export async function planCopy(
  deps: Deps,
  id: string,
  name: string | undefined,
  origin: string,
): Promise<Change<TaggingPlanBody>> {
  const { storeId, pages, rules, checkout, visitMinutes, ...model } = await existingPlan(deps, id);
  const draft: Draft = {
    storeId,
    pages,
    rules,
    checkout,
    visitMinutes,
    name: name ?? copyName(model.name),
    copiedFrom: id,
  };
  return planInsert(deps, draft, origin);
}

/** A plan with what pages carry because of it; `origin`: where their script comes from. */
export async function wholePlan(deps: Deps, row: PlanRow, origin: string): Promise<TaggingPlanBody> {
  return { ...presentPlan(row), snippet: await loadSnippetOf(deps, row, origin) };
}

/** Longest name, characters. */
const MAX_NAME = 120;
const COPY = " (copy)";

function copyName(name: string): string {
  return `${Array.from(name)
    .slice(0, MAX_NAME - COPY.length)
    .join("")}${COPY}`;
}
