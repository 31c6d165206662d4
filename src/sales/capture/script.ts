import type { SnippetConfig } from "../snippet/config.ts";
import { SNIPPET, SNIPPET_GOALS } from "./snippet.generated.ts";

/** What JSON allows and a script may not hold, wherever it ends up: the start of a tag, and ES2018's line ends. */
const UNSAFE = /[<\u2028\u2029]/g;

/**
 * A store's copy of the snippet: the configuration at the head, visible to nothing else on the page. `goals`: its
 * definitions ask for what visitors do.
 */
export function scriptOf(config: SnippetConfig, goals: boolean): string {
  const json = JSON.stringify(config).replaceAll(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `((CONFIG=${json})=>{${goals ? SNIPPET_GOALS : SNIPPET}})();\n`;
}

/** Stands in for the snippet where there is none to send: says so to whoever looks, and does nothing. */
export function inertScript(reason: string): string {
  return `/* ${reason} */\n`;
}
