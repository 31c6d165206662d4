/**
 * `npm run docs:check -- [--show] [file…]`: runs the shell blocks of README.md and docs/*.md as a reader would, one after the
 * other, against a fresh install in a directory of its own. A command that fails, an HTTP error that no comment of
 * its block announces (`# 422`), and one that is announced but doesn't come, are faults. `--show` prints what
 * each block prints.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { announcedErrors, type Block, shellBlocks } from "./docs-blocks.ts";
import { freshInstall } from "./fresh-install.ts";
import { ROOT } from "./root.ts";

/** Stands before the real curl, and notes the status of each answer with the command that it was for. */
const CURL = String.raw`#!/bin/bash
headers=$(mktemp)
PATH=$REAL_PATH curl -D "$headers" "$@"
code=$?
status=$(sed -n 's/^HTTP[^ ]* \([0-9]*\).*/\1/p' "$headers" | tail -n 1)
echo "$status exit $code: $(printf '%.200s' "$*" | tr '\n' ' ')" >> "$CURL_LOG"
rm -f "$headers"
exit $code
`;

/** Ports that the docs name, which are replaced by free ones: the Worker's and that of a receiver. */
const DOC_PORTS = ["8787", "8790"];

const POLL_MS = 50;

type Shell = ChildProcessByStdio<Writable, Readable, Readable>;

/** Runs blocks one after the other in one shell, as a reader's terminal does. */
class Reader {
  readonly #directory: string;
  readonly #ports: readonly number[];
  readonly #shell: Shell;
  readonly #log: string;
  #output = "";
  #blocks = 0;

  constructor(directory: string, ports: readonly number[]) {
    this.#directory = directory;
    this.#ports = ports;
    this.#log = join(directory, "curl.log");
    const path = process.env.PATH ?? "";
    this.#shell = spawn("bash", ["--noprofile", "--norc"], {
      cwd: directory,
      env: { ...process.env, PATH: `${join(directory, "shim")}:${path}`, REAL_PATH: path, CURL_LOG: this.#log },
      stdio: ["pipe", "pipe", "pipe"],
    });
    for (const stream of [this.#shell.stdout, this.#shell.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => (this.#output += text));
    }
  }

  /** What the last block printed. */
  get printed(): string {
    return this.#output.slice(0, this.#output.lastIndexOf("done-"));
  }

  /** What is wrong with a block; empty if nothing is. */
  async run(block: Block): Promise<string[]> {
    this.#blocks += 1;
    this.#output = "";
    await writeFile(this.#log, "");
    const file = join(this.#directory, `block-${this.#blocks}.sh`);
    const ports = DOC_PORTS.map((port, index) => [port, String(this.#ports[index])] as const);
    await writeFile(
      file,
      ports.reduce((text, [port, own]) => text.replaceAll(port, own), block.text),
    );
    const [failed, done] = [`failed-${this.#blocks}:`, `done-${this.#blocks}.`];
    // A pipe that `head` closes early is none.
    const trap = `[[ $code == 141 || $code == 23 ]] || echo "${failed} ($code) $command"`;
    const script = [
      `trap 'code=$? command=$BASH_COMMAND; ${trap}' ERR`,
      "set -o pipefail",
      `. ${file}`,
      "trap - ERR",
      `echo ${done}`,
    ];
    this.#shell.stdin.write(`${script.join("\n")}\n`);
    while (!this.#output.includes(done)) {
      if (this.#shell.exitCode !== null) return [`the shell ended: ${this.#output}`];
      await delay(POLL_MS);
    }
    return [...this.#output.split("\n").filter((line) => line.startsWith(failed)), ...(await this.#badAnswers(block))];
  }

  async #badAnswers(block: Block): Promise<string[]> {
    const calls = (await readFile(this.#log, "utf8")).split("\n").filter((line) => line !== "");
    const errors = calls.filter((call) => Number.parseInt(call, 10) >= 400);
    const statuses = errors.map((call) => Number.parseInt(call, 10)).toSorted((a, b) => a - b);
    const announced = announcedErrors(block);
    return [
      ...calls.filter((call) => !/ exit (?:0|23):/.test(call)),
      ...(statuses.join() === announced.join()
        ? []
        : [`answers [${statuses.join(", ")}], announced [${announced.join(", ")}]`, ...errors]),
    ];
  }

  close(): void {
    this.#shell.kill();
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map(async (server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) server.close();
  return ports;
}

async function install(): Promise<string> {
  const directory = await freshInstall("waymark-docs-");
  await mkdir(join(directory, "shim"));
  await writeFile(join(directory, "shim", "curl"), CURL, { mode: 0o755 });
  return directory;
}

/** Starts the install, and waits until it says that it is ready. */
async function start(directory: string, port: number) {
  const child = spawn(process.execPath, [join(directory, "scripts", "start.ts")], {
    cwd: directory,
    env: { ...process.env, PORT: String(port), WAYMARK_STATE: "" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  while (!said.includes("Ctrl-C")) {
    if (child.exitCode !== null) throw new Error(`start ended:\n${said}`);
    await delay(POLL_MS);
  }
  return {
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

const show = process.argv.includes("--show");
const given = process.argv.slice(2).filter((argument) => argument !== "--show");
const docs = (await readdir(join(ROOT, "docs"))).filter((name) => name.endsWith(".md")).toSorted();
const files = given.length > 0 ? given : ["README.md", ...docs.map((name) => `docs/${name}`)];
const directory = await install();
const ports = await freePorts(DOC_PORTS.length);
const waymark = await start(directory, ports[0] ?? 0);
let faulty = 0;
try {
  for (const file of files) {
    const reader = new Reader(directory, ports);
    for (const block of shellBlocks(await readFile(join(ROOT, file), "utf8"))) {
      const faults = await reader.run(block);
      console.log(`${faults.length === 0 ? "ok  " : "FAIL"} ${file}:${block.line}`);
      const shown = faults.length > 0 || show ? [...faults, reader.printed] : [];
      for (const text of shown) console.log(text.replaceAll(/^/gm, "       "));
      if (faults.length > 0) faulty += 1;
    }
    reader.close();
  }
} finally {
  await waymark.stop();
  await rm(directory, { recursive: true, force: true });
}
console.log(faulty === 0 ? "All blocks run." : `${faulty} blocks fail.`);
process.exit(faulty === 0 ? 0 : 1);
