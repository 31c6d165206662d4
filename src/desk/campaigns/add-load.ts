import { Problem } from "../../ground/http/problem.ts";
import type { Creator } from "../../programme/creator/schema.ts";
import type { Page } from "../frame/api-load.ts";
import type { Desk } from "../frame/desk-load.ts";

/** Creators that the API adds by one request, and reads by one. */
const MOST_ADDED = 1_000;
const PAGE = 200;

/** Requests of one form that add: the next form goes on from there. */
const MOST_ROUNDS = 2;

/** How many creators came to a campaign. */
export interface Added {
  added: number;
  /** Those who were in it already. */
  existing: number;
  /** Where the next request goes on; `null`: that was all. */
  next: string | null;
}

type Status = "applied" | "approved";

/** Adds creators to a campaign, each once. Answers the API's `Problem` for what it refuses. */
export async function addCreators(
  desk: Desk,
  campaignId: string,
  status: Status,
  ids: readonly string[],
): Promise<Added | Problem> {
  const sent = await desk.api.send<{ added: number; existing: number }>(
    "POST",
    `/campaigns/${encodeURIComponent(campaignId)}/creators`,
    { creatorIds: [...new Set(ids)], status },
  );
  return sent.ok ? { ...sent.body, next: null } : sent.problem;
}

/**
 * Adds all creators whom a search finds, or all there are, from `cursor` on: as many as one request should. Who is in the
 * campaign already stays as they are, so that it may be repeated.
 */
export async function addAll(
  desk: Desk,
  campaignId: string,
  status: Status,
  q: string | null,
  cursor: string | null,
): Promise<Added | Problem> {
  const sum: Added = { added: 0, existing: 0, next: cursor };
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const ids: string[] = [];
    do {
      const page: Page<Creator> = await desk.api.get<Page<Creator>>("/creators", { q, limit: PAGE, cursor: sum.next });
      ids.push(...page.data.map(({ id }) => id));
      sum.next = page.nextCursor;
    } while (sum.next !== null && ids.length + PAGE <= MOST_ADDED);
    if (ids.length === 0) break;
    const added = await addCreators(desk, campaignId, status, ids);
    if (added instanceof Problem) return added;
    sum.added += added.added;
    sum.existing += added.existing;
    if (sum.next === null) break;
  }
  return sum;
}
