import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { boundDatabases } from "./click-databases.ts";
import { Failure } from "./failure.ts";
import { ROOT } from "./root.ts";
import { HOST, type Settings } from "./settings.ts";

/** Wrangler's own script: npx or a shell in between would swallow signals. */
const WRANGLER = join(ROOT, "node_modules", "wrangler", "bin", "wrangler.js");

/** Wrangler stops in well under a second; past this it hangs, ms. */
const STOP_WITHIN_MS = 5_000;

/** Loaded into wrangler's own processes. */
const WATCH = join(ROOT, "scripts", "runtime-watch.ts");

/** A Worker that runs locally. */
export interface LocalWorker {
  port: number;
  /** Of {@link port}, without a trailing slash. */
  origin: string;
  /** Aborts once it is gone. */
  gone: AbortSignal;
  /** Resolves to wrangler's exit code once it is gone; never 0, since it has no reason to end. */
  exited: Promise<number>;
  /** Ends it, if it runs, and waits until it is gone. */
  stop: () => Promise<void>;
  /** Ends it at once, with all that it started. */
  kill: () => void;
}

/**
 * Runs a wrangler command to its end, and returns what it prints, which is the message of the
 * {@link Failure} that is thrown if the command fails. `signal` ends it early; what it aborted with is
 * thrown then.
 */
export async function runWrangler(args: string[], signal?: AbortSignal): Promise<string> {
  const child = spawn(process.execPath, [WRANGLER, ...args], {
    cwd: ROOT,
    // CI: never ask.
    env: { ...process.env, CI: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = (): boolean => child.kill();
  signal?.addEventListener("abort", end);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => (output += text));
  }
  const [code] = (await once(child, "close")) as [number | null];
  signal?.removeEventListener("abort", end);
  signal?.throwIfAborted();
  if (code !== 0) throw new Failure(`${output}\nwrangler ${args.join(" ")} failed (${code ?? "killed"}).`);
  return output;
}

/** Brings the local databases up to date. Throws a {@link Failure} with wrangler's words if it can't. */
export async function applyMigrations(state: string, signal: AbortSignal): Promise<void> {
  const toml = await readFile(join(ROOT, "wrangler.toml"), "utf8").catch(() => "");
  for (const binding of ["DB", ...boundDatabases(toml).map(({ number }) => `CLICKS_${number}`)]) {
    await runWrangler(["d1", "migrations", "apply", binding, "--local", "--persist-to", state], signal);
  }
}

/**
 * Starts the Worker, with `variables` beside those of its configuration. Only its errors are printed, if they are. It runs in a process group of its own: a terminal's Ctrl-C would
 * otherwise end it at once, with the clicks that wait in it.
 */
export function startWorker(
  { port, state }: Settings,
  variables: Readonly<Record<string, string>> = {},
  errors: "inherit" | "ignore" = "inherit",
): LocalWorker {
  const child = spawn(
    process.execPath,
    [
      // Wrangler's outer process hands Node's options on to its inner one.
      "--import",
      WATCH,
      WRANGLER,
      "dev",
      "--ip",
      HOST,
      "--port",
      String(port),
      "--persist-to",
      state,
      "--log-level",
      "error",
      "--show-interactive-dev-session=false",
      ...Object.entries(variables).flatMap(([name, value]) => ["--var", `${name}:${value}`]),
    ],
    { cwd: ROOT, stdio: ["ignore", "inherit", errors], detached: true },
  );
  const gone = new AbortController();
  const kill = (): void => killGroup(child);
  const exited = exitOf(child).then((code) => {
    // Whoever killed wrangler may have left the runtime behind.
    kill();
    gone.abort();
    return code;
  });
  return {
    port,
    origin: `http://${HOST}:${port}`,
    gone: gone.signal,
    exited,
    stop: async () => {
      child.kill("SIGTERM");
      const patience = setTimeout(kill, STOP_WITHIN_MS);
      await exited;
      clearTimeout(patience);
    },
    kill,
  };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}

async function exitOf(child: ChildProcess): Promise<number> {
  const [code] = (await once(child, "exit")) as [number | null];
  // Wrangler's outer process says 0 where its inner one was killed.
  return code || 1;
}
