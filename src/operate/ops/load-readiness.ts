import type { Deps } from "../../ground/deps.ts";
import { readAccess } from "../../ground/http/access-settings.ts";
import { readProviderOrigins } from "../../shops/client/provider-origins.ts";
import { readVisitRetention } from "../../visits/archive/retention.ts";

/** The state of one part that the service stands on. */
export interface Check {
  state: "ok" | "failing" | "absent";
  /** How long the probe took, ms; `null` where nothing could be asked. */
  latencyMs: number | null;
  /** How old this finding is, ms. */
  ageMs: number;
  detail?: string;
}

/** Everything that `/readyz` tells. */
export interface Readiness {
  ready: boolean;
  checks: { d1: Check; queue: Check; kv: Check; configuration: Check };
}

/** A finding is reused for this long, ms: whoever polls must not become the load. */
const REUSE_MS = 2_000;

type Probe = Omit<Check, "ageMs">;

let last: { at: number; probes: Record<keyof Readiness["checks"], Probe> } | null = null;

/**
 * Asks D1 and KV, and looks at the queue's binding and the configuration. Only D1 and the
 * configuration decide: without queue or KV clicks still redirect and are counted.
 */
export async function readiness(deps: Deps): Promise<Readiness> {
  const now = deps.now();
  if (last === null || now - last.at >= REUSE_MS) {
    const { env } = deps;
    const [d1, kv] = await Promise.all([
      probe(deps, async () => env.DB.prepare("SELECT count(*) FROM watermarks").first()),
      env.LINKS ? probe(deps, async () => env.LINKS.get("readyz")) : ABSENT,
    ]);
    const stands = readProviderOrigins(env).problem;
    const kept = readVisitRetention(env.VISIT_RETENTION_DAYS).problem;
    const access = readAccess(env).problem;
    const problems = [...deps.config.problems, ...[stands, kept, access].filter((problem) => problem !== null)];
    last = {
      at: now,
      probes: {
        d1,
        kv,
        // A queue can't be asked without sending; a failing send shows in the log and in D1 writes.
        queue: env.CLICK_QUEUE ? { state: "ok", latencyMs: null } : ABSENT,
        configuration:
          problems.length === 0
            ? { state: "ok", latencyMs: null }
            : { state: "failing", latencyMs: null, detail: problems.join("; ") },
      },
    };
  }
  const { at, probes } = last;
  const ageMs = now - at;
  const checks = {
    d1: { ...probes.d1, ageMs },
    queue: { ...probes.queue, ageMs },
    kv: { ...probes.kv, ageMs },
    configuration: { ...probes.configuration, ageMs },
  };
  return { ready: checks.d1.state === "ok" && checks.configuration.state === "ok", checks };
}

/** What anybody may know: whether it works, and which part doesn't, but not how it is set up. */
export function withoutDetails({ ready, checks: { d1, queue, kv, configuration } }: Readiness): Readiness {
  const bare = ({ detail: _detail, ...rest }: Check): Check => rest;
  return { ready, checks: { d1: bare(d1), queue: bare(queue), kv: bare(kv), configuration: bare(configuration) } };
}

const ABSENT: Probe = { state: "absent", latencyMs: null };

async function probe(deps: Deps, ask: () => Promise<unknown>): Promise<Probe> {
  const start = deps.now();
  try {
    await ask();
    return { state: "ok", latencyMs: deps.now() - start };
  } catch (error) {
    return {
      state: "failing",
      latencyMs: deps.now() - start,
      detail: error instanceof Error ? error.message : "failed",
    };
  }
}
