import { mustHold } from "../../ground/db/premise.ts";
import type { Actor, Deps } from "../../ground/deps.ts";
import type { Change } from "../../ground/http/commit.ts";
import { isoOf, msOf } from "../../ground/http/fields.ts";
import { Problem } from "../../ground/http/problem.ts";
import { notActive } from "../definition/refusal.ts";
import { type DefinitionRow, existingDefinition } from "../definition/store.ts";
import { countDepsOf } from "../due-run.ts";
import { countPast, type Counted, policyOfStore } from "./backfill-run.ts";
import { type BackfillRow, beginBackfill, findBackfill } from "./backfill-store.ts";
import { firstPlace } from "./page-load.ts";
import type { Backfill, BackfillRequest } from "./schema.ts";

/** How far back is looked if nothing is said, ms: events are kept no longer. */
const BACK_MS = 90 * 86_400_000;

/** A backfill as the API shows it. */
export function presentBackfill(row: BackfillRow): Backfill {
  return {
    definitionId: row.definitionId,
    state: row.state,
    from: isoOf(row.fromAt),
    to: isoOf(row.toAt),
    expected: row.expected,
    seen: row.seen,
    made: row.made,
    startedAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}

/** Plans that a definition is applied to the past, once that is confirmed. Throws a `Problem` (404, 409, 422). */
export async function planBackfill(
  deps: Deps,
  actor: Actor,
  id: string,
  { from, confirm }: BackfillRequest,
): Promise<Change<Backfill>> {
  const { row: definition } = await existingDefinition(deps, id);
  if (definition.status !== "active") throw notActive(definition);
  return planPast(deps, actor, definition, { from, confirm });
}

/** The same of a definition that is active, or will be by the same batch. Throws a `Problem` (409, 422). */
export async function planPast(
  deps: Deps,
  actor: Actor,
  definition: DefinitionRow,
  { from, confirm }: BackfillRequest,
  /** Whether it has to be confirmed that nothing is made, too. */
  asks: "always" | "if any" = "always",
): Promise<Change<Backfill>> {
  const { id } = definition;
  const before = await findBackfill(deps, id);
  if (before?.state === "running") throw new Problem("backfill_running", "See GET …/backfill for how far it is.");
  const now = deps.now();
  // What came before it listened was held against it by nobody, even if it is in force since an earlier time.
  const toAt = Math.min(Math.max(definition.effectiveFrom ?? now, definition.activatedAt ?? now), now);
  const fromAt = msOf(from) ?? toAt - BACK_MS;
  if (fromAt >= toAt)
    throw Problem.invalid("from", `must be before ${isoOf(toAt)}, when the definition began to count`);
  const count = await countDepsOf(deps.env, now);
  const policy = await policyOfStore(deps.env, definition.storeId);
  const counted = await countPast(count, { definition, policy, from: fromAt, to: toAt });
  const isAsked = asks === "always" || counted.conversions > 0 || confirm !== undefined;
  if (isAsked && confirm !== counted.conversions) throw unconfirmed(counted);
  const place = firstPlace(definition);
  const row: BackfillRow = {
    definitionId: id,
    state: place === null ? "done" : "running",
    fromAt,
    toAt,
    cursor: place ?? { step: "events", after: "" },
    expected: counted.conversions,
    seen: 0,
    made: 0,
    actor: actor.id,
    createdAt: now,
    updatedAt: now,
  };
  const body = presentBackfill(row);
  return {
    statements: [
      mustHold(
        deps.d1,
        `EXISTS (SELECT 1 FROM conversion_definitions WHERE id = ?1 AND status = 'active')
         AND NOT EXISTS (SELECT 1 FROM conversion_backfills WHERE definition_id = ?1 AND state = 'running')`,
        id,
      ),
      beginBackfill(deps.d1, row),
    ],
    audit: [
      {
        action: "apply",
        entity: "conversionDefinition",
        entityId: id,
        before: before === null ? null : presentBackfill(before),
        after: body,
      },
    ],
    status: 202,
    body,
  };
}

function unconfirmed({ conversions, isLeast }: Counted): Problem {
  const least = isLeast ? "at least " : "";
  return new Problem(
    "confirm_needed",
    `It makes ${least}${conversions} conversions of what happened before, which earn nobody anything. To confirm it, send confirm: ${conversions}.`,
    [{ path: "confirm", message: `must be ${conversions}, the number of conversions that it makes` }],
    {},
    null,
    { conversions },
  );
}
