import { asc, eq } from "drizzle-orm";
import { mustChange, mustHold } from "../../ground/db/premise.ts";
import { ledger } from "../../ground/db/schema/money.ts";
import type { Actor, Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { updated } from "../../ground/http/change.ts";
import type { Change } from "../../ground/http/commit.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { ConversionReview } from "../../ground/model/conversion.ts";
import { presentEntry } from "../ledger/present.ts";
import { entryColumns } from "../ledger/store.ts";
import type { ConversionShare } from "./decide.ts";
import { type LoadedConversion, loadConversions } from "./load.ts";
import { presentConversionCommission } from "./present.ts";
import { type ConversionStep, refuseConversionStep } from "./review.ts";
import type { ConversionCommission } from "./schema.ts";
import { settleDueConversions } from "./settle-run.ts";

const DECISIONS = { approve: "approved", decline: "declined" } as const;

/** SQL: the draft payout run that a commission of the conversion `?1` is in; `NULL`: none. */
const DRAFT = `(SELECT p.id FROM ledger l JOIN payout_entries e ON e.entry_seq = l.seq AND e.live = 1
  JOIN payouts p ON p.id = e.payout_id AND p.status = 'draft' WHERE l.conversion_id = ?1)`;

/** A conversion, what its creators earn, and where its store's books are locked to (ms UTC). Throws a `Problem` (404). */
async function existingConversion(
  deps: Pick<Deps, "d1">,
  id: string,
): Promise<{ row: LoadedConversion; shares: readonly ConversionShare[]; lockedTo: number }> {
  const { conversions, shares, lockedTo } = await loadConversions(deps, [id]);
  const [row] = conversions;
  if (row === undefined) throw new Problem("not_found", `There is no conversion ${id}.`);
  return { row, shares: shares.get(id) ?? [], lockedTo: lockedTo.get(row.storeId) ?? 0 };
}

/** What a conversion's creators earn, and what was booked of it. Throws a `Problem` (404) if there is no such conversion. */
export async function showCommission(deps: Pick<Deps, "d1" | "db">, id: string) {
  const { row, shares } = await existingConversion(deps, id);
  const entries = await deps.db
    .select(entryColumns)
    .from(ledger)
    .where(eq(ledger.conversionId, id))
    .orderBy(asc(ledger.seq));
  return { ...presentConversionCommission(row, shares), entries: entries.map(presentEntry) };
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
  const { d1 } = deps;
  const [{ row: before, shares, lockedTo }, draftId] = await Promise.all([
    existingConversion(deps, id),
    d1.prepare(`SELECT ${DRAFT} AS id`).bind(id).first<string>("id"),
  ]);
  const refusal = refuseConversionStep(step, before, draftId);
  if (refusal !== null) throw new Problem(refusal.code, refusal.detail);

  const now = deps.now();
  const commission = DECISIONS[step];
  const review: ConversionReview = { decision: commission, reason, actor: actor.id, at: now };
  const approvedAt = step === "approve" ? (before.approvedAt ?? Math.max(now, lockedTo)) : before.approvedAt;
  const after: LoadedConversion = { ...before, commission, review, approvedAt, dueAt: null };
  return {
    ...updated(
      "conversion",
      presentConversionCommission(before, shares),
      presentConversionCommission(after, shares),
      step,
    ),
    statements: [
      mustHold(d1, `${DRAFT} IS NULL`, id),
      d1
        .prepare(
          `UPDATE conversions SET commission = ?3, review = ?4, approved_at = ?5, due_at = NULL, version = version + 1,
             updated_at = ?6 WHERE id = ?1 AND version = ?2`,
        )
        .bind(id, before.version, commission, JSON.stringify(review), approvedAt, now),
      mustChange(d1),
    ],
  };
}

/** Brings the ledger up to date with a conversion that was just decided on. It is due already: the cron makes up for a failure. */
export async function settleConversionNow(deps: Deps, id: string): Promise<void> {
  try {
    await settleDueConversions(deps, { ids: [id] });
  } catch (error) {
    console.warn(JSON.stringify({ event: "settling_left_to_cron", conversionId: id, message: errorText(error) }));
  }
}
