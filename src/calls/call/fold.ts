import { type CallFacts, type CallStatus } from "../../ground/model/call.ts";

/** A call as all that was told of it says together; `null`: nothing says it. */
export interface FoldedCall {
  direction: "inbound" | "outbound";
  status: CallStatus;
  /** ms UTC. */
  startedAt: number;
  answeredAt: number | null;
  endedAt: number | null;
  durationSeconds: number | null;
  /** Of one that ended without an answer: 0. */
  talkSeconds: number | null;
  number: string | null;
  callerHash: string | null;
  callerCountry: string | null;
  click: { clickId: string; linkId: string; time: number } | null;
  customerHash: string | null;
  tags: string[];
}

/** How much a status says against others of the same standing. */
const WEIGHT: Readonly<Record<CallStatus, number>> = {
  ringing: 0,
  in_progress: 1,
  failed: 2,
  missed: 3,
  busy: 4,
  voicemail: 5,
  completed: 6,
};

/** Whether a call of this status is over. */
export function isEnded(status: CallStatus): boolean {
  return status !== "ringing" && status !== "in_progress";
}

/** Whether a call counts as one that somebody meant: it was answered, and they talked for so long (s). */
export function isQualified(
  { status, talkSeconds }: Pick<FoldedCall, "status" | "talkSeconds">,
  seconds: number,
): boolean {
  return status === "completed" && (talkSeconds ?? 0) >= seconds;
}

/**
 * What messages of one call come to, one at least, in whichever order they came and however often. What ends a call
 * stands against what doesn't, a message about who picked up against one about the line, then the carrier's own count
 * of its messages, then what says more, then the later one.
 */
export function callOf(events: readonly CallFacts[]): FoldedCall {
  const direction = directionOf(events);
  // What is told of the leg to whom the call was put through has numbers, a beginning and an end of its own.
  const own = events.filter((facts) => (facts.direction ?? direction) === direction);
  const legs = events.filter((facts) => (facts.direction ?? direction) !== direction);
  const isAnswered = wasAnswered(own, legs);
  const status = statusOf(own, legs, isAnswered);
  const durationSeconds = said(own, "durationSeconds");
  const told = isEnded(status) ? (said(own, "endedAt") ?? said(legs, "endedAt")) : null;
  const startedAt = startedAtOf(own.length > 0 ? own : events, told, durationSeconds);
  const endedAt = told ?? (isEnded(status) && durationSeconds !== null ? startedAt + durationSeconds * 1000 : null);
  const answeredAt = isAnswered || status === "completed" ? answeredAtOf(own, legs) : null;
  const talk = { status, answeredAt, endedAt: said(legs, "endedAt") ?? endedAt, durationSeconds };
  return {
    direction,
    status,
    startedAt,
    answeredAt,
    endedAt,
    durationSeconds: durationSeconds ?? (endedAt === null ? null : secondsBetween(startedAt, endedAt)),
    talkSeconds: talkOf(events, talk),
    number: said(own, "number"),
    callerHash: said(own, "callerHash"),
    callerCountry: said(own, "callerCountry"),
    click: said(own, "click"),
    customerHash: said(own, "customerHash"),
    tags: said(own, "tags") ?? [],
  };
}

/** What is put through has an outbound leg: one that came in is inbound, whatever its legs are. */
function directionOf(events: readonly CallFacts[]): FoldedCall["direction"] {
  return events.some(({ direction }) => direction === "inbound") ||
    events.every(({ direction }) => direction === undefined)
    ? "inbound"
    : "outbound";
}

/** Whether somebody picked up. Where a leg was called, that it is connected to the carrier is nobody's doing. */
function wasAnswered(own: readonly CallFacts[], legs: readonly CallFacts[]): boolean {
  const told = [...own, ...legs].filter(({ answered }) => answered !== undefined);
  if (told.length > 0) return told.some(({ answered }) => answered === true);
  return legs.length === 0 && own.some(({ answeredAt }) => answeredAt !== undefined);
}

