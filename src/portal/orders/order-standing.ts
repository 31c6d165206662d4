import type { CommissionReason } from "../../ground/model/commission.ts";
import type { SourceStatus } from "../../ground/model/evidence.ts";
import type { OrderStatus, Review } from "../../ground/model/order.ts";
import { reviewInForce } from "../../sales/order/state.ts";
import { lackOf } from "../../sales/order/told.ts";
import {
  type Amount,
  type BookedPart,
  bookedStanding,
  endedStanding,
  holdReason,
  plain,
  type PlainReason,
  type Standing,
} from "./standing.ts";

/** What of an order says where its creator's part of it stands. Times are ms UTC, amounts minor units. */
export interface OrderFacts {
  status: OrderStatus;
  sourceStatus: SourceStatus | null;
  /** Whether all of it was given back. */
  isRefunded: boolean;
  /** Whether the creator is credited with a part of it now. */
  isCredited: boolean;
  review: Review | null;
  /** When the rule approves it; `null`: not by itself. */
  dueAt: number | null;
  /** Whether it waits to be settled anew. */
  isUnsettled: boolean;
  /** What the creator earns by what is known now; `null`: it can't be said. */
  expected: Amount | null;
  /** Why it is nothing, or can't be said; `null`: neither. */
  reasonCode: CommissionReason | null;
  /** What was given back of all of it. */
  refundedMinor: number;
  booked: readonly BookedPart[];
}

/** Why an order earns nothing, by what the books note. */
const EARNS_NOTHING: Readonly<Partial<Record<CommissionReason, PlainReason>>> = {
  no_plan: "noPlan",
  returning_customer: "returningCustomer",
  customer_unknown: "customerUnknown",
};

/** Where an order stands for one of its creators at `now` (ms UTC). What an admin wrote of it isn't told. */
export function orderStanding(facts: OrderFacts, now: number): Standing {
  const standing = standingOf(facts, now);
  const isRate = facts.expected === null && facts.reasonCode === "rate_missing";
  const isPart = facts.isCredited && facts.refundedMinor > 0 && facts.status !== "declined";
  return {
    ...standing,
    reasons: [
      ...standing.reasons,
      ...(isRate && !standing.reasons.some(({ code }) => code === "rateMissing") ? [plain("rateMissing")] : []),
      ...(isPart ? [plain("partRefunded")] : []),
    ],
  };
}

function standingOf(facts: OrderFacts, now: number): Standing {
  const { status, booked, expected } = facts;
  const amounts = expected === null ? [] : [expected];
  if (status === "contested") return waiting("contested");
  if (!facts.isCredited) return endedStanding(booked, plain("reassigned"));
  switch (status) {
    case "test":
    case "declined":
    case "orphan":
      return endedStanding(booked, plain(endOf(facts)));
    case "received":
      return waiting("confirming");
    case "disputed":
      return { ...waiting("disputed"), amounts: booked.length > 0 ? bookedStanding(booked).amounts : amounts };
    case "pending":
      return pendingStanding(facts, amounts, now);
    case "approved":
      return approvedStanding(facts, amounts);
  }
}

function waiting(code: PlainReason): Standing {
  return { state: "waiting", amounts: [], reasons: [plain(code)] };
}

function endOf({ status, sourceStatus, isRefunded, review }: OrderFacts): PlainReason {
  if (status === "test") return "testOrder";
  if (sourceStatus === "cancelled") return "cancelled";
  if (isRefunded) return "refunded";
  return lackOf(reviewInForce(review)) === null ? "refused" : "lacking";
}

function pendingStanding(facts: OrderFacts, amounts: readonly Amount[], now: number): Standing {
  const { expected, reasonCode, dueAt, isUnsettled } = facts;
  const nothing = reasonCode === null ? undefined : EARNS_NOTHING[reasonCode];
  if (nothing !== undefined) return { state: "counted", amounts, reasons: [plain(nothing)] };
  if (isUnsettled && (dueAt === null || expected === null)) return waiting("reckoning");
  return { state: "waiting", amounts, reasons: [holdReason("held", dueAt, now)] };
}

function approvedStanding(facts: OrderFacts, amounts: readonly Amount[]): Standing {
  const { booked, expected, reasonCode, isUnsettled } = facts;
  const nothing = reasonCode === null ? undefined : EARNS_NOTHING[reasonCode];
  if (booked.length === 0) {
    if (isUnsettled) return { ...waiting("reckoning"), amounts };
    if (expected === null) return waiting("rateMissing");
    return { state: "counted", amounts, reasons: [plain(nothing ?? "nothingLeft")] };
  }
  const standing = bookedStanding(booked);
  if (standing.amounts.some(({ minor }) => minor !== 0)) return standing;
  return endedStanding(booked, plain(nothing ?? "nothingLeft"));
}
