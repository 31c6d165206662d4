import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { refusedEntry, whileTaken } from "../../ground/http/bulk.ts";
import { commit } from "../../ground/http/commit.ts";
import type { Answer } from "../../ground/http/idempotency.ts";
import { validationProblem } from "../../ground/http/openapi.ts";
import { Problem } from "../../ground/http/problem.ts";
import { type PlannedLink, planLinks } from "./create-change.ts";
import { type Link, type NewLink, newLink } from "./schema.ts";
import { insertLinks, type LinkRow } from "./store.ts";

/** Creates links from entries that are checked one by one; the answer has a result for each. */
export async function bulkLinks(
  c: Context<AppTypes>,
  entries: readonly unknown[],
  present: (row: LinkRow) => Link,
): Promise<Answer> {
  return whileTaken("slug_taken", () => attemptBulk(c, entries, present));
}

async function attemptBulk(
  c: Context<AppTypes>,
  entries: readonly unknown[],
  present: (row: LinkRow) => Link,
): Promise<Answer> {
  return commit(c, async () => {
    const parsed = entries.map((entry): NewLink | Problem => {
      const result = newLink.safeParse(entry);
      return result.success ? result.data : validationProblem(result.error.issues);
    });
    const valid = parsed.filter((entry): entry is NewLink => !(entry instanceof Problem));
    const planned = (await planLinks(c.env.deps, valid, new URL(c.req.url).host)).values();
    const plans = parsed.map((entry): PlannedLink => {
      if (entry instanceof Problem) return { problem: entry };
      const next = planned.next();
      if (next.done === true) throw new Error("fewer links were planned than were valid");
      return next.value;
    });
    const rows = plans.flatMap((plan) => ("row" in plan ? [plan.row] : []));
    return {
      statements: rows.length === 0 ? [] : insertLinks(c.env.deps, rows),
      audit: rows.map((row) => ({
        action: "create",
        entity: "link",
        entityId: row.id,
        before: null,
        after: present(row),
      })),
      links: { ids: rows.map((row) => row.id), droppedKeys: [] },
      status: 200,
      body: { results: plans.map((plan, index) => resultOf(plan, index, present)) },
      conflicts: { "links.domain, links.slug_key": { code: "slug_taken", path: "slug" } },
    };
  });
}

function resultOf(plan: PlannedLink, index: number, present: (row: LinkRow) => Link) {
  return "row" in plan ? { index, status: 201, link: present(plan.row) } : refusedEntry(index, plan.problem);
}
