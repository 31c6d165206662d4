/**
 * `npm run snippet` builds the snippet from `src/sales/snippet/` into `src/sales/capture/snippet.generated.ts`, from where the
 * Worker serves it. With `--check` it only fails if that file is not what the sources give.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./root.ts";
import { type BuiltSnippet, buildSnippet } from "./snippet-build.ts";

const GENERATED = join(ROOT, "src", "sales", "capture", "snippet.generated.ts");

function literalOf(snippet: string): string {
  return `\`${snippet.replaceAll(/[\\`]|\$\{/g, String.raw`\$&`)}\``;
}

/** The module that holds both builds of the snippet, and its parts. */
function moduleOf({ core, goals, parts }: BuiltSnippet): string {
  const each = Object.entries(parts).map(([name, part]) => `  ${name}: ${literalOf(part)},\n`);
  return `import type { PartName } from "../snippet/config.ts";

/** The built snippet, made by \`npm run snippet\` from src/sales/snippet/. Its free names are \`CONFIG\` and \`H\`. */
export const SNIPPET = ${literalOf(core)};

/** The same for stores whose definitions or tagging plan ask for what visitors do. */
export const SNIPPET_GOALS = ${literalOf(goals)};

/** What goes before it for what a tagging plan asks for. */
export const PARTS: Readonly<Record<PartName, string>> = {
${each.join("")}};
`;
}

const module = moduleOf(await buildSnippet());
if (!process.argv.includes("--check")) {
  await writeFile(GENERATED, module);
} else if ((await readFile(GENERATED, "utf8").catch(() => "")) !== module) {
  console.error("src/sales/capture/snippet.generated.ts is out of date: run npm run snippet.");
  process.exitCode = 1;
}