function statusOf(own: readonly CallFacts[], legs: readonly CallFacts[], isAnswered: boolean): CallStatus {
  // That a leg is over is not the end of the call, unless it says what became of it.
  const events = [...own, ...legs.filter(({ answered }) => answered !== undefined)];
  const status = last(
    events.filter((facts) => facts.status !== undefined),
    ({ status = "ringing", answered, sequence, time }) => [
      isEnded(status) ? 1 : 0,
      // Of several who were called one may have picked up.
      answered === undefined ? 0 : answered ? 2 : 1,
      sequence ?? -1,
      WEIGHT[status],
      time,
    ],
  )?.status;
  if (status === undefined) return "ringing";
  if (!isEnded(status)) return status;
  if (isAnswered) return events.some(({ answered }) => answered === true) ? "completed" : status;
  const isUnanswered =
    legs.length > 0 || events.some(({ answered, awaitsAnswer }) => answered === false || awaitsAnswer === true);
  return status === "completed" && isUnanswered ? "missed" : status;
}

/** When somebody picked up: where a message is about just that, by it alone. */
function answeredAtOf(own: readonly CallFacts[], legs: readonly CallFacts[]): number | null {
  const told = [...own, ...legs].filter(({ answeredAt }) => answeredAt !== undefined);
  const pickedUp = told.filter(({ answered }) => answered === true);
  return said(pickedUp.length > 0 ? pickedUp : told, "answeredAt");
}

/** As it is told, or else by its end, or else by the first message that came of it. */
function startedAtOf(own: readonly CallFacts[], endedAt: number | null, durationSeconds: number | null): number {
  const told = said(own, "startedAt");
  if (told !== null) return told;
  if (endedAt !== null && durationSeconds !== null) return endedAt - durationSeconds * 1000;
  return Math.min(...own.map(({ time }) => time));
}

function talkOf(
  events: readonly CallFacts[],
  call: Pick<FoldedCall, "status" | "answeredAt" | "endedAt" | "durationSeconds">,
): number | null {
  const { status, answeredAt, endedAt, durationSeconds } = call;
  if (!isEnded(status)) return null;
  if (status !== "completed") return 0;
  const told = said(events, "talkSeconds");
  if (told !== null) return told;
  if (answeredAt !== null && endedAt !== null) return secondsBetween(answeredAt, endedAt);
  // Who answers without anybody being called, such as a person at the line itself, talks from the beginning.
  return events.some(({ awaitsAnswer }) => awaitsAnswer === true) ? null : durationSeconds;
}

function secondsBetween(from: number, to: number): number {
  return Math.max(0, Math.round((to - from) / 1000));
}

/** What the last message says of something that says anything of it. */
function said<Name extends keyof CallFacts>(
  events: readonly CallFacts[],
  name: Name,
): NonNullable<CallFacts[Name]> | null {
  const found = last(
    events.filter((facts) => facts[name] != null),
    ({ status, answered, sequence, time }) => [
      answered === true ? 1 : 0,
      sequence ?? -1,
      status !== undefined && isEnded(status) ? 1 : 0,
      time,
    ],
  );
  return found?.[name] ?? null;
}

/** The message with the greatest rank; of several that say different things, always the same one. */
function last(events: readonly CallFacts[], rankOf: (facts: CallFacts) => readonly number[]): CallFacts | undefined {
  let best: { facts: CallFacts; rank: readonly number[]; text: string } | undefined;
  for (const facts of events) {
    const one = { facts, rank: rankOf(facts), text: JSON.stringify(sorted(facts)) };
    if (best === undefined || isAfter(one, best)) best = one;
  }
  return best?.facts;
}

function isAfter(a: { rank: readonly number[]; text: string }, b: { rank: readonly number[]; text: string }): boolean {
  for (const [place, value] of a.rank.entries()) {
    const other = b.rank[place] ?? 0;
    if (value !== other) return value > other;
  }
  return a.text > b.text;
}

/** In one order of names, whichever a text of them had. */
function sorted(facts: CallFacts): unknown {
  return Object.entries(facts).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
