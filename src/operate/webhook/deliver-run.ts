import { raiseAlarm } from "../../journal/alarm/store.ts";
import { fanOut } from "./fan-out-store.ts";
import { disableGone, giveBack, type Outcome, writeOutcomes } from "./write-outcomes.ts";
import type { EventRow } from "./delivery-store.ts";
import { eventId, presentEvent } from "./present.ts";
import { nextAttemptAt } from "./schedule.ts";
import { openSecrets, type EndpointSecrets, signingSecrets } from "./secret.ts";
import { type Answer, send } from "../../ground/http/send.ts";
import { signatureHeaders } from "./sign.ts";
import { takeTurns, type Turn } from "./take-store.ts";

/** Endpoints that are sent to at once: a Worker may have six connections open, and D1 needs one. */
const AT_ONCE = 5;

/** Nothing more is sent after this long, ms: what was taken is given back. */
const TIME_MS = 20_000;

/** What was taken is due again after this long, ms, if the run that took it died: longer than any run lasts. */
const PUT_OFF_MS = 120_000;

/** The status that says an endpoint is gone for good (Standard Webhooks; RFC 9110, 15.5.11). */
const GONE = 410;

/** What delivering needs of the world. */
export interface Outside {
  fetch: typeof fetch;
  /** ms UTC. */
  now: () => number;
  /** Chance, 0 to below 1. */
  random: () => number;
}

const PLATFORM: Outside = { fetch: (...request) => fetch(...request), now: () => Date.now(), random: Math.random };

/**
 * Makes deliveries of what happened, and sends those that are due. Each event is sent at least once: what is
 * taken is put off first, so that two runs at once don't send the same, and a run that dies has it sent again
 * by another. To one endpoint one message is sent after another, and after one that failed none more in this
 * run: one that is down holds up nobody else. Throws what D1 throws.
 */
export async function deliverWebhooks(env: Env, outside: Outside = PLATFORM): Promise<void> {
  const startedAt = outside.now();
  await fanOut(env.DB, startedAt);
  const claim = startedAt + PUT_OFF_MS;
  const turns = (await takeTurns(env.DB, startedAt, claim)).values();
  const lanes = Array.from({ length: AT_ONCE }, async () => {
    for (const turn of turns) await deliverTurn(env, turn, claim, startedAt + TIME_MS, outside);
  });
  for (const lane of await Promise.allSettled(lanes)) if (lane.status === "rejected") throw lane.reason;
}

/** Sends an endpoint what was taken for it, until one fails or the time is over, and writes what became of it. */
async function deliverTurn(env: Env, turn: Turn, claim: number, endAt: number, outside: Outside): Promise<void> {
  const { endpoint, deliveries } = turn;
  const secrets = await openSecrets(env.VISITOR_KEY, endpoint.id, endpoint.secretSealed);
  const outcomes: Outcome[] = [];
  for (const { event, attempts } of deliveries) {
    if (outside.now() >= endAt) break;
    const answer = await attempt(endpoint.url, secrets, event, outside);
    outcomes.push({ seq: event.seq, ...outcomeOf(answer, attempts + 1, outside) });
    if (answer.error !== null) break;
  }
  const left = deliveries.slice(outcomes.length).map(({ event }) => event.seq);
  const last = outcomes.at(-1);
  // Before it is written: a run that dies in between tries, and tells, again.
  if (last?.status === "dead") await tellDead(env.DB, endpoint, last.lastStatus, outside.now());
  await env.DB.batch([
    writeOutcomes(env.DB, endpoint.id, claim, outcomes),
    giveBack(env.DB, endpoint.id, claim, left, outside.now()),
    ...(last?.lastStatus === GONE ? disableGone(env.DB, endpoint.id, outside.now()) : []),
  ]);
}

/** Sends an event, signed as of now. */
async function attempt(
  url: string,
  secrets: EndpointSecrets | null,
  event: EventRow,
  { fetch, now }: Outside,
): Promise<Answer> {
  if (secrets === null)
    return { status: null, error: "the secret can't be opened: VISITOR_KEY was changed; rotate it" };
  const body = JSON.stringify(presentEvent(event));
  const time = now();
  const headers = await signatureHeaders(signingSecrets(secrets, time), eventId(event.seq), body, time);
  return send(fetch, url, headers, body);
}

function outcomeOf({ status, error }: Answer, attempts: number, { now, random }: Outside): Omit<Outcome, "seq"> {
  const time = now();
  const tried = { attempts, lastStatus: status, lastError: error };
  if (error === null) return { ...tried, status: "delivered", nextAt: null, deliveredAt: time };
  const nextAt = status === GONE ? null : nextAttemptAt(attempts, time, random());
  return { ...tried, status: nextAt === null ? "dead" : "pending", nextAt, deliveredAt: null };
}

/** Raises the alarm that an endpoint doesn't take what it is sent. Its URL's path may be a secret, so only its host is told. */
async function tellDead(d1: D1Database, { id, url }: Turn["endpoint"], status: number | null, now: number) {
  await raiseAlarm(d1, { kind: "webhook_dead", subject: id, detail: { host: new URL(url).host, status } }, now);
}
