import type { Actor, Deps } from "../../ground/deps.ts";
import { endMsOf, msOf } from "../../ground/http/fields.ts";
import { type FieldError, Problem } from "../../ground/http/problem.ts";
import { checkReferences, loadReferences } from "../../links/link/load-references.ts";
import { type ProviderId, PROVIDER_TABLE } from "../../ground/model/provider.ts";
import { findStore, type StoreRow } from "../store/store.ts";
import { planProblems } from "./check.ts";
import { NO_COMMISSION } from "./commission-schema.ts";
import { insertRule } from "./rule-store.ts";
import type { NewPlan, TrackingPlan } from "./schema.ts";
import { checkNameFree, insertPlan, nameKeyOf, type PlanRow, presentPlan, storeMustStand } from "./store.ts";
import { readTerms, type Terms } from "./terms.ts";

/** What codes are made of where nobody said. */
const DEFAULT_PATTERN = "{{username}}";

/**
 * Plans a new tracking plan: checks it against its store's provider and gives the statements that add it.
 * Its commission is the first version, and in force from the beginning. `requestHost` is the host that the
 * API was called on, `pathPrefix` what stands before a field's path in the body, such as `plan.`. Throws a `Problem`: 422, or 409 for a name that another plan has.
 */
export async function planNew(
  deps: Deps,
  actor: Actor,
  input: NewPlan,
  requestHost: string,
  pathPrefix = "",
): Promise<{ row: PlanRow; plan: TrackingPlan; statements: D1PreparedStatement[] }> {
  const { row, store } = await draftPlan(deps, input, requestHost, pathPrefix);
  await checkNameFree(deps, row.name, { exceptId: null, path: `${pathPrefix}name` });
  return {
    row,
    plan: presentPlan(row, store.currency),
    statements: [
      storeMustStand(deps, store),
      ...insertPlan(deps, row),
      insertRule(deps, {
        planId: row.id,
        version: 1,
        rule: row.commission,
        effectiveFrom: 0,
        reason: null,
        actor: actor.id,
        createdAt: row.createdAt,
      }),
    ],
  };
}

/** A new plan with its store, checked but for its name. Throws a `Problem` (422); see {@link planNew}. */
export async function draftPlan(
  deps: Deps,
  input: NewPlan,
  requestHost: string,
  pathPrefix = "",
): Promise<{ row: PlanRow; store: StoreRow }> {
  const store = await findStore(deps, input.storeId);
  if (store === null) throw Problem.invalid(`${pathPrefix}storeId`, "is no store's");
  const { terms, faults } = readTerms({ ...input, commission: input.commission ?? NO_COMMISSION }, store.currency);
  const now = deps.now();
  const row: PlanRow = {
    id: deps.newId("plan"),
    name: input.name,
    nameKey: nameKeyOf(input.name),
    storeId: store.id,
    ...defaultsOf(input, store.provider as ProviderId),
    landingUrl: input.landingUrl,
    fallbackUrl: input.fallbackUrl,
    utm: input.utm,
    creatorLinks: input.creatorLinks,
    // A whole body has them all.
    ...(terms as Terms),
    startsAt: msOf(input.startsAt),
    endsAt: endMsOf(input.endsAt),
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  };
  await checkPlan(deps, { row, store, changed: row, faults }, requestHost, pathPrefix);
  return { row, store };
}

/** A plan to be checked, and what is wrong with it already. */
interface Candidate {
  row: PlanRow;
  store: StoreRow;
  /** The parts that are new: what has come to be wrong with an address since must not keep a plan from being changed. */
  changed: Partial<PlanRow>;
  faults: readonly FieldError[];
}

/** Throws a `Problem` (422) that names all that is wrong with a plan. For `pathPrefix` see {@link planNew}. */
export async function checkPlan(
  deps: Deps,
  { row, store, changed, faults }: Candidate,
  requestHost: string,
  pathPrefix = "",
): Promise<void> {
  const problems = [...faults, ...planProblems(row, { ...store, provider: store.provider as ProviderId })];
  problems.push(...(await addressProblems(deps, changed, requestHost)));
  refuseFaults(problems, pathPrefix);
}

/** Throws a `Problem` (422) that names all faults, if there are any. For `pathPrefix` see {@link planNew}. */
export function refuseFaults(faults: readonly FieldError[], pathPrefix = ""): void {
  const [first] = faults;
  if (first === undefined) return;
  throw new Problem(
    "validation_failed",
    `${pathPrefix}${first.path}: ${first.message}`,
    faults.map(({ path, message }) => ({ path: `${pathPrefix}${path}`, message })),
  );
}

/** What is wrong with where a plan leads: blocked hosts, and ways back to a short link. */
async function addressProblems(deps: Deps, changed: Partial<PlanRow>, requestHost: string): Promise<FieldError[]> {
  const given = (["landingUrl", "fallbackUrl"] as const).filter((path) => changed[path] != null);
  if (given.length === 0) return [];
  const known = await loadReferences(deps, [], requestHost);
  return given.flatMap((path) => {
    try {
      checkReferences({ url: changed[path] ?? undefined }, known);
      return [];
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return error.fields.map(({ message }) => ({ path, message }));
    }
  });
}

function defaultsOf(
  input: NewPlan,
  provider: ProviderId,
): Pick<PlanRow, "affiliateLink" | "trackClicks" | "codePattern"> {
  const { affiliateLink: link, discountCodes } = PROVIDER_TABLE[provider].capabilities;
  const affiliateLink = input.affiliateLink ?? (link === "redirect" || link === "discount_link");
  // In a shop of any kind nobody but its owner makes codes.
  const makesCodes = input.discount !== null && discountCodes && provider !== "ast";
  return {
    affiliateLink,
    trackClicks: input.trackClicks ?? !affiliateLink,
    codePattern: input.codePattern === undefined ? (makesCodes ? DEFAULT_PATTERN : null) : input.codePattern,
  };
}
