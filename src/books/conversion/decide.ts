import type {
  ConversionCommission,
  ConversionOrigin,
  ConversionReview,
  UncountedReason,
} from "../../ground/model/conversion.ts";
import type { Trust } from "../../ground/model/evidence.ts";
import { type CommissionEntry, entriesFor, type Recorded } from "../ledger/entries.ts";

/** What settling looks at of a conversion. Times are ms UTC. */
export interface ConversionFacts {
  id: string;
  origin: ConversionOrigin;
  trust: Trust;
  uncounted: UncountedReason | null;
  /** Whether claims name different creators. */
  contested: boolean;
  /** Whether anybody is credited with it. */
  credited: boolean;
  commission: ConversionCommission;
  /** When its hold is over, as counting worked it out; `null`: a person has to approve it. */
  dueAt: number | null;
  approvedAt: number | null;
  review: ConversionReview | null;
}

/** What a creator earns by a conversion; amounts in minor units. */
export interface ConversionShare {
  creatorId: string;
  planId: string;
  amountMinor: number;
  /** ISO 4217. */
  currency: string;
  /** Days after which the rule approves it; `null`: by hand alone. */
  holdDays: number | null;
}

/** Why nothing can be owed for a conversion, whoever approves it. */
export type Hindrance = "backfill" | "no_rate" | "limit" | "withdrawn" | "contested" | "uncredited";

/** What settling comes to. */
export interface ConversionSettling {
  commission: ConversionCommission;
  approvedAt: number | null;
  /** When the rule will approve it, ms UTC; `null`: not by itself. */
  dueAt: number | null;
  entries: CommissionEntry[];
  /** When these count as booked, ms UTC: never within a locked period. */
  bookedAt: number;
}

/** Why nothing can be owed for a conversion now, or `null` if something can. */
export function hindranceOf(facts: ConversionFacts): Hindrance | null {
  if (facts.origin === "backfill") return "backfill";
  if (facts.commission === "none") return "no_rate";
  if (facts.uncounted !== null) return facts.uncounted;
  if (facts.contested) return "contested";
  return facts.credited ? null : "uncredited";
}

/**
 * Settles a conversion at `now` (ms UTC): approves it if its hold is over, and says what is to be booked so that the ledger
 * has what is owed. Settled again with that recorded, nothing is booked. Nothing is ever owed for what only browsers tell of
 * unless a person approved it, nor for what a definition made of the past. `lockedTo` is the end of the store's last
 * locked period, ms UTC; 0 without one. Throws a `RangeError` for a currency that isn't known.
 */
export function settleConversion(
  facts: ConversionFacts,
  shares: readonly ConversionShare[],
  recorded: readonly Recorded[],
  { now, lockedTo }: { now: number; lockedTo: number },
): ConversionSettling {
  const bookedAt = Math.max(now, lockedTo);
  const hindrance = hindranceOf(facts);
  const waits = facts.commission === "pending" && facts.approvedAt === null && facts.review === null;
  const dueAt = waits && hindrance === null && facts.trust === "confirmed" ? facts.dueAt : null;
  const isDue = dueAt !== null && dueAt <= now;
  const commission = isDue ? "approved" : standing(facts);
  const approvedAt = commission === "approved" ? (facts.approvedAt ?? bookedAt) : facts.approvedAt;
  const isSure = facts.trust === "confirmed" || facts.review?.decision === "approved";
  const isOwed = commission === "approved" && hindrance === null && isSure;
  return {
    commission,
    approvedAt,
    dueAt: isDue ? null : dueAt,
    entries: entriesFor(
      `conversion:${facts.id}`,
      isOwed ? shares.map(owedOf) : [],
      recorded,
      nothingOwed(hindrance, commission, facts.review),
    ),
    bookedAt,
  };
}

/** Where a commission stands by what was decided: by hand first, then by the rule. */
function standing({ commission, approvedAt, review }: ConversionFacts): ConversionCommission {
  if (commission === "none") return "none";
  if (review !== null) return review.decision;
  return commission === "pending" && approvedAt !== null ? "approved" : commission;
}

function owedOf({ creatorId, planId, amountMinor, currency }: ConversionShare) {
  return { creatorId, planId, amountMinor, currency, ruleVersion: null, originalCurrency: null, rate: null };
}

/** Why somebody is owed nothing for a conversion, for people. */
function nothingOwed(
  hindrance: Hindrance | null,
  commission: ConversionCommission,
  review: ConversionReview | null,
): string {
  switch (hindrance) {
    case "backfill":
      return "The conversion was made of the past, which earns nothing.";
    case "no_rate":
      return "No plan pays for the conversion now.";
    case "limit":
      return "The contact had as many conversions as it may: this one doesn't count.";
    case "withdrawn":
      return "What made the conversion is undone.";
    case "contested":
      return "Browsers claim the conversion for different creators.";
    case "uncredited":
      return "Nobody is credited with the conversion now.";
    case null:
      break;
  }
  if (commission !== "declined") return "The conversion is not approved, or not credited to this creator now.";
  return review?.reason == null ? "The conversion was declined." : `The conversion was declined: ${review.reason}`;
}
