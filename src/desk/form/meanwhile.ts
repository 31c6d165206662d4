import type { FieldError } from "../../ground/http/problem.ts";
import { changedPart } from "./differences.ts";
import type { Filled } from "./read.ts";

/** The hidden field that says what a form's values were when somebody began to change them. */
export const SEEN = "_seen";

type Body = Readonly<Record<string, unknown>>;

/** What a form says that its values were; `null`: it doesn't. */
export function seenIn(filled: Filled): Body | null {
  try {
    const seen: unknown = JSON.parse(filled.get(SEEN)?.at(-1) ?? "");
    return typeof seen === "object" && seen !== null && !Array.isArray(seen) ? (seen as Body) : null;
  } catch {
    return null;
  }
}

/**
 * Values that somebody else changed while a form was open, and that it would change back or otherwise: `seen` is what they were
 * then, `now` what they are, `wanted` what would be sent.
 */
export function changedMeanwhile(seen: Body, now: Body, wanted: Body): FieldError[] {
  const changed = changedPart(seen, { ...emptied(seen), ...now });
  const differing = changedPart(now, wanted);
  return Object.keys(differing)
    .filter((name) => Object.hasOwn(changed, name))
    .map((path) => ({
      path,
      message: "was changed by somebody else while this form was open. Sent once more, it becomes what stands here",
    }));
}

/** What a form shows once that was said: what was filled in where somebody changed something, else what there is `now`. */
export function withNow(filled: Filled, now: Filled, touched: readonly string[]): Map<string, readonly string[]> {
  const isTouched = (key: string): boolean =>
    key.startsWith("_") || touched.some((name) => key === name || key.startsWith(`${name}.`));
  return new Map([...[...now].filter(([key]) => !isTouched(key)), ...[...filled].filter(([key]) => isTouched(key))]);
}

function emptied(body: Body): Body {
  return Object.fromEntries(Object.keys(body).map((name) => [name, null]));
}
