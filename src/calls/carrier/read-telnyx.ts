import type { CallFacts, CallStatus } from "../../ground/model/call.ts";
import { phoneOf } from "../../ground/phone.ts";
import { outlineOf, recordOf } from "../../shops/fields.ts";
import { callerOf, FORMS, ID_FORM, ignored, type ReadMessage, refused } from "./told.ts";

/** Events of Call Control that say where a call stands. */
const EVENTS: ReadonlySet<string> = new Set(["call.initiated", "call.answered", "call.hangup"]);

/** Why a call was ended, where that alone says what became of it. */
const CAUSES: Readonly<Record<string, CallStatus>> = {
  user_busy: "busy",
  call_rejected: "busy",
  timeout: "missed",
  no_answer: "missed",
  originator_cancel: "missed",
  time_limit: "completed",
  normal_clearing: "completed",
};

/** What is kept of an event, and of its payload. */
const KEPT = { id: FORMS.id, event_type: /^[a-z._]{1,60}$/, occurred_at: FORMS.time } as const;
const KEPT_OF_CALL = {
  call_session_id: FORMS.id,
  call_leg_id: FORMS.id,
  connection_id: FORMS.id,
  direction: FORMS.word,
  state: FORMS.word,
  hangup_cause: FORMS.word,
  hangup_source: FORMS.word,
  start_time: FORMS.time,
  end_time: FORMS.time,
} as const;

/** Reads an event of Telnyx's Call Control. All legs of a session are one call: the one that came in, if one did. */
export function readTelnyx(body: unknown): ReadMessage {
  const data = recordOf(recordOf(body)?.["data"]) ?? {};
  const payload = recordOf(data["payload"]) ?? {};
  const { direction, from, to } = payload;
  const isLeg = direction === "outgoing" || direction === "outbound";
  const kept = {
    ...outlineOf(data, KEPT),
    // Of an outgoing leg the one who calls may be the caller, whom it was put through for.
    payload: { ...outlineOf(payload, KEPT_OF_CALL), ...(isLeg ? {} : outlineOf({ to }, { to: FORMS.phone })) },
  };
  const id = payload["call_session_id"];
  const event = data["event_type"];
  const externalId = typeof id === "string" && ID_FORM.test(id) ? id : "";
  if (typeof event !== "string" || !EVENTS.has(event)) {
    return ignored(externalId, "It is no event that says where a call stands.", kept);
  }
  if (externalId === "") return refused("", "missing_call_id", "It names no call_session_id.", kept);
  const time = timeOf(data["occurred_at"]);
  if (time === undefined) return refused(externalId, "bad_time", "Its occurred_at is no time.", kept);
  const number = phoneOf(isLeg ? text(from) : text(to));
  const facts: CallFacts = {
    sequence: null,
    time,
    direction: isLeg ? "outbound" : "inbound",
    ...(number !== null && { number }),
    ...(timeOf(payload["start_time"]) !== undefined && { startedAt: timeOf(payload["start_time"]) }),
  };
  const caller = isLeg ? undefined : callerOf(from);
  const said = { ...facts, ...ofEvent(event, payload, isLeg, time) };
  return { externalId, told: { facts: said, caller }, reason: null, kept };
}

function ofEvent(
  event: string,
  { hangup_cause: cause, end_time }: Record<string, unknown>,
  isLeg: boolean,
  time: number,
): Partial<CallFacts> {
  if (event === "call.initiated") return { status: "ringing", startedAt: time };
  // Of the leg that came in, an answer may be a machine's that puts through.
  if (event === "call.answered") return { status: "in_progress", answeredAt: time, ...(isLeg && { answered: true }) };
  const named = typeof cause === "string" && Object.hasOwn(CAUSES, cause) ? CAUSES[cause] : undefined;
  const status = named ?? "failed";
  return {
    status,
    endedAt: timeOf(end_time) ?? time,
    // A hang-up is the same whether somebody had picked up or not.
    ...(status === "completed" && { awaitsAnswer: true }),
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === "string" && FORMS.time.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
