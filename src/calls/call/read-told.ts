import { nearestName } from "../../ground/http/nearest.ts";
import { isOneLine } from "../../ground/http/one-line.ts";
import { CALL_STATUSES, type CallFacts, type CallStatus } from "../../ground/model/call.ts";
import { phoneOf } from "../../ground/phone.ts";
import { isDate, startOf } from "../../ground/time/moment.ts";
import { CLOCK_AHEAD_MS, isRecord, type Refusal } from "../../sales/capture/read-order.ts";
import { customerOf, redactName } from "../../sales/capture/redact.ts";
import { outlineOf } from "../../shops/fields.ts";
import { MAX_TAG, MAX_TAGS, tagsOf } from "../carrier/read-callrail.ts";
import { callerOf, FORMS, MAX_CALL_ID, secondsOf } from "../carrier/told.ts";

/** A field that came with a call and isn't used: its name, never its value. */
export interface UnusedField {
  field: string;
  nearest?: string;
  reason: "unknown" | "malformed";
}

/** A call that a store's server tells of, read; caller, customer and click are as they came. */
export interface ToldByServer {
  externalId: string;
  facts: Omit<CallFacts, "callerHash" | "customerHash" | "click">;
  /** E.164; `null`: withheld, or no number; left out: it isn't said. */
  caller?: string | null;
  customerId: string | null;
  click: string | null;
  kept: Record<string, unknown>;
  unused: UnusedField[];
}

const FIELDS = [
  "callId",
  "number",
  "caller",
  "direction",
  "status",
  "startedAt",
  "answeredAt",
  "endedAt",
  "talkSeconds",
  "durationSeconds",
  "sequence",
  "customerId",
  "clickId",
  "tags",
];

const MEANT = new Map([
  ["id", "callId"],
  ["from", "caller"],
  ["callernumber", "caller"],
  ["to", "number"],
  ["called", "number"],
  ["duration", "durationSeconds"],
  ["talktime", "talkSeconds"],
  ["start", "startedAt"],
  ["end", "endedAt"],
]);

/** What is kept of a body that can't be used. */
const KEPT = { status: FORMS.word, startedAt: FORMS.time, endedAt: FORMS.time, sequence: FORMS.seconds } as const;

/** Names of unused fields that one answer has at most. */
const MAX_UNUSED = 20;

/** The first fault ends the reading. */
class Fault extends Error {
  readonly refusal: Refusal;

  constructor(code: string, path: string, detail: string) {
    super(detail);
    this.refusal = { code, path, detail };
  }
}

/**
 * Reads what a store's server tells of a call, which came at `receivedAt` (ms UTC). `null` counts as left out. Never
 * throws.
 */
