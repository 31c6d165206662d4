import { phoneOf } from "../ground/phone.ts";
/** A JSON object; `null` for all else. */
export function recordOf(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

/** The objects of a list; none of what is no list. */
export function recordsOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(recordOf).filter((entry) => entry !== null) : [];
}

/** A text that says something, without blanks around it; else `null`. */
export function textOf(value: unknown): string | null {
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" ? null : text;
}

/** Longest text of one line that is kept. */
const MAX_LINE = 200;

/** The same on one line, cut to 200 characters. */
export function lineText(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const line = value.replaceAll(/[\p{C}\s]+/gu, " ").trim();
  // Not half of a character that has two units.
  return textOf(line.slice(0, MAX_LINE).replace(/[\uD800-\uDBFF]$/, ""));
}

/** An id of the shop's, a whole number above 0, as text; `null` for all else, and for what JSON has rounded. */
export function idOf(value: unknown): string | null {
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === "string" && /^[1-9]\d{0,19}$/.test(text) ? text : null;
}

/** What `forms` say may be in fields, of those that fit: of what can't be read nothing of a person is kept, whatever stands there. */
export function outlineOf(
  said: Readonly<Record<string, unknown>>,
  forms: Readonly<Record<string, RegExp>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(forms).flatMap(([field, form]) => {
      const value = said[field];
      const isPlain = typeof value === "string" || typeof value === "number";
      return isPlain && form.test(String(value)) ? [[field, value] as const] : [];
    }),
  );
}

/** What the bytes of a message are as JSON; `undefined` for what is none. */
export function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body));
  } catch {
    return undefined;
  }
}

/** The first phone number among what a shop has, as E.164; `null`: none of it says its country, or is one. */
export function phoneAmong(values: readonly unknown[]): string | null {
  for (const value of values) {
    const phone = typeof value === "string" ? phoneOf(value) : null;
    if (phone !== null) return phone;
  }
  return null;
}
