/**
 * `npm run desk` builds the desk's style and islands from `src/desk/{assets,island}/` into the two generated files of
 * `src/desk/assets/`, from where the Worker serves them. With `--check` it only fails if those are not what the sources give.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildDesk } from "./desk-build.ts";
import { ROOT } from "./root.ts";

const literalOf = (text: string): string => `\`${text.replaceAll(/[\\`]|\$\{/g, String.raw`\$&`)}\``;

const assets = await buildDesk();
const files = {
  "paths.generated.ts": `/** Where the desk's files are, by name; made by \`npm run desk\`. */
export const ASSET_PATHS: Readonly<Record<string, string>> = {
${assets.map(({ name, path }) => `  "${name}": "/admin/assets/${path}",\n`).join("")}};
`,
  "files.generated.ts": `/** The desk's files by the last part of their path; made by \`npm run desk\`. */
export const ASSET_FILES: Readonly<Record<string, string>> = {
${assets.map(({ path, text }) => `  "${path}": ${literalOf(text)},\n`).join("")}};
`,
};
for (const [name, text] of Object.entries(files)) {
  const path = join(ROOT, "src", "desk", "assets", name);
  if (!process.argv.includes("--check")) {
    await writeFile(path, text);
  } else if ((await readFile(path, "utf8").catch(() => "")) !== text) {
    console.error(`src/desk/assets/${name} is out of date: run npm run desk.`);
    process.exitCode = 1;
  }
}
