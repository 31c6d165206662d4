import type { Deps } from "../../ground/deps.ts";
import { endMsOf, msOf } from "../../ground/http/fields.ts";
import { Problem } from "../../ground/http/problem.ts";
import { checkBinding, checkReferences, kindOf, loadReferences, type References, storeOf } from "./load-references.ts";
import type { NewLink } from "./schema.ts";
import { drawSlug, slugKey } from "../../edge/link/slug.ts";
import { type LinkRow, takenAddresses } from "./store.ts";

/** Draws of a slug before giving up: at a million links a second one is needed once in two million. */
const MAX_DRAWS = 8;

/** A link ready to be written, or why it can't be. */
export type PlannedLink = { row: LinkRow } | { problem: Problem };

/**
 * Plans new links: checks what they refer to, finds their stores and gives slugs to those without.
 * One entry's fault doesn't touch the others. `requestHost` is the host that the API was called on.
 */
export async function planLinks(deps: Deps, inputs: readonly NewLink[], requestHost: string): Promise<PlannedLink[]> {
  const known = await loadReferences(
    deps,
    inputs.map((input) => ({ ...input, storeId: input.storeId })),
    requestHost,
  );
  const planned = inputs.map((input): PlannedLink => {
    try {
      const link = { ...input, storeId: input.storeId };
      const kind = input.kind ?? kindOf(link, known);
      checkReferences(link, known);
      checkBinding({ ...link, kind }, known);
      checkTimes(msOf(input.startsAt), endMsOf(input.endsAt));
      return { row: draftOf(deps, input, kind, known) };
    } catch (error) {
      if (error instanceof Problem) return { problem: error };
      throw error;
    }
  });
  return settleSlugs(deps, inputs, planned, known);
}

/** Throws a `Problem` (422) unless the end, if there is one, comes after the start. Both ms UTC. */
export function checkTimes(startsAt: number | null, endsAt: number | null): void {
  if (startsAt !== null && endsAt !== null && endsAt <= startsAt)
    throw Problem.invalid("endsAt", "must come after startsAt");
}

/** Tags as they are kept: once each, in the order in which they are read back. */
export function tagsOf(given: readonly string[]): string[] {
  return [...new Set(given)].toSorted();
}

function draftOf(deps: Deps, input: NewLink, kind: LinkRow["kind"], known: References): LinkRow {
  const now = deps.now();
  const domain = input.domain ?? "";
  const slug = input.slug ?? drawSlug(deps.random);
  return {
    id: deps.newId("link"),
    domain,
    slug,
    slugKey: slugKey(slug, known.domains.get(domain)?.caseSensitive ?? false),
    url: input.url,
    kind,
    storeId: storeOf({ ...input, storeId: input.storeId }, known),
    creatorId: input.creatorId,
    campaignId: input.campaignId,
    planId: input.planId ?? (input.codeId === null ? null : (known.codes.get(input.codeId)?.planId ?? null)),
    codeId: input.codeId,
    utm: input.utm,
    rules: input.rules,
    startsAt: msOf(input.startsAt),
    endsAt: endMsOf(input.endsAt),
    maxClicks: input.maxClicks,
    fallbackUrl: input.fallbackUrl,
    disabled: input.disabled,
    madeBy: "admin",
    withdrawnAt: null,
    tags: tagsOf(input.tags),
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  };
}

/** Refuses slugs that are taken, in the table or by an earlier entry, and draws made-up ones again. */
async function settleSlugs(
  deps: Deps,
  inputs: readonly NewLink[],
  planned: readonly PlannedLink[],
  known: References,
): Promise<PlannedLink[]> {
  const drafts = planned.flatMap((plan) => ("row" in plan ? [plan.row] : []));
  const taken = await takenAddresses(deps, drafts);
  const settled: PlannedLink[] = [];
  for (const [index, plan] of planned.entries()) {
    settled.push("row" in plan ? await settle(deps, plan.row, inputs[index]?.slug === undefined, taken, known) : plan);
  }
  return settled;
}

async function settle(
  deps: Deps,
  draft: LinkRow,
  madeUp: boolean,
  taken: Set<string>,
  known: References,
): Promise<PlannedLink> {
  let row = draft;
  for (let draws = 1; taken.has(`${row.domain}/${row.slugKey}`); draws++) {
    if (!madeUp) return { problem: slugTaken(row.slug) };
    if (draws > MAX_DRAWS) throw new Error("no free slug was drawn");
    const slug = drawSlug(deps.random);
    row = { ...row, slug, slugKey: slugKey(slug, known.domains.get(row.domain)?.caseSensitive ?? false) };
    for (const address of await takenAddresses(deps, [row])) taken.add(address);
  }
  taken.add(`${row.domain}/${row.slugKey}`);
  return { row };
}

/** The problem (409) of a slug that another link has. */
export function slugTaken(slug: string): Problem {
  return new Problem("slug_taken", `The slug ${slug} is taken.`, [{ path: "slug", message: "is taken" }]);
}
