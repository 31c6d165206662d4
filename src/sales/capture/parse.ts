import type { Refusal } from "./read-order.ts";

/** Deepest nesting of a body. An order has three levels. */
export const MAX_DEPTH = 32;

/** The outcome of {@link parseBody}: the JSON, or why there is none. */
export type Parsed = { value: unknown } | { refused: Refusal };

/**
 * Parses a body that anybody may have sent. Its nesting is measured on the text, so that no later step
 * that goes down into it can run out of stack. Never throws.
 */
export function parseBody(bytes: Uint8Array): Parsed {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return refused("malformed", "The body is not UTF-8.");
  }
  if (isDeeper(text, MAX_DEPTH)) return refused("too_deep", `The body has more than ${MAX_DEPTH} levels.`);
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    // The parser's own words quote the body.
    return refused("malformed", "The body is not JSON.");
  }
}

/** The text of a body that could not be parsed, as far as it is one. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function isDeeper(text: string, limit: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (quoted) {
      if (character === "\\") index++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "{" || character === "[") {
      depth++;
      if (depth > limit) return true;
    } else if (character === "}" || character === "]") depth--;
  }
  return false;
}

function refused(code: string, detail: string): Parsed {
  return { refused: { code, detail, path: "" } };
}
