import { codeKey } from "./text.ts";
import type { CodeRules } from "../../ground/model/provider.ts";

/** A code that somebody is to get. */
export interface WantedCode {
  /** The caller's name of it, once in a list. */
  key: string;
  /** What it should be, of the provider's alphabet. */
  base: string;
  /** Random characters to begin with, where fewer were found to be taken. */
  added?: number;
}

/** Characters that are added to a taken code: none that people mistake for another, whatever the case. */
export const ADDED_CHARACTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/** Characters drawn for one code before giving up: at two it is one of 961 already. */
const MAX_DRAWS = 1000;

/** A source of {@link ADDED_CHARACTERS}, each as likely as any other, from a source of random bytes. */
export function characterSource(random: (bytes: Uint8Array) => void): () => string {
  const count = ADDED_CHARACTERS.length;
  const drawn = new Uint8Array(1);
  return () => {
    for (;;) {
      random(drawn);
      const [byte = 0] = drawn;
      // The bytes past the last whole round would favour the first characters.
      if (byte < 256 - (256 % count)) return ADDED_CHARACTERS.charAt(byte % count);
    }
  };
}

/**
 * Gives each wanted code, in order, a text that is neither in `taken` (of `codeKey` forms) nor an
 * earlier one's: its base; if that is taken or too short, the base with one random character behind
 * it, and one more each time until it is free and long enough. Bases are cut so that all fits. `draw`
 * gives one of {@link ADDED_CHARACTERS}. Throws an `Error` if it gives nothing free.
 */
export function settleCodes(
  wanted: readonly WantedCode[],
  taken: ReadonlySet<string>,
  draw: () => string,
  rules: CodeRules,
): Map<string, string> {
  const settled = new Map<string, string>();
  const given = new Set<string>();
  for (const { key, base, added: least = 0 } of wanted) {
    let added = "";
    while (added.length < Math.min(least, rules.maxLength)) added += draw();
    let text = base.slice(0, rules.maxLength - added.length) + added;
    for (
      let draws = 0;
      text.length < rules.minLength || taken.has(codeKey(text)) || given.has(codeKey(text));
      draws++
    ) {
      if (draws === MAX_DRAWS) throw new Error("no free code was drawn");
      added = (added + draw()).slice(-rules.maxLength);
      text = base.slice(0, rules.maxLength - added.length) + added;
    }
    given.add(codeKey(text));
    settled.set(key, text);
  }
  return settled;
}

/** The keys of settled codes whose text is among `taken` after all, in order. */
export function collidingKeys(settled: ReadonlyMap<string, string>, taken: ReadonlySet<string>): string[] {
  return [...settled].filter(([, text]) => taken.has(codeKey(text))).map(([key]) => key);
}
