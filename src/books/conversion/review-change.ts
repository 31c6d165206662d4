import { asc, eq } from "drizzle-orm";
import { packJson } from "../../ground/db/pack.ts";
import { mustHold } from "../../ground/db/premise.ts";
import { ledger } from "../../ground/db/schema/money.ts";
import type { Actor, Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { decisionsBody } from "../../ground/http/bulk.ts";
import { updated } from "../../ground/http/change.ts";
import type { AuditEntry, Change } from "../../ground/http/commit.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { ConversionReview } from "../../ground/model/conversion.ts";
import { presentEntry } from "../ledger/present.ts";
import { entryColumns } from "../ledger/store.ts";
import { type LoadedConversion, loadConversions } from "./load.ts";
import { presentConversionCommission } from "./present.ts";
import { type ConversionStep, refuseConversionStep } from "./review.ts";
import type { ConversionCommission, ConversionDecisions, DecidedConversions } from "./schema.ts";
import { settleDueConversions } from "./settle-run.ts";

const DECISIONS = { approve: "approved", decline: "declined" } as const;

/** SQL: the draft payout run that a commission of a conversion (SQL of its id) is in; `NULL`: none. */
function draftOf(id: string): string {
  return `(SELECT p.id FROM ledger l JOIN payout_entries e ON e.entry_seq = l.seq AND e.live = 1
    JOIN payouts p ON p.id = e.payout_id AND p.status = 'draft' WHERE l.conversion_id = ${id})`;
}

/** What creators earn by a conversion, and what was booked of it. Throws a `Problem` (404) if there is no such conversion. */
export async function showCommission(deps: Pick<Deps, "d1" | "db">, id: string) {
  const { conversions, shares } = await loadConversions(deps, [id]);
  const [row] = conversions;
  if (row === undefined) throw noConversion(id);
  const entries = await deps.db
    .select(entryColumns)
    .from(ledger)
    .where(eq(ledger.conversionId, id))
    .orderBy(asc(ledger.seq));
  return { ...presentConversionCommission(row, shares.get(id) ?? []), entries: entries.map(presentEntry) };
}

/** A decision that is to be taken. */
interface Decision {
  step: ConversionStep;
  reason: string | null;
  actor: Actor;
  /** ms UTC. */
  now: number;
}

/** A conversion that a decision is planned for. */
interface Reviewed {
  before: LoadedConversion;
  after: LoadedConversion;
  /** As the API shows it, before and after. */
  entry: { before: ConversionCommission; after: ConversionCommission };
}

/**
 * Plans a decision by hand on whether a conversion's commission is owed. Throws a `Problem`: 404, or 409 for a step that
 * can't be taken from where it stands.
 */
export async function planConversionReview(
  deps: Deps,
  actor: Actor,
  id: string,
  step: ConversionStep,
  reason: string | null,
): Promise<Change<ConversionCommission>> {
  const decision: Decision = { step, reason, actor, now: deps.now() };
  const reviewed = (await reviewAll(deps, [id], decision)).get(id);
  if (reviewed === undefined) throw new Error(`nothing was planned for ${id}`);
  if (reviewed instanceof Problem) throw reviewed;
  return {
    ...updated("conversion", reviewed.entry.before, reviewed.entry.after, step),
    statements: statementsOf(deps, [reviewed], decision),
  };
}

/**
 * Plans the same for many conversions, each by itself: one that can't take the step holds up no other. A dry run changes
 * nothing, and says what would be.
 */
export async function planConversionReviews(
  deps: Deps,
  actor: Actor,
  { action, ids, reason, dryRun }: ConversionDecisions,
): Promise<Change<DecidedConversions>> {
  const decision: Decision = { step: action, reason: reason ?? null, actor, now: deps.now() };
  const plans = await reviewAll(deps, ids, decision);
  const reviewed = [...plans.values()].filter((plan): plan is Reviewed => !(plan instanceof Problem));
  const changes = new Map(
    [...plans].map(([id, plan]) => [
      id,
      plan instanceof Problem ? plan : { from: plan.before.commission, to: plan.after.commission },
    ]),
  );
  return {
    statements: dryRun || reviewed.length === 0 ? [] : statementsOf(deps, reviewed, decision),
    audit: dryRun
      ? []
      : reviewed.map(({ entry }): AuditEntry => ({ action, entity: "conversion", entityId: entry.after.id, ...entry })),
    status: 200,
    body: decisionsBody(ids, changes, dryRun),
  };
}

/** What becomes of each conversion by its id, or the `Problem` that stands in the way. */
async function reviewAll(
  deps: Deps,
  ids: readonly string[],
  decision: Decision,
): Promise<Map<string, Reviewed | Problem>> {
  const [{ conversions, shares, lockedTo }, drafts] = await Promise.all([
    loadConversions(deps, ids),
    deps.d1
      .prepare(`SELECT w.value AS id, ${draftOf("w.value")} AS draftId FROM json_each(?1) w`)
      .bind(JSON.stringify(ids))
      .all<{ id: string; draftId: string | null }>(),
  ]);
  const rows = new Map(conversions.map((row) => [row.id, row]));
  const draftIds = new Map(drafts.results.map(({ id, draftId }) => [id, draftId]));
  return new Map(
    ids.map((id): [string, Reviewed | Problem] => {
      const before = rows.get(id);
      if (before === undefined) return [id, noConversion(id)];
      const refusal = refuseConversionStep(decision.step, before, draftIds.get(id) ?? null);
      if (refusal !== null) return [id, new Problem(refusal.code, refusal.detail)];
      const after = decidedOn(before, lockedTo.get(before.storeId) ?? 0, decision);
      const shown = (row: LoadedConversion) => presentConversionCommission(row, shares.get(id) ?? []);
      return [id, { before, after, entry: { before: shown(before), after: shown(after) } }];
    }),
  );
}

function decidedOn(
  before: LoadedConversion,
  lockedTo: number,
  { step, reason, actor, now }: Decision,
): LoadedConversion {
  const commission = DECISIONS[step];
  const review: ConversionReview = { decision: commission, reason, actor: actor.id, at: now };
  const approvedAt = step === "approve" ? (before.approvedAt ?? Math.max(now, lockedTo)) : before.approvedAt;
  return { ...before, commission, review, approvedAt, dueAt: null };
}

/** The statements of decisions, few for many. They break their batch off if one was changed or drafted meanwhile. */
function statementsOf({ d1 }: Deps, reviewed: readonly Reviewed[], { now }: Decision): D1PreparedStatement[] {
  const rows = reviewed.map(({ before: { id, version }, after: { commission, review, approvedAt } }) => ({
    id,
    version,
    commission,
    review: JSON.stringify(review),
    approvedAt,
  }));
  return packJson(rows).flatMap((json) => [
    mustHold(
      d1,
      `NOT EXISTS (SELECT 1 FROM json_each(?1) w LEFT JOIN conversions c ON c.id = w.value ->> 'id'
         WHERE c.version IS NOT w.value ->> 'version' OR ${draftOf("w.value ->> 'id'")} IS NOT NULL)`,
      json,
    ),
    d1
      .prepare(
        `UPDATE conversions SET commission = w.value ->> 'commission', review = w.value ->> 'review',
           approved_at = w.value ->> 'approvedAt', due_at = NULL, version = version + 1, updated_at = ?2
         FROM json_each(?1) w WHERE conversions.id = w.value ->> 'id'`,
      )
      .bind(json, now),
  ]);
}

function noConversion(id: string): Problem {
  return new Problem("not_found", `There is no conversion ${id}.`);
}

/** Brings the ledger up to date with conversions that were just decided on. They are due already: the cron makes up for a failure. */
export async function settleConversionsNow(deps: Deps, ids: readonly string[]): Promise<void> {
  try {
    await settleDueConversions(deps, { ids });
  } catch (error) {
    console.warn(JSON.stringify({ event: "settling_left_to_cron", conversionIds: ids, message: errorText(error) }));
  }
}
