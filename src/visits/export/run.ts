import { openDatabase } from "../../ground/db/client.ts";
import { type Answer, send } from "../../ground/http/send.ts";
import type { CheckoutPlan } from "../../ground/model/visit.ts";
import { clearAlarm, raiseAlarm } from "../../journal/alarm/store.ts";
import { unpackEvents } from "../log/pack.ts";
import { type Exporter, exporterOf } from "./exported.ts";
import { addressOf, requestsOf, type ExportRequest, type SendContext } from "./requests.ts";
import type { AnalyticsExportTest } from "./schema.ts";
import { openExportSecrets } from "./seal.ts";
import { type ExportRow, lastLogged } from "./store.ts";
import {
  dueExports,
  type NextRow,
  nextRow,
  type Place,
  storeFacts,
  takeExport,
  writeFailure,
  writeProgress,
} from "./progress-store.ts";

/** Exports that are sent at once, and requests of one: a Worker may have six connections open, and D1 needs one. */
const EXPORTS_AT_ONCE = 2;
const REQUESTS_AT_ONCE = 2;

/** Nothing more is sent after this long, ms; what was taken is due again after {@link PUT_OFF_MS} if its run died. */
const TIME_MS = 20_000;
const PUT_OFF_MS = 120_000;

/** Requests of one run: a Worker may make a thousand calls. */
const REQUESTS = 300;

/** Pauses after the first, second, … failed attempt, min; the last goes on. */
const PAUSES = [1, 2, 5, 15, 30, 60] as const;

/** Attempts that fail one after another before somebody is woken. */
const PATIENCE = 3;

/** What sending needs of the world. */
export interface Outside {
  fetch: typeof fetch;
  /** ms UTC. */
  now: () => number;
}

const PLATFORM: Outside = { fetch: (...request) => fetch(...request), now: () => Date.now() };

/**
 * Sends what consenting visitors did on to where stores' admins want it, row by row of the log. Each event is sent at least
 * once, under an id of its own: what is sent is noted after it was taken, so that a run that dies sends it again. One that
 * fails is tried again after pauses that grow, and holds up no other. Throws what D1 throws.
 */
export async function exportVisits(env: Env, outside: Outside = PLATFORM): Promise<void> {
  const now = outside.now();
  const due = (await dueExports(openDatabase(env.DB), now)).values();
  const budget: Budget = { endAt: now + TIME_MS, requests: REQUESTS };
  const lanes = Array.from({ length: EXPORTS_AT_ONCE }, async () => {
    for (const row of due) {
      if (await takeExport(env.DB, row, now + PUT_OFF_MS)) await sendOn(env, row, now + PUT_OFF_MS, budget, outside);
    }
  });
  for (const lane of await Promise.allSettled(lanes)) if (lane.status === "rejected") throw lane.reason;
}

interface Budget {
  /** ms UTC. */
  endAt: number;
  requests: number;
}

/** Sends a store's rows on until one fails, nothing is left or the budget is. `claim` is what it was taken by. */
async function sendOn(env: Env, row: ExportRow, claim: number, budget: Budget, outside: Outside): Promise<void> {
  const d1 = env.DB;
  const secrets = await openExportSecrets(env.VISITOR_KEY, row.storeId, row.secrets);
  if (secrets === null)
    return fail(d1, row, claim, "the secrets can't be opened: VISITOR_KEY was changed", outside.now());
  const exporter = exporterOf(env.VISITOR_KEY);
  const last = await lastLogged({ d1 });
  let place = { seq: row.seq, sent: row.sent };
  for (;;) {
    const next = await nextRow(d1, row.storeId, place.seq, last);
    if (next === null) {
      return giveBack(d1, row, claim, place, { seq: Math.max(place.seq, last), sent: 0 }, outside.now());
    }
    const requests = await requestsFor(d1, row, next, { secrets, now: outside.now(), exporter });
    for (let skipped = 0; skipped < place.sent && requests.length > 0;) skipped += requests.shift()?.events ?? 0;
    while (requests.length > 0) {
      if (budget.requests <= 0 || outside.now() >= budget.endAt) {
        return giveBack(d1, row, claim, place, place, outside.now());
      }
      const together = requests.splice(0, REQUESTS_AT_ONCE);
      budget.requests -= together.length;
      const answers = await Promise.all(together.map((request) => post(row, secrets, request, outside)));
      const failed = answers.findIndex(({ error }) => error !== null);
      const taken = together.slice(0, failed === -1 ? together.length : failed);
      const after = { ...place, sent: place.sent + taken.reduce((sum, { events }) => sum + events, 0) };
      // Nobody goes on where the row, or the export, was changed meanwhile: the next run reads it anew.
      if (!(await writeProgress(d1, row, claim, place, { ...after, nextAt: claim }, next))) return;
      place = after;
      const answer = answers[failed];
      if (answer !== undefined) return fail(d1, row, claim, failureOf(answer), outside.now());
    }
    const after = { seq: next.seq, sent: 0 };
    if (!(await writeProgress(d1, row, claim, place, { ...after, nextAt: claim }))) return;
    place = after;
  }
}

