import { oneLine } from "../../ground/http/one-line.ts";
import type { QualityOutcome } from "../../ground/model/visit.ts";
import { REMOVED } from "../../ground/redact-text.ts";
import { isRecord } from "../../sales/capture/read-order.ts";
import { redactName } from "../../sales/capture/redact.ts";
import { hasCardNumber } from "../plan/clean-path.ts";

/** Why an event can't be taken: it ends the reading. */
export class Untold extends Error {
  readonly outcome: Extract<QualityOutcome, "missing" | "malformed" | "implausible" | "no_consent">;

  constructor(outcome: Untold["outcome"]) {
    super(outcome);
    this.outcome = outcome;
  }
}

/** The fields of an object that a browser sent. Throws {@link Untold}. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (value == null) throw new Untold("missing");
  if (!isRecord(value)) throw new Untold("malformed");
  return value;
}

/** A text of one line. Throws {@link Untold} for none, and for one that is longer. */
export function textOf(value: unknown, most: number): string {
  const text = textOrNull(value, most);
  if (text === null) throw new Untold("missing");
  return text;
}

/** The same; `null` for none. */
export function textOrNull(value: unknown, most: number): string | null {
  if (value == null || value === "") return null;
  if (typeof value !== "string" || value.length > most) throw new Untold("malformed");
  const text = oneLine(value.toWellFormed());
  return text === "" ? null : text;
}

/** A whole number between two. Throws {@link Untold}: `implausible` for what is more. */
export function wholeOf(value: unknown, least: number, most: number): number {
  if (value == null) throw new Untold("missing");
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Untold("malformed");
  const whole = Math.round(value);
  if (whole < least) throw new Untold("malformed");
  if (whole > most) throw new Untold("implausible");
  return whole;
}

/** A text that a visitor may have had a hand in, without what names a person. */
export function nobodys(text: string): string {
  return hasCardNumber(text) ? REMOVED : redactName(text);
}
