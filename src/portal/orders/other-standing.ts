import type { CallStatus } from "../../ground/model/call.ts";
import type { ConversionCommission, UncountedReason } from "../../ground/model/conversion.ts";
import type { Trust } from "../../ground/model/evidence.ts";
import {
  type Amount,
  type BookedPart,
  bookedStanding,
  endedStanding,
  holdReason,
  plain,
  type Standing,
} from "./standing.ts";

/** What of a conversion says where its creator's part of it stands. Times are ms UTC. */
export interface ConversionFacts {
  trust: Trust;
  /** Whether it was made of what had happened before its definition, which earns nothing. */
  isPast: boolean;
  uncounted: UncountedReason | null;
  contested: boolean;
  /** Whether the creator is credited with a part of it now. */
  isCredited: boolean;
  commission: ConversionCommission;
  dueAt: number | null;
  /** Whether it waits to be settled anew. */
  isUnsettled: boolean;
  /** What the creator earns by it; `null`: no plan pays for it. */
  expected: Amount | null;
  booked: readonly BookedPart[];
}

/** Where a conversion stands for one of its creators at `now` (ms UTC). */
export function conversionStanding(facts: ConversionFacts, now: number): Standing {
  const { uncounted, commission, expected, booked } = facts;
  if (facts.contested) return { state: "waiting", amounts: [], reasons: [plain("contested")] };
  if (uncounted !== null) {
    const reason = plain(uncounted === "limit" ? "overLimit" : "withdrawn");
    return booked.length > 0 ? endedStanding(booked, reason) : { state: "uncounted", amounts: [], reasons: [reason] };
  }
  if (!facts.isCredited) return endedStanding(booked, plain("reassigned"));
  if (commission === "declined") return endedStanding(booked, plain("refused"));
  if (booked.some(({ minor }) => minor !== 0)) return bookedStanding(booked);
  if (expected === null || commission === "none" || facts.isPast) {
    return booked.length > 0
      ? endedStanding(booked, plain("nothingLeft"))
      : { state: "counted", amounts: [], reasons: [plain("unpaid")] };
  }
  const amounts = [expected];
  if (commission === "approved") return { state: "waiting", amounts, reasons: [plain("reckoning")] };
  if (facts.trust === "claimed") return { state: "waiting", amounts, reasons: [plain("confirming")] };
  if (facts.isUnsettled && facts.dueAt === null) return { state: "waiting", amounts, reasons: [plain("reckoning")] };
  return { state: "waiting", amounts, reasons: [holdReason("heldOther", facts.dueAt, now)] };
}

/** What of a call says whether it counts. */
export interface CallFacts {
  status: CallStatus;
  isOutbound: boolean;
  qualified: boolean;
}

/** Whether a call counts, and why not. By itself it earns nothing. */
export function callStanding({ status, isOutbound, qualified }: CallFacts): Standing {
  const of = (state: Standing["state"], code: Parameters<typeof plain>[0]): Standing => ({
    state,
    amounts: [],
    reasons: [plain(code)],
  });
  if (isOutbound) return of("uncounted", "outbound");
  if (qualified) return of("counted", "qualified");
  switch (status) {
    case "ringing":
    case "in_progress":
      return of("waiting", "ongoing");
    case "completed":
      return of("uncounted", "tooShort");
    case "voicemail":
      return of("uncounted", "voicemail");
    case "missed":
    case "busy":
    case "failed":
      return of("uncounted", "unanswered");
  }
}
