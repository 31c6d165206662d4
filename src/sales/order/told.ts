import type { Evidence, EvidenceSource } from "../../ground/model/evidence.ts";
import { distinct } from "./fold.ts";
import type { Lack, Review } from "../../ground/model/order.ts";
import { reviewInForce } from "./state.ts";

/** The last word of a shop on an order. */
export interface Told {
  /** ms UTC. */
  at: number;
  source: EvidenceSource;
}

/**
 * When the shop last said anything of an order: by its server, or by an export that has it. What says its own time
 * is as old as that, however late it is delivered. `null` where browsers alone tell of it. It depends on neither the
 * order nor the number of times that evidence comes.
 */
export function toldOf(evidence: readonly Evidence[]): Told | null {
  const times = distinct(evidence)
    // What somebody entered for a call is nothing that the shop said.
    .filter(({ trust, source }) => trust === "confirmed" && source !== "call")
    .map(({ sourceTime, source }): Told => ({ at: sourceTime, source }));
  // Of the same moment the server's word, so that it doesn't depend on what came first.
  return (
    times.toSorted((a, b) => b.at - a.at || Number(a.source === "import") - Number(b.source === "import"))[0] ?? null
  );
}

/** The reason of a decision by an import. */
export function lackReason(reconciliationId: string): string {
  return `not in the store's export ${reconciliationId}`;
}

const LACK_REASON = /^not in the store's export (rec_[0-9a-z]{16})$/;

/** The lack by which an import made a decision; `null`: it was made by hand. One of before it was kept is known by its reason. */
export function lackOf(review: Review | null): Lack | null {
  if (review === null || review.lack !== undefined) return review?.lack ?? null;
  const [, reconciliationId] = LACK_REASON.exec(review.reason) ?? [];
  if (reconciliationId === undefined || review.decision !== "declined") return null;
  return { reconciliationId, asOf: review.at, toldAt: null, instead: null };
}

/** A decision once it is known what the shop said last. One that was made by hand stays as it is. */
export function heard(review: Review | null, told: Told | null): Review | null {
  const lack = lackOf(review);
  return review === null || lack === null ? review : { ...review, lack: { ...lack, toldAt: told?.at ?? null } };
}

/** Why an import's decision stands no longer, for people; `null`: it does, or didn't before. */
export function takenBack(before: Review | null, after: Review | null, told: Told | null): string | null {
  const [held, holds] = [before, after].map((review) => lackOf(reviewInForce(review)) !== null);
  if (held !== true || holds === true) return null;
  return told?.source === "import" ? "A later export of the store has it." : "The shop's server reported it again.";
}
