import type { ProblemCode } from "../../ground/http/problem.ts";
import { type ConversionFacts, type Hindrance, hindranceOf } from "./decide.ts";

/** What an admin may do to a conversion's commission. */
export type ConversionStep = "approve" | "decline";

/** Why a step is refused, with words for people. */
export interface StepRefusal {
  code: ProblemCode;
  detail: string;
}

const WHY: Readonly<Record<Hindrance, string>> = {
  backfill: "It was made of what had happened before its definition: nothing is ever paid for that.",
  no_rate:
    "No plan paid for it when it happened. A rate of the plan (PUT /tracking-plans/{id}/conversion-rates/{definitionId}) holds for what happens from then on.",
  limit: "Its contact had as many conversions as the definition lets count.",
  withdrawn:
    "What made it is undone: the order was cancelled, or is a test. It can be approved once that is taken back.",
  contested: "Browsers claim it for different creators.",
  uncredited: "Nobody is credited with it.",
};

/** What stands in the way even of declining: there is nothing that could be owed, now or later. */
const NEVER: ReadonlySet<Hindrance> = new Set(["backfill", "no_rate"]);

/** Why a conversion can't take a step, or `null` if it can. `draftId`: the draft payout run that a commission of it is in. */
export function refuseConversionStep(
  step: ConversionStep,
  facts: ConversionFacts,
  draftId: string | null,
): StepRefusal | null {
  const hindrance = hindranceOf(facts);
  if (hindrance !== null && (step === "approve" || NEVER.has(hindrance))) {
    return { code: "conversion_unpayable", detail: WHY[hindrance] };
  }
  if (facts.commission === "approved" && step === "approve") {
    return { code: "conversion_decided", detail: "Its commission is approved already." };
  }
  if (facts.commission === "declined" && step === "decline") {
    return { code: "conversion_decided", detail: "Its commission is declined already." };
  }
  if (draftId === null) return null;
  return {
    code: "conversion_in_payout",
    detail: `Its commission is in the draft payout run ${draftId}. Cancel the run first, or decline it once it is paid.`,
  };
}
