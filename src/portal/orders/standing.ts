import { addSums } from "../../ground/money/sum.ts";

/** An amount; `minor`: minor units of `currency` (ISO 4217). */
export interface Amount {
  currency: string;
  minor: number;
}

/** Where what a creator brought stands; the last two: it is worth nothing by itself, and it doesn't count. */
export type State = "waiting" | "approved" | "paid" | "declined" | "reversed" | "counted" | "uncounted";

/** Why it stands there, where that is all there is to say. */
export type PlainReason =
  // It waits.
  | "confirming"
  | "contested"
  | "reckoning"
  | "dueNow"
  | "byHand"
  | "rateMissing"
  | "disputed"
  // It is approved.
  | "periodOpen"
  | "periodClosed"
  | "inDraft"
  // It was paid, and something came since.
  | "paidMore"
  | "paidLess"
  // Nothing is owed.
  | "cancelled"
  | "refunded"
  | "lacking"
  | "refused"
  | "testOrder"
  | "reassigned"
  | "clawedBack"
  // It earns nothing.
  | "noPlan"
  | "returningCustomer"
  | "customerUnknown"
  | "nothingLeft"
  | "unpaid"
  | "overLimit"
  | "withdrawn"
  // Of calls.
  | "ongoing"
  | "qualified"
  | "tooShort"
  | "unanswered"
  | "voicemail"
  | "outbound"
  // Beside another.
  | "partRefunded";

/** Why it stands there. Times are ms UTC. */
export type Reason =
  | { code: PlainReason }
  /** Until when it waits, or the books of its period go. */
  | { code: "held" | "heldOther" | "periodUntil"; at: number }
  /** When it was paid; `reference`: as it stands on the payment, `null`: by none. */
  | { code: "paidOn"; at: number; reference: string | null };

/** Where something stands, what it comes to, and why. */
export interface Standing {
  state: State;
  /** What is owed or would be, or was paid: one a currency. Empty: nothing that can be said. */
  amounts: readonly Amount[];
  reasons: readonly Reason[];
}

/** A part of what the ledger has of a creator's commission for one thing. */
export interface BookedPart extends Amount {
  /** How far it has come: in the ledger, in a period that is closed, in a draft payout run, in one that is paid. */
  stage: "booked" | "closed" | "draft" | "paid";
  /** ms UTC; `null` unless paid. */
  paidAt: number | null;
  /** What the payment to this creator is known by; `null`: none, or by nothing. */
  reference: string | null;
  /** The end of the period that it is in, ms UTC; `null`: none is begun, or it is closed. */
  periodEnd: number | null;
  /** Whether something of it was taken back that was paid. */
  isClawback: boolean;
}

/** Why a reason that is all there is to say. */
export const plain = (code: PlainReason): Reason => ({ code });

/** When the rule approves what waits for it, be it an order (`held`) or not; `at`: ms UTC, `null`: a person has to. */
export function holdReason(code: "held" | "heldOther", at: number | null, now: number): Reason {
  if (at === null) return plain("byHand");
  return at <= now ? plain("dueNow") : { code, at };
}

/** What parts come to, one a currency; those that come to nothing are there while nothing else is. */
export function sumsOf(parts: readonly Amount[]): Amount[] {
  const sums = [...Map.groupBy(parts, ({ currency }) => currency)]
    .map(([currency, own]) => ({ currency, minor: addSums(own.map(({ minor }) => minor)) }))
    .toSorted((a, b) => (a.currency < b.currency ? -1 : 1));
  const some = sums.filter(({ minor }) => minor !== 0);
  return some.length > 0 ? some : sums.slice(0, 1);
}

/** Where something stands that is approved and of which something is booked. */
export function bookedStanding(parts: readonly BookedPart[]): Standing {
  const amounts = sumsOf(parts);
  const open = parts.filter(({ stage, minor }) => stage !== "paid" && minor !== 0);
  const paid = parts.filter(({ stage }) => stage === "paid").toSorted((a, b) => (b.paidAt ?? 0) - (a.paidAt ?? 0))[0];
  if (paid !== undefined) {
    const paidOn: Reason = { code: "paidOn", at: paid.paidAt ?? 0, reference: paid.reference };
    if (open.length === 0) return { state: "paid", amounts, reasons: [paidOn] };
    const isMore = open.some(({ minor }) => minor > 0);
    return { state: "paid", amounts, reasons: [paidOn, plain(isMore ? "paidMore" : "paidLess")] };
  }
  return { state: "approved", amounts, reasons: [nextStep(open)] };
}

/** What what is owed waits for: that part of it which is the least far. */
function nextStep(open: readonly BookedPart[]): Reason {
  const booked = open.find(({ stage }) => stage === "booked");
  if (booked !== undefined) {
    return booked.periodEnd === null ? plain("periodOpen") : { code: "periodUntil", at: booked.periodEnd };
  }
  return plain(open.some(({ stage }) => stage === "closed") ? "periodClosed" : "inDraft");
}

/** Where something stands of which nothing is owed any more, for a reason: what was booked is taken back. */
export function endedStanding(parts: readonly BookedPart[], reason: Reason): Standing {
  if (parts.length === 0) return { state: "declined", amounts: [], reasons: [reason] };
  const isClawback = parts.some((part) => part.isClawback);
  return {
    state: "reversed",
    amounts: sumsOf(parts),
    reasons: isClawback ? [reason, plain("clawedBack")] : [reason],
  };
}