/** Ends a run in which nothing failed. */
async function giveBack(
  d1: D1Database,
  row: ExportRow,
  claim: number,
  before: Place,
  after: Place,
  now: number,
): Promise<void> {
  await writeProgress(d1, row, claim, before, { ...after, nextAt: now });
  if (row.failingSince !== null) await clearAlarm(d1, "analytics_export_failing", row.storeId, now);
}

async function requestsFor(
  d1: D1Database,
  { storeId, format }: ExportRow,
  next: NextRow,
  { secrets, now, exporter }: { secrets: SendContext["secrets"]; now: number; exporter: Exporter },
): Promise<ExportRequest[]> {
  const [logged, { origin, checkout, forgotten }] = [unpackEvents(next), await storeFacts(d1, storeId)];
  const events = await exporter(storeId, logged);
  const barred = new Set(events.filter((_event, index) => forgotten.has(logged[index]?.visitorHash ?? "")));
  return requestsOf(format, events, {
    storeId,
    now,
    origin,
    firstStep: firstStepOf(checkout),
    secrets,
    maySend: (event) => !barred.has(event),
  });
}

function firstStepOf(checkout: CheckoutPlan | null): string | null {
  return checkout?.steps[0]?.name ?? null;
}

const NOTHING: Answer = { status: null, error: null };

async function post(
  { format, endpoint }: Pick<ExportRow, "format" | "endpoint">,
  secrets: SendContext["secrets"],
  { body }: ExportRequest,
  { fetch }: Outside,
): Promise<Answer> {
  if (body === null) return NOTHING;
  const { url, headers } = addressOf(format, endpoint, secrets);
  return send(fetch, url, headers, body);
}

/** Why an answer doesn't count, without what it says: a receiver may repeat secrets. */
function failureOf({ status, error }: Answer): string {
  return status === null ? (error ?? "no answer") : `HTTP ${status}`;
}

/** Notes that an attempt failed; after some in a row, by an alarm. The endpoint's path may be a secret: only its host is told. */
async function fail(d1: D1Database, row: ExportRow, claim: number, failure: string, now: number): Promise<void> {
  const attempts = row.attempts + 1;
  const pause = PAUSES[Math.min(attempts, PAUSES.length) - 1] ?? 1;
  const since = row.failingSince ?? now;
  if (!(await writeFailure(d1, row, claim, { attempts, failure, since, nextAt: now + pause * 60_000 }))) return;
  if (attempts < PATIENCE) return;
  const detail = { host: new URL(row.endpoint).host, failure, since: new Date(since).toISOString() };
  await raiseAlarm(d1, { kind: "analytics_export_failing", subject: row.storeId, detail }, now);
}

/** Sends an event of nobody to where a store's go, at `now` (ms UTC), and tells what was answered. Never throws for that. */
export async function testExport(
  env: Env,
  row: ExportRow,
  now: number,
  outside: Outside = PLATFORM,
): Promise<AnalyticsExportTest> {
  const secrets = await openExportSecrets(env.VISITOR_KEY, row.storeId, row.secrets);
  if (secrets === null) return { taken: false, status: null, failure: "the secrets can't be opened" };
  const exported = await exporterOf(env.VISITOR_KEY)(row.storeId, [
    {
      time: now,
      type: "page",
      visitorHash: "test",
      visit: "test",
      pageOfVisit: 1,
      page: "/",
      source: { kind: "direct", name: "", rule: "test" },
      campaign: null,
      linkId: null,
      country: null,
      device: "desktop",
      name: null,
      label: null,
      engagedMs: 0,
      scroll: 0,
      cart: null,
    },
  ]);
  const { origin, checkout } = await storeFacts(env.DB, row.storeId);
  const [request] = requestsOf(row.format, exported, {
    storeId: row.storeId,
    now,
    origin,
    firstStep: firstStepOf(checkout),
    secrets,
    maySend: () => true,
  });
  const answer = request === undefined ? NOTHING : await post(row, secrets, request, outside);
  const failure = answer.error === null ? null : failureOf(answer);
  return { taken: failure === null, status: answer.status, failure };
}
