import type { CallMatch, CallStatus } from "../../ground/model/call.ts";
import type { Trust } from "../../ground/model/evidence.ts";
import type { EntryType } from "../../ground/model/ledger.ts";
import type { VisitSource } from "../../ground/model/visit.ts";

/** What a step of a path is, in the order in which steps of one moment come. */
export const STEP_KINDS = [
  /** Where a visit or click came from, if anything tells: an advertisement, a post, a search, another site. */
  "ad",
  "link",
  "visit",
  "page",
  "call",
  "conversion",
  "order",
  "commission",
  "payout",
] as const;

/** One of {@link STEP_KINDS}. */
export type StepKind = (typeof STEP_KINDS)[number];

/** What tells of a step. */
export const EVIDENCE_KINDS = ["click", "visit", "call", "conversion", "order", "ledger", "payout"] as const;

/** One thing that happened on a customer's way, without names. */
export interface Step {
  /** ms UTC. */
  time: number;
  kind: StepKind;
  /** What tells of it: of a click its id, of a visit that of its browser, else the id of a record here. */
  evidence: { kind: (typeof EVIDENCE_KINDS)[number]; id: string; trust: Trust };
  source?: Pick<VisitSource, "kind" | "name" | "rule"> & { campaign: string | null };
  visit?: string;
  page?: string;
  /** Visible and focused time of a visit, ms. */
  engagedMs?: number;
  linkId?: string | null;
  creatorId?: string | null;
  campaignId?: string | null;
  call?: StepCall;
  conversion?: { id: string; definitionId: string; definition: string };
  order?: { id: string; externalId: string; orderNumber: string | null; status: string; codes: string[] };
  entry?: { id: string; type: EntryType };
  payout?: { id: string; reference: string | null };
  /** Minor units. */
  amount?: { amountMinor: number; currency: string } | null;
}

/** What is told of a call. */
export interface StepCall {
  id: string;
  /** E.164 of the number of the store's that was called; `null`: none of its. */
  number: string | null;
  label: string | null;
  channel: string;
  direction: "inbound" | "outbound";
  status: CallStatus;
  talkSeconds: number | null;
  qualified: boolean;
  match: CallMatch;
  reason: string;
  /** Whose word it is that the caller is the customer; `null`: only the order's deal names the call. */
  customerTrust: Trust | null;
}

/** Steps in the order in which they happened. */
export function inOrder(steps: readonly Step[]): Step[] {
  return steps.toSorted(
    (a, b) =>
      a.time - b.time ||
      STEP_KINDS.indexOf(a.kind) - STEP_KINDS.indexOf(b.kind) ||
      (a.evidence.id < b.evidence.id ? -1 : a.evidence.id > b.evidence.id ? 1 : 0),
  );
}
