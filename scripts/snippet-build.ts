import { build } from "esbuild";
import { PART_NAMES, type PartName } from "../src/sales/snippet/config.ts";
import { ROOT } from "./root.ts";

/** All that the Worker puts a store's copy of the snippet together from. */
export interface BuiltSnippet {
  core: string;
  /** For stores whose definitions or tagging plan ask for what visitors do. */
  goals: string;
  parts: Record<PartName, string>;
}

/** What core and parts share, before them. */
const SHARED = ["cart", "tcf", "keep", "send"];

/** Where a part, or the core, begins: the first line of its file. */
const MARK = /\/\*! (\w+) \*\//;

/**
 * The snippet as scripts without their configuration, minified, in ES2018. The larger build is made together with the
 * parts and cut into pieces, so that they share names and functions: whatever is left out, the pieces work in their
 * order. Rejects if it doesn't compile, or if a piece is missing.
 */
export async function buildSnippet(): Promise<BuiltSnippet> {
  const files = [...SHARED, ...PART_NAMES.map((name) => `part-${name}`), "main"];
  const [core, all] = await Promise.all([bundled(["main"], false), bundled(files, true)]);
  const [shared = "", ...pieces] = all.split(MARK).map((piece) => piece.trim());
  const pieceOf = (name: string): string => {
    const piece = pieces[pieces.indexOf(name) + 1];
    if (piece === undefined || !pieces.includes(name)) throw new Error(`The snippet has no piece "${name}".`);
    return piece;
  };
  return {
    core,
    goals: shared + pieceOf("core"),
    parts: Object.fromEntries(PART_NAMES.map((name) => [name, pieceOf(name)])) as Record<PartName, string>,
  };
}

async function bundled(files: readonly string[], goals: boolean): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    stdin: { contents: files.map((name) => `import "./${name}.ts";`).join("\n"), resolveDir: "src/sales/snippet" },
    bundle: true,
    // Not "iife": the Worker wraps it in a function that takes the configuration.
    format: "esm",
    target: "es2018",
    charset: "ascii",
    legalComments: goals ? "inline" : "none",
    minify: true,
    // Shorter, and as free: see `scriptOf`.
    define: { GOALS: String(goals), CONFIG: "C" },
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]?.text.trim() ?? "";
}
