import { execFile } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import type { Volley, VolleyOutcome } from "./sockets.ts";

/** Connections that a load keeps open. */
export const CONNECTIONS = 32;

/** wrk runs for whole seconds; the last part of them is left for answers under way. */
const DRAIN_SECONDS = 0.3;

/** What a server made of a load. */
export interface LoadOutcome {
  /** Those that were answered. */
  requests: number;
  /**
   * Sent, but not answered before the generator stopped: nobody can say whether the server took them
   * up. None, unless the machine stood still for {@link DRAIN_SECONDS}.
   */
  unanswered: number;
  seconds: number;
  /** Latency, ms. */
  p50: number;
  p99: number;
}

/** Sends the same requests at full speed for a time. */
export interface LoadGenerator {
  name: string;
  /** Rejects if an answer wasn't a 302, or more were missing than connections could have under way. */
  run: (port: number, seconds: number) => Promise<LoadOutcome>;
}

const execute = promisify(execFile);

/** wrk if there is one, else sockets of our own. Uses `directory` for a file of the requests, by this name. */
export async function loadGenerator(
  requests: readonly string[],
  directory: string,
  name: string,
): Promise<LoadGenerator> {
  try {
    await execute("wrk", ["-v"]);
  } catch (error) {
    // It exits with 1 after telling its version.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return ownGenerator(requests);
  }
  const file = join(directory, name);
  await writeFile(file, requests.map((request) => `${request}\0`).join(""));
  return wrkGenerator(file);
}

function wrkGenerator(file: string): LoadGenerator {
  const script = join(import.meta.dirname, "wrk.lua");
  return {
    name: `wrk, 1 thread, ${CONNECTIONS} connections`,
    async run(port, seconds) {
      const load = `-t 1 -c ${CONNECTIONS} -d ${seconds}s -s`.split(" ");
      const forScript = ["--", file, `${seconds - DRAIN_SECONDS}`];
      const { stdout } = await execute("wrk", [...load, script, `http://127.0.0.1:${port}/`, ...forScript]);
      const outcome = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as LoadOutcome & {
        sent: number;
        completed: number;
        failed: number;
      };
      requireAnswers(outcome);
      return { ...outcome, requests: outcome.completed, unanswered: outcome.sent - outcome.completed };
    },
  };
}

function ownGenerator(requests: readonly string[]): LoadGenerator {
  return {
    name: `built-in generator, 1 thread, ${CONNECTIONS} connections`,
    async run(port, seconds) {
      const volley: Volley = { port, requests, connections: CONNECTIONS, seconds, total: Infinity };
      const thread = new Worker(join(import.meta.dirname, "sockets-thread.ts"), { workerData: volley });
      const [outcome] = (await once(thread, "message")) as [VolleyOutcome];
      requireAnswers(outcome);
      const latencies = outcome.latencies.toSorted((a, b) => a - b);
      const percentile = (share: number): number => latencies[Math.floor(share * (latencies.length - 1))] ?? 0;
      return {
        requests: outcome.completed,
        unanswered: outcome.sent - outcome.completed,
        seconds: outcome.seconds,
        p50: percentile(0.5),
        p99: percentile(0.99),
      };
    },
  };
}

function requireAnswers(outcome: { sent: number; completed: number; failed: number }): void {
  const { sent, completed, failed } = outcome;
  if (failed > 0 || sent - completed > CONNECTIONS) {
    throw new Error(`of ${sent} requests ${completed} were answered and ${failed} failed`);
  }
}
