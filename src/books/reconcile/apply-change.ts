import { mustHold } from "../../ground/db/premise.ts";
import type { Actor, Deps } from "../../ground/deps.ts";
import type { Change } from "../../ground/http/commit.ts";
import { Problem } from "../../ground/http/problem.ts";
import { presentDetail } from "./present.ts";
import type { ReconciliationApply, ReconciliationDetail } from "./schema.ts";
import { classCounts, classTotals, existingReconciliation, matching, type Matching } from "./store.ts";

/** SQL: that a row is asked for, by its class (`?2`) or its number (`?3`), and not worked off yet, or in vain. */
const PICKED = `class IS NOT NULL
  AND (class IN (SELECT value FROM json_each(?2)) OR n IN (SELECT value FROM json_each(?3)))
  AND (selected_at IS NULL OR outcome LIKE 'refused:%' OR outcome LIKE 'failed:%')`;

/** What a selection finds. */
interface Found {
  /** Rows that are to be worked off. */
  picked: number;
  /** Those of them that were before, in vain. */
  again: number;
  /** Rows of those that the request numbers. */
  numbered: number;
  /** Rows to be worked off whose order only the store or only the tracker has. */
  lonely: number;
}

/** Of a hundred orders so many must be known to both sides: fewer, and the ids may be others. */
const LEAST_MATCHED = 10;

/** Why a file may not be this store's, or its ids not those that the store reports; `null`: enough of it matches. */
export function unmatchedText({ matched, untracked, missing, fileId, trackedId }: Matching): string | null {
  const few = (others: number) => matched * 100 < (matched + others) * LEAST_MATCHED;
  if (!few(untracked) && !few(missing)) return null;
  const [inFile, ours] = [matched + untracked, matched + missing];
  const gone = missing === 0 ? "" : `, and of ${ours} that were tracked in its time ${matched} are in it`;
  const ids =
    fileId === null
      ? ""
      : ` The file calls an order ${fileId}${trackedId === null ? "" : `, and the store reported ${trackedId}`}.`;
  return `Nearly nothing matches: of ${inFile} orders of the file ${matched} are tracked${gone}.${ids} It may be another store's export, or name orders by other ids (see map).`;
}

/**
 * Plans the selection of rows that are to be applied. What was applied already is left as it is. Throws a
 * `Problem`: 404, 409 for a dry run, while the reconciliation is under way, and where nearly nothing matches
 * unless that is confirmed, 422 for a row that isn't there.
 */
export async function planApply(
  deps: Deps,
  actor: Actor,
  id: string,
  { classes = [], rows = [], confirmUnmatched }: ReconciliationApply,
): Promise<Change<ReconciliationDetail>> {
  const before = await existingReconciliation(deps, id);
  if (before.dryRun)
    throw new Problem("reconciliation_dry", "It is a dry run. Keep it (POST /reconciliations/{id}/keep) to apply it.");
  if (before.status !== "ready") {
    throw new Problem("reconciliation_busy", `It stands at ${before.status}; it can be applied once it is ready.`);
  }
  const given = [JSON.stringify(classes), JSON.stringify(rows)];
  const { picked, again, numbered, lonely } = await find(deps.d1, id, given);
  if (numbered < new Set(rows).size) throw Problem.invalid("rows", "names a row that isn't there");
  const unmatched = lonely > 0 && !confirmUnmatched ? unmatchedText(await matching(deps, id)) : null;
  if (unmatched !== null) {
    throw new Problem(
      "reconciliation_unmatched",
      `${unmatched} To apply it all the same, send confirmUnmatched: true.`,
    );
  }

  const now = deps.now();
  const after = {
    ...before,
    status: picked > 0 ? ("applying" as const) : before.status,
    selected: before.selected + picked - again,
    applied: before.applied - again,
    actor: actor.id,
    updatedAt: now,
  };
  const [counts, matched] = await Promise.all([classCounts(deps, id), matching(deps, id)]);
  const change = { status: 202, body: presentDetail(after, counts, null, unmatchedText(matched)) } as const;
  if (picked === 0) return { statements: [], audit: [], ...change };
  return {
    statements: [
      mustHold(
        deps.d1,
        "EXISTS (SELECT 1 FROM reconciliations WHERE id = ?1 AND status = 'ready' AND selected = ?2 AND applied = ?3)",
        id,
        before.selected,
        before.applied,
      ),
      deps.d1
        .prepare(
          `UPDATE reconciliation_rows SET selected_at = ?4, applied_at = NULL, outcome = NULL
           WHERE reconciliation_id = ?1 AND ${PICKED}`,
        )
        .bind(id, ...given, now),
      deps.d1
        .prepare(
          `UPDATE reconciliations SET status = 'applying', selected = ?2, applied = ?3, actor = ?4, updated_at = ?5
           WHERE id = ?1`,
        )
        .bind(id, after.selected, after.applied, actor.id, now),
    ],
    audit: [
      {
        action: "apply",
        entity: "reconciliation",
        entityId: id,
        before: null,
        after: { classes, rows: rows.length, selected: picked },
      },
    ],
    ...change,
  };
}

/**
 * Plans that a dry run stays, so that it can be applied: its rows are those of the file, compared as those of any other.
 * What isn't one stays as it is. Throws a `Problem`: 404, 409 while it is under way or once it failed.
 */
export async function planKeep(deps: Deps, id: string): Promise<Change<ReconciliationDetail>> {
  const before = await existingReconciliation(deps, id);
  if (before.status !== "ready") {
    throw new Problem("reconciliation_busy", `It stands at ${before.status}; it can be kept once it is ready.`);
  }
  const after = { ...before, dryRun: false, updatedAt: before.dryRun ? deps.now() : before.updatedAt };
  const [totals, matched] = await Promise.all([classTotals(deps, id), matching(deps, id)]);
  const change = { status: 200, body: presentDetail(after, totals, totals, unmatchedText(matched)) } as const;
  if (!before.dryRun) return { statements: [], audit: [], ...change };
  return {
    statements: [
      // What is tidied away at this moment can't be kept any more.
      mustHold(deps.d1, "EXISTS (SELECT 1 FROM reconciliations WHERE id = ?1 AND status = 'ready')", id),
      deps.d1
        .prepare("UPDATE reconciliations SET dry_run = 0, updated_at = ?2 WHERE id = ?1")
        .bind(id, after.updatedAt),
    ],
    audit: [
      {
        action: "update",
        entity: "reconciliation",
        entityId: id,
        before: { dryRun: true },
        after: { dryRun: false },
      },
    ],
    ...change,
  };
}

async function find(d1: D1Database, id: string, given: readonly string[]): Promise<Found> {
  const found = await d1
    .prepare(
      `SELECT coalesce(sum(picked), 0) AS picked, coalesce(sum(picked AND applied_at IS NOT NULL), 0) AS again,
         coalesce(sum(n IN (SELECT value FROM json_each(?3))), 0) AS numbered, coalesce(sum(picked AND lonely), 0) AS lonely
       FROM (SELECT n, applied_at, ${PICKED} AS picked, coalesce(differences ->> '$[0].field', '') = 'order' AS lonely
         FROM reconciliation_rows WHERE reconciliation_id = ?1)`,
    )
    .bind(id, ...given)
    .first<Found>();
  return found ?? { picked: 0, again: 0, numbered: 0, lonely: 0 };
}
