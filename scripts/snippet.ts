/**
 * `npm run snippet` builds the snippet from `src/sales/snippet/` into `src/sales/capture/snippet.generated.ts`, from where the
 * Worker serves it. With `--check` it only fails if that file is not what the sources give.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./root.ts";
import { buildSnippet } from "./snippet-build.ts";

const GENERATED = join(ROOT, "src", "sales", "capture", "snippet.generated.ts");

function literalOf(snippet: string): string {
  return `\`${snippet.replaceAll(/[\\`]|\$\{/g, String.raw`\$&`)}\``;
}

/** The module that holds both builds of the snippet. */
function moduleOf(snippet: string, withGoals: string): string {
  return `/** The built snippet, made by \`npm run snippet\` from src/sales/snippet/. Its free name is \`CONFIG\`. */
export const SNIPPET = ${literalOf(snippet)};

/** The same for stores whose definitions ask for what visitors do. */
export const SNIPPET_GOALS = ${literalOf(withGoals)};
`;
}

const module = moduleOf(await buildSnippet(false), await buildSnippet(true));
if (!process.argv.includes("--check")) {
  await writeFile(GENERATED, module);
} else if ((await readFile(GENERATED, "utf8").catch(() => "")) !== module) {
  console.error("src/sales/capture/snippet.generated.ts is out of date: run npm run snippet.");
  process.exitCode = 1;
}