export function readToldCall(
  body: unknown,
  receivedAt: number,
): { call: ToldByServer } | { refused: Refusal; kept: Record<string, unknown> } {
  try {
    if (!isRecord(body)) throw new Fault("malformed", "", "A call is a JSON object.");
    return { call: callOfBody(body, receivedAt) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { refused: error.refusal, kept: isRecord(body) ? outlineOf(body, KEPT) : {} };
  }
}

function callOfBody(body: Record<string, unknown>, receivedAt: number): ToldByServer {
  const externalId = callIdOf(body["callId"]);
  const number = phoneOf(typeof body["number"] === "string" ? body["number"] : "");
  if (number === null) {
    throw new Fault("bad_number", "number", "must be a phone number with its country, such as +49 30 1234567");
  }
  const status = CALL_STATUSES.find((known) => known === body["status"]);
  if (status === undefined) {
    throw new Fault("bad_status", "status", `must be one of ${CALL_STATUSES.join(", ")}`);
  }
  const direction = directionOf(body["direction"]);
  const startedAt = timeOf(body, "startedAt", receivedAt);
  if (startedAt === undefined) throw new Fault("bad_time", "startedAt", "is missing");
  const [answeredAt, endedAt] = [timeOf(body, "answeredAt", receivedAt), timeOf(body, "endedAt", receivedAt)];
  refuseDisorder([startedAt, answeredAt, endedAt]);
  const sequence = wholeOf(body, "sequence") ?? null;
  const said = {
    direction,
    status,
    startedAt,
    ...(answeredAt !== undefined && { answeredAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...secondsIn(body, "talkSeconds"),
    ...secondsIn(body, "durationSeconds"),
    ...tagsIn(body["tags"]),
  };
  const { caller, customerId, clickId } = body;
  return {
    externalId,
    facts: { sequence, time: timeFor(status, said), number, ...said },
    ...(caller != null && { caller: callerOf(caller) }),
    customerId: customerId == null ? null : customerOf(customerId),
    click: typeof clickId === "string" && clickId !== "" ? clickId : null,
    kept: { callId: externalId, number, sequence, ...said },
    unused: unusedOf(body),
  };
}

/** To the letter: messages of a call meet by it. */
function callIdOf(value: unknown): string {
  const id = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  if (id == null || id === "") throw new Fault("missing_call_id", "callId", "is missing");
  const isText = typeof id === "string" && isOneLine(id) && id.isWellFormed() && id.trim() !== "";
  if (!isText || id.length > MAX_CALL_ID) {
    throw new Fault("bad_call_id", "callId", `must be a text of 1 to ${MAX_CALL_ID} characters on one line`);
  }
  // It is kept as it is, and nobody's number is.
  if (phoneOf(id) !== null || id.includes("@")) {
    throw new Fault("bad_call_id", "callId", "must be an id of the call, and of nobody: no phone number or address");
  }
  return id;
}

function directionOf(value: unknown): "inbound" | "outbound" {
  if (value == null || value === "inbound") return "inbound";
  if (value === "outbound") return value;
  throw new Fault("bad_direction", "direction", "must be inbound or outbound");
}

function timeOf(body: Record<string, unknown>, path: string, receivedAt: number): number | undefined {
  const value = body[path];
  if (value == null) return undefined;
  const time = typeof value === "string" && !isDate(value) ? startOf(value) : null;
  if (time === null) {
    throw new Fault("bad_time", path, "must be a time with its offset such as 2026-11-21T09:00:00Z; none before 1970");
  }
  if (time > receivedAt + CLOCK_AHEAD_MS) throw new Fault("future_time", path, "must not be in the future");
  return time;
}

function refuseDisorder([startedAt = 0, answeredAt, endedAt]: readonly (number | undefined)[]): void {
  if ((answeredAt ?? startedAt) < startedAt) throw new Fault("bad_time", "answeredAt", "must not be before startedAt");
  if (endedAt !== undefined && endedAt < (answeredAt ?? startedAt)) {
    throw new Fault("bad_time", "endedAt", "must not be before startedAt and answeredAt");
  }
}

/** When what is said became true. */
function timeFor(status: CallStatus, times: { startedAt: number; answeredAt?: number; endedAt?: number }): number {
  if (status === "ringing") return times.startedAt;
  return times.endedAt ?? times.answeredAt ?? times.startedAt;
}

function secondsIn(body: Record<string, unknown>, path: "talkSeconds" | "durationSeconds"): Partial<CallFacts> {
  if (body[path] == null) return {};
  const seconds = secondsOf(body[path]);
  if (seconds === undefined) throw new Fault("bad_seconds", path, "must be whole seconds, of four days at most");
  return { [path]: seconds };
}

function wholeOf(body: Record<string, unknown>, path: string): number | undefined {
  const value = body[path];
  if (value == null) return undefined;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Fault("bad_sequence", path, "must be a whole number of 0 or more");
}

function tagsIn(value: unknown): Partial<CallFacts> {
  if (value == null) return {};
  const isList = Array.isArray(value) && value.length <= MAX_TAGS;
  if (!isList || value.some((tag) => typeof tag !== "string" || tag.length > MAX_TAG)) {
    throw new Fault("bad_tags", "tags", `must be a list of ${MAX_TAGS} texts at most, of ${MAX_TAG} characters each`);
  }
  return { tags: tagsOf(value) ?? [] };
}

function unusedOf(body: Record<string, unknown>): UnusedField[] {
  const unknown = Object.keys(body).filter((name) => !FIELDS.includes(name));
  const found = unknown.slice(0, MAX_UNUSED).map((name): UnusedField => {
    const nearest = nearestName(name, FIELDS, MEANT);
    return { field: redactName(name).slice(0, 64), ...(nearest !== undefined && { nearest }), reason: "unknown" };
  });
  const { caller, customerId, clickId } = body;
  const malformed = [
    caller != null && caller !== "" && callerOf(caller) === null ? "caller" : null,
    customerId != null && customerOf(customerId) === null ? "customerId" : null,
    clickId != null && clickId !== "" && typeof clickId !== "string" ? "clickId" : null,
  ].filter((field) => field !== null);
  return [...found, ...malformed.map((field): UnusedField => ({ field, reason: "malformed" }))];
}
