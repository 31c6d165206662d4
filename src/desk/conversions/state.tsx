import type { Conversion, ConversionDetail } from "../../conversions/count/schema.ts";
import { wordsOf } from "../form/field.ts";
import { Chip, type Tone } from "../frame/parts.tsx";

/** A conversion: of a list, or with what made it. */
export type ShownConversion = Conversion & Partial<Pick<ConversionDetail, "evidence" | "explanation">>;

const TONES: Readonly<Record<Conversion["commission"]["state"], Tone>> = {
  none: "plain",
  pending: "wait",
  approved: "good",
  declined: "plain",
};

/** Where its commission stands. */
export function CommissionState({ state }: { state: Conversion["commission"]["state"] }) {
  return <Chip tone={TONES[state]}>{state === "none" ? "No commission" : wordsOf(state)}</Chip>;
}

/** Whether it counts, and why not. */
export function Counted({ conversion: { counted, uncountedReason, contested } }: { conversion: ShownConversion }) {
  return (
    <>
      {counted ? (
        <Chip tone="good">Counts</Chip>
      ) : (
        <Chip tone="bad">{uncountedReason === "limit" ? "Over the limit" : "Withdrawn"}</Chip>
      )}{" "}
      {contested ? <Chip tone="bad">Contested</Chip> : null}
    </>
  );
}
