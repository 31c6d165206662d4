import type { CallFacts, CallStatus } from "../../ground/model/call.ts";
import { phoneOf } from "../../ground/phone.ts";
import { outlineOf } from "../../shops/fields.ts";
import { callerOf, countryOf, FORMS, ID_FORM, type ReadMessage, refused, secondsOf } from "./told.ts";

/** Where a call of Twilio's stands, as a call of ours. */
const STATUSES: Readonly<Record<string, CallStatus>> = {
  queued: "ringing",
  initiated: "ringing",
  ringing: "ringing",
  "in-progress": "in_progress",
  completed: "completed",
  busy: "busy",
  "no-answer": "missed",
  canceled: "missed",
  failed: "failed",
};

/** Directions of calls that the store makes, by a trunk of its own too. */
const OUTBOUND = /^(?:outbound|trunking-terminating)/;

/** What became of whom a caller was put through to; `answered` is what TeXML says of one that goes on. */
const DIALLED: Readonly<Record<string, CallStatus>> = {
  ...STATUSES,
  answered: "completed",
  "in-progress": "completed",
};

/** What is kept of a message: all that says what happened, and to the store's own number. */
const KEPT = {
  AccountSid: FORMS.id,
  CallSid: FORMS.id,
  ParentCallSid: FORMS.id,
  DialCallSid: FORMS.id,
  CallStatus: FORMS.word,
  DialCallStatus: FORMS.word,
  CallbackSource: FORMS.word,
  Direction: FORMS.word,
  SequenceNumber: FORMS.seconds,
  CallDuration: FORMS.seconds,
  Duration: FORMS.seconds,
  DialCallDuration: FORMS.seconds,
  Timestamp: FORMS.time,
  FromCountry: FORMS.country,
  ApiVersion: FORMS.time,
} as const;

/** A form's fields by their names. One that came with two values has none that counts. */
export function formFields(body: Uint8Array): Record<string, unknown> {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of new URLSearchParams(new TextDecoder().decode(body))) {
    values.set(name, (values.get(name) ?? new Set()).add(value));
  }
  return Object.fromEntries([...values].map(([name, known]) => [name, known.size === 1 ? [...known][0] : [...known]]));
}

/**
 * Reads a message of Twilio's, or of TeXML, which speaks alike: of a call that came in, of what became of its `<Dial>`,
 * or of the leg that was called by that. `receivedAt` (ms UTC) is when what has no time of its own happened.
 */
export function readTwilio(fields: Record<string, unknown>, receivedAt: number): ReadMessage {
  const { CallSid, ParentCallSid, CallStatus, DialCallStatus, Direction, To, From } = fields;
  const isLeg = typeof ParentCallSid === "string" && ParentCallSid !== "";
  const isOutbound = !isLeg && typeof Direction === "string" && OUTBOUND.test(Direction);
  // Of one that came in alone it is certain which of the two is the store's.
  const isInbound = !isLeg && !isOutbound;
  const kept = { ...outlineOf(fields, KEPT), ...(isInbound && outlineOf({ To }, { To: FORMS.phone })) };
  const id = isLeg ? ParentCallSid : CallSid;
  if (typeof id !== "string" || !ID_FORM.test(id)) return refused("", "missing_call_id", "It names no CallSid.", kept);
  const status = statusOf(STATUSES, CallStatus);
  if (status === undefined) return refused(id, "bad_status", "Its CallStatus is none that is known.", kept);
  const at = timeOf(fields["Timestamp"]);
  if (at === null) return refused(id, "bad_time", "Its Timestamp is no time.", kept);
  const time = at ?? receivedAt;
  const said = { time, sequence: isLeg ? null : (secondsOf(fields["SequenceNumber"]) ?? null) };
  const duration = secondsOf(fields["CallDuration"]);
  const done = (facts: CallFacts, caller?: string | null): ReadMessage => ({
    externalId: id,
    told: { facts, caller },
    reason: null,
    kept,
  });

  if (isLeg) return done({ ...said, direction: "outbound", ...ofLeg(status, at, duration) });
  const dialled = statusOf(DIALLED, DialCallStatus);
  const number = phoneOf(typeof To === "string" && !isOutbound ? To : typeof From === "string" ? From : "");
  const base: CallFacts = {
    ...said,
    direction: isOutbound ? "outbound" : "inbound",
    ...(number !== null && { number }),
    ...(!isOutbound && { callerCountry: countryOf(fields["FromCountry"]) }),
  };
  const caller = isOutbound ? callerOf(To) : callerOf(From);
  const talkSeconds = secondsOf(fields["DialCallDuration"]);
  // A voice request, which we answer by putting the caller through: see `answer.ts`.
  const awaitsAnswer = isVoiceRequest(fields);
  const ended = isEnd(status) && at !== undefined ? { endedAt: at } : {};
  return done(
    {
      ...base,
      status: dialled ?? status,
      ...ended,
      ...(isEnd(status) && duration !== undefined && { durationSeconds: duration }),
      ...(awaitsAnswer && { awaitsAnswer }),
      ...(dialled !== undefined && { answered: dialled === "completed" }),
      ...(dialled === "completed" && talkSeconds !== undefined && { talkSeconds }),
    },
    caller,
  );
}

/** Whether a message asks what is to be done with a call that comes in, and isn't only told of one. */
export function isVoiceRequest({ CallbackSource, DialCallStatus, ParentCallSid, ...fields }: Record<string, unknown>) {
  const { CallStatus, Direction } = fields;
  if (CallbackSource !== undefined || DialCallStatus !== undefined || ParentCallSid !== undefined) return false;
  return (CallStatus === "ringing" || CallStatus === "in-progress") && (Direction ?? "inbound") === "inbound";
}

/** What is said of the leg to whom a caller was put through: its own duration is from when it was answered. */
function ofLeg(status: CallStatus, at: number | undefined, duration: number | undefined): Partial<CallFacts> {
  if (status === "in_progress") return { status, answered: true, ...(at !== undefined && { answeredAt: at }) };
  if (status === "ringing") return {};
  const ended = at === undefined ? {} : { endedAt: at };
  if (status === "completed") {
    return { status, answered: true, ...ended, ...(duration !== undefined && { talkSeconds: duration }) };
  }
  return { status, answered: false, ...ended };
}

function isEnd(status: CallStatus): boolean {
  return status !== "ringing" && status !== "in_progress";
}

function statusOf(known: Readonly<Record<string, CallStatus>>, value: unknown): CallStatus | undefined {
  return typeof value === "string" && Object.hasOwn(known, value) ? known[value] : undefined;
}

/** RFC 2822 of Twilio's, ISO 8601 of TeXML's; nothing if it isn't said, `null` for what is no time. */
function timeOf(value: unknown): number | undefined | null {
  if (value === undefined || value === "") return undefined;
  if (typeof value !== "string" || !FORMS.time.test(value)) return null;
  const time = Date.parse(value.replace(/^(\d{4}-\d\d-\d\d) (?=\d)/, "$1T"));
  return Number.isNaN(time) ? null : time;
}
