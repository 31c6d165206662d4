import { build } from "esbuild";
import { ROOT } from "./root.ts";

/**
 * The snippet as one script without its configuration, minified, in ES2018; `goals`: for stores whose definitions ask
 * for what visitors do. Rejects if it doesn't compile.
 */
export async function buildSnippet(goals: boolean): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["src/sales/snippet/main.ts"],
    bundle: true,
    // Not "iife": the Worker wraps it in a function that takes the configuration.
    format: "esm",
    target: "es2018",
    charset: "ascii",
    legalComments: "none",
    minify: true,
    define: { GOALS: String(goals) },
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]?.text.trim() ?? "";
}
