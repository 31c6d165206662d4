/**
 * `npm test`: types, lint and format, unit tests, and tests in workerd, beside each other. With `-- <wing>` only
 * those of a folder of test/, and of src/ where it is a wing. What a part prints comes in one piece, when it is done.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./root.ts";

/** A command as it is called: its name, in node_modules/.bin if it is there, and its arguments. */
type Command = readonly [string, ...string[]];

/** Commands that run one after the other, until one fails. */
interface Part {
  name: string;
  commands: readonly Command[];
}

/** Folders of test/ whose sources stand elsewhere than in src/ under the same name. */
const SOURCES: Readonly<Record<string, readonly string[]>> = { scripts: ["scripts", "bench"] };

/** Folders of test/ that need more than Node, or that have a command of their own. */
const APART = new Set(["browser", "fuzz"]);

/** All parts, or those that a wing has. */
async function partsOf(wing: string | undefined): Promise<Part[]> {
  const places = wing === undefined ? [] : [...(SOURCES[wing] ?? [`src/${wing}`]), `test/${wing}`];
  const found = places.filter((place) => existsSync(join(ROOT, place)));
  const checks: Command[] = [
    ...(wing === undefined ? GENERATED : []),
    ["oxfmt", "--check", ...found],
    ["oxlint", "--type-aware", "--type-check", ...found],
  ];
  const parts: Part[] = [{ name: "types, lint and format", commands: checks }];
  const files = wing === undefined ? [] : await readdir(join(ROOT, "test", wing), { recursive: true });
  for (const { name, config, pattern } of TESTS) {
    if (wing !== undefined && !files.some((file) => pattern.test(file))) continue;
    const which = wing === undefined ? [] : [join(ROOT, "test", wing, "/")];
    parts.push({ name, commands: [["vitest", "run", "--config", config, ...which]] });
  }
  return parts;
}

/** The two kinds of tests, and the names of their files. */
const TESTS = [
  { name: "unit tests", config: "test/unit.config.ts", pattern: /(?<!\.worker)\.test\.ts$/ },
  { name: "Worker tests", config: "test/worker.config.ts", pattern: /\.worker\.test\.ts$/ },
];

/** Files that are made from others are what they would be made to. */
const GENERATED: readonly Command[] = [
  ["npm", "run", "--silent", "types:check"],
  ["npm", "run", "--silent", "snippet:check"],
  ["npm", "run", "--silent", "desk:check"],
];

/** What runs at the moment, to be ended with this process. */
const running = new Set<ChildProcess>();

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    for (const child of running) child.kill(signal);
    process.exitCode = 1;
  });
}

/** How much of a failed part is printed once more at the end, in characters. */
const LAST_WORDS = 6_000;

/** Runs a part, prints what it printed, and answers its last words if something in it failed, else `null`. */
async function run({ name, commands }: Part): Promise<string | null> {
  const began = Date.now();
  let output = "";
  let well = true;
  for (const [command, ...args] of commands) {
    const installed = join(ROOT, "node_modules", ".bin", command);
    const program = existsSync(installed) ? installed : command;
    const child = spawn(program, args, {
      cwd: ROOT,
      env: { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: "1" }) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => (output += text));
    }
    const [code] = (await once(child, "close")) as [number | null];
    running.delete(child);
    well = code === 0;
    if (!well) {
      output += `\n${[command, ...args].join(" ")} failed (${code ?? "killed"}).\n`;
      break;
    }
  }
  const took = ((Date.now() - began) / 1000).toFixed(0);
  console.log(`\n== ${name}: ${well ? "well" : "FAILED"} after ${took} s\n${output.trimEnd()}`);
  return well ? null : `\n== ${name}: FAILED, and ended so:\n${output.trimEnd().slice(-LAST_WORDS)}`;
}

const [wing, ...more] = process.argv.slice(2);
const wings = (await readdir(join(ROOT, "test"), { withFileTypes: true }))
  .filter((entry) => entry.isDirectory() && !APART.has(entry.name) && entry.name !== "node_modules")
  .map(({ name }) => name);
if (more.length > 0 || (wing !== undefined && !wings.includes(wing))) {
  console.error(`npm test -- <wing> takes one of ${wings.join(", ")}.`);
  process.exitCode = 2;
} else {
  const parts = await partsOf(wing);
  console.log(`${parts.map(({ name }) => name).join("; ")}: beside each other, each printed when it is done.`);
  const failed = (await Promise.all(parts.map(run))).filter((words) => words !== null);
  // Whoever reads only the end of a long output, as CI systems show it, is to find the reason there.
  for (const words of failed) console.log(words);
  if (failed.length > 0) process.exitCode = 1;
}
