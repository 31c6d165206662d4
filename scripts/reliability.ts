/** `npm run reliability`: runs the fault suite and writes its table into docs/reliability.md. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "./failure.ts";
import { ROOT } from "./root.ts";

const DOCUMENT = join(ROOT, "docs", "reliability.md");

/** Vitest's own script: npx in between would swallow signals. */
const VITEST = join(ROOT, "node_modules", "vitest", "vitest.mjs");

/** Aligns the table as the other documents have theirs. */
const OXFMT = join(ROOT, "node_modules", "oxfmt", "bin", "oxfmt");

/** What the suite prints the table behind, as a JSON string. */
const MARKER = /RELIABILITY (".*")$/m;

/** The document's only table. */
const TABLE = /^\|.*\|$(\n^\|.*\|$)*/m;

/** Runs a script of node's to its end. Returns what it printed; throws it as a {@link Failure} if it failed. */
async function run(...command: string[]): Promise<string> {
  const child = spawn(process.execPath, command, {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (text: string) => (output += text));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Failure(`${output}\n${command.join(" ")} failed (${code ?? "killed"}).`);
  return output;
}

try {
  // The scenarios by their names, and not the test that the document is up to date.
  const suite = ["--config", "test/worker.config.ts", "whole/faults/", "--testNamePattern", "this fails:"];
  const printed = MARKER.exec(await run(VITEST, "run", ...suite))?.[1];
  if (printed === undefined) throw new Failure("The suite printed no table.");
  const table = JSON.parse(printed) as string;
  const text = await readFile(DOCUMENT, "utf8");
  if (!TABLE.test(text)) throw new Failure(`${DOCUMENT} has no table to replace.`);
  await writeFile(
    DOCUMENT,
    text.replace(TABLE, () => table),
  );
  await run(OXFMT, DOCUMENT);
  console.log(table);
} catch (error) {
  console.error(error instanceof Failure ? error.message : error);
  process.exitCode = 1;
}
