import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Failure } from "./failure.ts";
import { ROOT } from "./root.ts";
import { HOST, type Settings } from "./settings.ts";

/** Wrangler's own script: npx or a shell in between would swallow signals. */
const WRANGLER = join(ROOT, "node_modules", "wrangler", "bin", "wrangler.js");

/** Wrangler stops in well under a second; past this it hangs, ms. */
const STOP_WITHIN_MS = 5_000;

/** A Worker that runs locally. */
export interface LocalWorker {
  /** Resolves to wrangler's exit code once it is gone; never 0, since it has no reason to end. */
  exited: Promise<number>;
  /** Ends it, if it runs, and waits until it is gone. */
  stop: () => Promise<void>;
}

/**
 * Runs a wrangler command to its end. What it prints is kept back, and is the message of the
 * {@link Failure} that is thrown if the command fails. `signal` ends it early; what it aborted with is
 * thrown then.
 */
export async function runWrangler(args: string[], signal?: AbortSignal): Promise<void> {
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
}

/** Brings the local database up to date. Throws a {@link Failure} with wrangler's words if it can't. */
export async function applyMigrations(state: string, signal: AbortSignal): Promise<void> {
  await runWrangler(["d1", "migrations", "apply", "DB", "--local", "--persist-to", state], signal);
}

/** Starts the Worker. Only its errors are printed. */
export function startWorker({ port, state }: Settings): LocalWorker {
  const child = spawn(
    process.execPath,
    [
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
    ],
    { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] },
  );
  const exited = exitOf(child);
  return {
    exited,
    stop: async () => {
      child.kill("SIGTERM");
      const patience = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
      await exited;
      clearTimeout(patience);
    },
  };
}

async function exitOf(child: ChildProcess): Promise<number> {
  const [code] = (await once(child, "exit")) as [number | null];
  // Wrangler's outer process says 0 where its inner one was killed.
  return code || 1;
}
