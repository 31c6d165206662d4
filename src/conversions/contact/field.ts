import { startOf } from "../../ground/time/moment.ts";

/** A value of a contact's field, as it is kept: a date is a text such as `2026-11-30T00:00:00.000Z`. */
export type FieldValue = string | number | boolean;

/** Fields of a contact at most. */
export const MAX_FIELDS = 50;

/** Longest text of a field, characters. */
export const MAX_FIELD_TEXT = 200;

const NAME = /^[A-Za-z\d_-]{1,60}$/;

/** Whether a text can name a field. What it names is safe in a path of JSON, too. */
export function isFieldName(name: string): boolean {
  // What some readers of JSON take for something else than a field.
  return NAME.test(name) && name !== "__proto__";
}

/** As dates are kept, in years of four digits: they sort as texts do. */
const DATE = /^.{4}-.{2}-.{2}T.{2}:.{2}:.{2}\..{3}Z$/u;

/** Whether a kept text is a date. */
export function isDateText(value: FieldValue): value is string {
  return typeof value === "string" && DATE.test(value);
}

/** A day before 1970, which no other date that requests name may be: of birth, or of a founding. */
const EARLY_DAY = /^[01]\d{3}-\d{2}-\d{2}$/;

/** A value as it is kept, and as it is looked for: what reads as a date or a time is one, in UTC. */
export function normalField<Value extends FieldValue>(value: Value): Value | string {
  if (typeof value !== "string") return value;
  const time = startOf(value) ?? earlyDay(value);
  if (time === null) return value;
  const date = dateText(time);
  return isDateText(date) ? date : value;
}

/** A time (ms UTC) as dates are kept. */
export function dateText(time: number): string {
  return new Date(time).toISOString();
}

function earlyDay(text: string): number | null {
  if (!EARLY_DAY.test(text)) return null;
  const time = Date.parse(text);
  return !Number.isNaN(time) && dateText(time).startsWith(text) ? time : null;
}
