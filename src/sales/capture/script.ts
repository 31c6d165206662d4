import { PART_NAMES, type PartName, type SnippetConfig } from "../snippet/config.ts";
import { PARTS, SNIPPET, SNIPPET_GOALS } from "./snippet.generated.ts";

/** What JSON allows and a script may not hold, wherever it ends up: the start of a tag, and ES2018's line ends. */
const UNSAFE = /[<\u2028\u2029]/g;

/** Which builds a store's pages need. */
export interface ScriptBuild {
  /** Whether its definitions ask for what visitors do. */
  goals: boolean;
  /** What its tagging plan and its numbers need, in any order; with any the larger build is served too. */
  parts?: readonly PartName[];
}

/**
 * A store's copy of the snippet: the configuration is visible to nothing else on the page. The parts come first, so
 * that they hear of all that the core does as it starts.
 */
export function scriptOf(config: SnippetConfig, { goals, parts = [] }: ScriptBuild): string {
  const json = JSON.stringify(config).replaceAll(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const core = goals || parts.length > 0 ? SNIPPET_GOALS : SNIPPET;
  const before = PART_NAMES.filter((name) => parts.includes(name)).map((name) => PARTS[name]);
  return `((C,H)=>{${before.join("")}${core}})(${json},[]);\n`;
}

/** Stands in for the snippet where there is none to send: says so to whoever looks, and does nothing. */
export function inertScript(reason: string): string {
  return `/* ${reason} */\n`;
}
