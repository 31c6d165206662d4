import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { access, cp, mkdir, readFile, rename, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parseEnv } from "node:util";
import type { Secrets } from "./demo/set-up.ts";
import type { Writing } from "./demo/write.ts";
import { writeDemoSecret } from "./demo-secret.ts";
import { Failure } from "./failure.ts";
import { ROOT } from "./root.ts";

/** Where wrangler keeps all data of a state. */
const DATA = "v3";

/** Where a first start's data is made, before it is put in its place as a whole. */
const MAKING = "first-start";

/** Whether there is no data yet. */
export function isFresh(state: string): boolean {
  return !existsSync(join(state, DATA));
}

/** Whether a first start was broken off while it made its data. */
export function wasBrokenOff(state: string): boolean {
  return existsSync(join(state, MAKING));
}

/**
 * Makes the data of a first start: the databases, with the demo's `history` in them unless that is `null`. It is made
 * elsewhere and then put in its place, so that it is there as a whole or not at all; what an earlier start left behind
 * goes. Throws a {@link Failure} with the reason if it can't be made, and what `signal` aborted with.
 */
export async function makeData(state: string, history: Writing["history"], signal: AbortSignal): Promise<void> {
  const making = join(state, MAKING);
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true });
  // On a disk each of some thousand writes would be waited for.
  const memory = (await hasMemory()) ? join(MEMORY, nameOf(state)) : join(making, "data");
  // One that was killed may have left it there.
  await rm(memory, { recursive: true, force: true });
  try {
    const secrets = await write({ state: memory, variables: await readVariables(), history }, signal);
    await cp(join(memory, DATA), join(making, DATA), { recursive: true });
    if (secrets !== null) await writeDemoSecret(state, secrets.demo);
    await rename(join(making, DATA), join(state, DATA));
  } finally {
    await rm(memory, { recursive: true, force: true });
    await rm(making, { recursive: true, force: true });
  }
}

/** Linux's directory in memory, and what has to be free in it, bytes. */
const MEMORY = "/dev/shm";
const NEEDED_BYTES = 100e6;

/** A name for what is of this directory. */
const nameOf = (state: string): string => `waymark-${createHash("sha256").update(state).digest("hex").slice(0, 16)}`;

async function hasMemory(): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(MEMORY);
    await access(MEMORY, constants.W_OK);
    return bavail * bsize > NEEDED_BYTES;
  } catch {
    return false;
  }
}

/** Variables and secrets as `wrangler dev` has them. */
async function readVariables(): Promise<Record<string, string>> {
  const toml = await readFile(join(ROOT, "wrangler.toml"), "utf8");
  const variables = /^\[vars\]\n((?:(?!\[)[^\n]*\n)*)/m.exec(toml)?.[1] ?? "";
  const own = [...variables.matchAll(/^([A-Z_]+) = "([^"]*)"/gm)].map(([, name = "", value = ""]) => [name, value]);
  const local = parseEnv(await readFile(join(ROOT, ".dev.vars"), "utf8").catch(() => ""));
  return { ...Object.fromEntries(own), ...local, PROVIDER_ORIGINS: "" };
}

/** In a process of its own: what it takes in memory goes with it, and signals are this one's. */
async function write(writing: Writing, signal: AbortSignal): Promise<Secrets | null> {
  const child = spawn(process.execPath, [join(ROOT, "scripts", "demo", "write.ts")], {
    cwd: ROOT,
    stdio: ["pipe", "pipe", "pipe"],
    // A terminal's Ctrl-C is for the start, which ends it.
    detached: true,
  });
  const end = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  };
  signal.addEventListener("abort", end);
  // One that has ended already reads no more.
  child.stdin.on("error", () => undefined);
  child.stdin.end(JSON.stringify(writing));
  try {
    const [answer, errors, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve)),
    ]);
    signal.throwIfAborted();
    if (code !== 0) throw new Failure(`The local data couldn't be made (${code ?? "killed"}):\n${errors}`);
    // Before it may stand what the runtime logs.
    return JSON.parse(answer.trimEnd().split("\n").at(-1) ?? "") as Secrets | null;
  } finally {
    signal.removeEventListener("abort", end);
  }
}
