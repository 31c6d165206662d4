import type { Context, TypedResponse } from "hono";
import { brokenUnique } from "../db/client.ts";
import { packJson } from "../db/pack.ts";
import { brokenOff } from "../db/premise.ts";
import type { AppTypes } from "../deps.ts";
import { claimOf, lostRace, recall, remember, type Answer, type IdempotencyClaim } from "./idempotency.ts";
import { Problem, type ProblemCode } from "./problem.ts";

/** One entity that a use case changes, as the audit log keeps it. */
export interface AuditEntry {
  action:
    | "create"
    | "update"
    | "delete"
    | "revoke"
    | "replay"
    | "approve"
    | "reject"
    | "launch"
    | "archive"
    | "override"
    | "rotate"
    | "retry"
    | "import"
    | "attribute"
    | "decline"
    | "dispute"
    | "lock"
    | "pay"
    | "cancel"
    | "reverse"
    | "apply"
    | "reveal"
    | "export";
  entity: string;
  entityId: string;
  /** `null` where there was none. Never holds a secret or its hash. */
  before: unknown;
  after: unknown;
}

/** All that a write does, so that it happens in one batch or not at all. */
export interface Change<Body> {
  statements: D1PreparedStatement[];
  audit: AuditEntry[];
  status: 200 | 201 | 202 | 204;
  /** `null` for 204. */
  body: Body;
  /** Links whose standby copy must follow, and keys of copies that must go (see `standbyKey`). */
  links?: { ids: readonly string[]; droppedKeys: readonly string[] };
  /** What to answer when a unique index refuses, by its columns. */
  conflicts?: Readonly<Record<string, { code: ProblemCode; path: string }>>;
}

/** The pauses of a write altogether whose plans other requests take away, ms: whoever asked waits no longer. */
const PATIENCE_MS = 3_000;

/** The longest pause after the first such plan, ms, and after any: doubled each time, whoever collided comes back apart. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Runs a write: looks for an answer given before, plans the change, and commits its statements, the
 * audit entries and the answer to remember in one batch. Where a statement finds that the plan no
 * longer holds (see `mustHold`), it is planned anew, and the plan says what is wrong by now. Throws a
 * `Problem`: 409 for a conflict that the change names, 503 if others come first for seconds.
 */
export async function commit<Body>(c: Context<AppTypes>, plan: () => Promise<Change<Body>>): Promise<Answer> {
  const claim = await claimOf(c);
  if (claim !== null) {
    const given = await recall(c, claim);
    if (given !== null) return given;
  }
  for (let [longest, left] = [FIRST_PAUSE_MS, PATIENCE_MS]; ; longest = Math.min(2 * longest, LONGEST_PAUSE_MS)) {
    try {
      return await commitOnce(c, claim, await plan());
    } catch (error) {
      if (!brokenOff(error)) throw error;
      if (left <= 0) throw crowdedOut();
      // By its length, not by the clock: a slow plan is no reason to give up.
      const pause = Math.max(1, Math.random() * longest);
      left -= pause;
      await scheduler.wait(pause);
    }
  }
}

/** The problem (503) of a write that others came before each time: nothing of it happened. */
function crowdedOut(): Problem {
  return new Problem("unavailable", "Too many changes of the same thing at once. Please try again.", [], {
    "Retry-After": "1",
  });
}

async function commitOnce<Body>(
  c: Context<AppTypes>,
  claim: IdempotencyClaim | null,
  change: Change<Body>,
): Promise<Answer> {
  const answer: Answer = { status: change.status, body: JSON.stringify(change.body) };
  const { d1 } = c.env.deps;
  const statements = [
    ...(claim === null ? [] : await remember(c, claim, answer)),
    ...change.statements,
    ...auditStatements(c, change.audit),
  ];
  try {
    if (statements.length > 0) await d1.batch(statements);
  } catch (error) {
    if (claim !== null && lostRace(error)) {
      const given = await recall(c, claim);
      if (given !== null) return given;
    }
    const conflict = change.conflicts?.[brokenUnique(error) ?? ""];
    if (conflict !== undefined) {
      throw new Problem(conflict.code, `${conflict.path} is taken.`, [{ path: conflict.path, message: "is taken" }]);
    }
    throw error;
  }
  c.env.deps.linksChanged(change.links?.ids ?? [], change.links?.droppedKeys ?? []);
  return answer;
}

/**
 * Writes an answer out. Its body was typed when the change was planned and is text by now, maybe
 * from a day ago, so it passes for the typed response of any route.
 */
export function respond(answer: Answer): Response & TypedResponse<never, never, never> {
  const response =
    answer.status === 204
      ? new Response(null, { status: 204 })
      : new Response(answer.body, {
          status: answer.status,
          headers: { "Content-Type": "application/json", "Cache-Control": "no-store" },
        });
  return response as Response & TypedResponse<never, never, never>;
}

/**
 * Runs a write (see {@link commit}) and writes its answer out: all that most routes do which change something.
 * `afterwards` gets what was planned, and is not called where the answer is one that was given before this request
 * came. What it starts must bear being started twice: of two requests with one key at the same moment both start it.
 */
export async function carryOut<Planned extends Change<unknown>>(
  c: Context<AppTypes>,
  plan: () => Promise<Planned>,
  afterwards?: (done: Planned) => void,
): Promise<ReturnType<typeof respond>> {
  const plans: Planned[] = [];
  const answer = await commit(c, async () => {
    const planned = await plan();
    plans.push(planned);
    return planned;
  });
  const done = plans.at(-1);
  if (done !== undefined) afterwards?.(done);
  return respond(answer);
}

/** One statement for many entries: D1 allows 100 bound parameters. */
function auditStatements(c: Context<AppTypes>, entries: readonly AuditEntry[]): D1PreparedStatement[] {
  const { d1, now, newId } = c.env.deps;
  const time = now();
  return packJson(entries.map((entry) => ({ id: newId("audit"), ...entry }))).map((rows) =>
    d1
      .prepare(
        `INSERT INTO audit_log (id, time, actor, action, entity, entity_id, before, after, request_id)
         SELECT value ->> 'id', ?2, ?3, value ->> 'action', value ->> 'entity', value ->> 'entityId',
                json_extract(value, '$.before'), json_extract(value, '$.after'), ?4
         FROM json_each(?1)`,
      )
      .bind(rows, time, c.var.actor.id, c.var.requestId),
  );
}
