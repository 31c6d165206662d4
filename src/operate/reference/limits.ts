import type { Schema } from "./document.ts";
import { patternWords } from "./pattern.ts";

/** What a schema asks of a value beside its type, one limit each, and its default. Code stands between backticks. */
export function limitsOf(schema: Schema): string[] {
  const known = schema.pattern === undefined ? null : patternWords(schema.pattern);
  return [
    known?.words ?? (schema.pattern === undefined ? null : `matches \`${schema.pattern}\``),
    // A pattern that was put into words says how long it may be.
    known === null || !/\d/.test(known.words) ? span("character", schema.minLength, schema.maxLength) : null,
    span("entry", schema.minItems, schema.maxItems),
    range(schema),
    schema.format === undefined || schema.format === "binary" ? null : (FORMATS[schema.format] ?? schema.format),
    schema.default === undefined ? null : `default ${defaultText(schema.default)}`,
  ].filter((limit) => limit !== null);
}

const FORMATS: Readonly<Record<string, string>> = { email: "an e-mail address", date: "a date as `2026-11-21`" };

const PLURALS: Readonly<Record<string, string>> = { character: "characters", entry: "entries" };

function span(unit: string, least = 0, most?: number): string | null {
  const units = (count: number): string => `${grouped(count)} ${count === 1 ? unit : PLURALS[unit]}`;
  if (most === undefined) return least === 0 ? null : `${units(least)} at least`;
  if (least === most) return units(most);
  return least === 0 ? `${units(most)} at most` : `${grouped(least)} to ${units(most)}`;
}

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string | null {
  // The bounds of what a number can be exactly say nothing about the field.
  const least = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (least !== undefined && most !== undefined) return `${grouped(least)} to ${grouped(most)}`;
  const parts = [
    least === undefined ? null : `${grouped(least)} or more`,
    most === undefined ? null : `${grouped(most)} at most`,
    exclusiveMinimum === undefined ? null : `more than ${grouped(exclusiveMinimum)}`,
    exclusiveMaximum === undefined ? null : `less than ${grouped(exclusiveMaximum)}`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(", ");
}

/** A number with commas between thousands. */
function grouped(value: number): string {
  return String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

function defaultText(value: unknown): string {
  return value === "" ? "empty" : `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}
