import type { CallFacts } from "../../ground/model/call.ts";
import { phoneOf } from "../../ground/phone.ts";
import { redactName } from "../../sales/capture/redact.ts";
import { idOf, lineText, outlineOf, recordOf } from "../../shops/fields.ts";
import { callerOf, countryOf, FORMS, ID_FORM, ignored, type ReadMessage, refused, secondsOf } from "./told.ts";

/**
 * Messages of older calls are not taken, days. Its signature has no time of its own, and `timestamp` is the call's: who
 * comes by an old message can't bring it back after that. People tag calls within days, rarely weeks, and a message of
 * a call that is told again tells nothing new, so that more would gain nothing.
 */
export const CALLRAIL_DAYS = 30;
const DAY_MS = 86_400_000;

/** Most tags of a call, and characters of one. */
export const MAX_TAGS = 50;
export const MAX_TAG = 100;

const FLAG = /^(?:true|false)$/;

const KEPT = {
  resource_id: FORMS.id,
  id: FORMS.id,
  company_resource_id: FORMS.id,
  tracker_resource_id: FORMS.id,
  direction: FORMS.word,
  call_type: FORMS.word,
  duration: FORMS.seconds,
  recording_duration: FORMS.seconds,
  start_time: FORMS.time,
  created_at: FORMS.time,
  timestamp: FORMS.time,
  tracking_phone_number: FORMS.phone,
  lead_status: FORMS.word,
  customer_country: FORMS.country,
} as const;

/** Reads a message of CallRail's: before, during and after a call, or once it was changed. */
export function readCallRail(body: unknown, receivedAt: number): ReadMessage {
  const said = recordOf(body) ?? {};
  const flags = Object.fromEntries(
    ["answered", "voicemail"].flatMap((name) => (FLAG.test(String(said[name])) ? [[name, said[name] === true]] : [])),
  );
  const tags = tagsOf(said["tags"]);
  const kept = { ...outlineOf(said, KEPT), ...flags, ...(tags !== undefined && { tags }) };
  const id = typeof said["resource_id"] === "string" ? said["resource_id"] : idOf(said["id"]);
  if (typeof id !== "string" || !ID_FORM.test(id)) {
    return refused("", "missing_call_id", "It names no call: neither resource_id nor id.", kept);
  }
  // Its messages of texts and forms have the same names of fields.
  if (said["start_time"] === undefined && said["answered"] === undefined) {
    return ignored(id, "It is about no call.", kept);
  }
  const startedAt = timeOf(said["start_time"]);
  const time = timeOf(said["timestamp"]) ?? timeOf(said["created_at"]) ?? startedAt;
  if (startedAt === undefined || time === undefined) return refused(id, "bad_time", "Its start_time is no time.", kept);
  if (time < receivedAt - CALLRAIL_DAYS * DAY_MS) {
    return refused(id, "too_old", `It is of a call more than ${CALLRAIL_DAYS} days ago.`, kept);
  }
  const isOutbound = said["direction"] === "outbound";
  const number = phoneOf(lineText(said["tracking_phone_number"]) ?? "");
  const facts: CallFacts = {
    sequence: placeOf(said),
    time,
    direction: isOutbound ? "outbound" : "inbound",
    startedAt,
    callerCountry: countryOf(said["customer_country"]),
    ...(number !== null && { number }),
    ...(tags !== undefined && { tags }),
    ...statusOf(said, startedAt),
  };
  const landing = lineText(said["landing_page_url"]) === null ? undefined : String(said["landing_page_url"]);
  const caller = callerOf(said["customer_phone_number"] ?? said["callernum"]);
  return { externalId: id, told: { facts, caller, landing }, reason: null, kept };
}

/** Which of the messages of a call it is: before it is over 0, after it 1, once it was changed 2. */
function placeOf(said: Record<string, unknown>): number {
  if (Array.isArray(said["changes"])) return 2;
  return isOver(said) ? 1 : 0;
}

/** Only what comes after a call has what people made of it; one that begins looks like one that was missed. */
function isOver(said: Record<string, unknown>): boolean {
  return "lead_status" in said || "value" in said || (secondsOf(said["duration"]) ?? 0) > 0;
}

function statusOf(said: Record<string, unknown>, startedAt: number): Partial<CallFacts> {
  if (!isOver(said) && placeOf(said) === 0) return { status: "ringing" };
  const seconds = secondsOf(said["duration"]);
  const lasted = seconds === undefined ? {} : { durationSeconds: seconds, endedAt: startedAt + seconds * 1000 };
  if (said["voicemail"] === true) return { status: "voicemail", ...lasted };
  if (said["answered"] !== true) return { status: "missed", answered: false, ...lasted };
  return { status: "completed", answered: true, ...lasted, ...(seconds !== undefined && { talkSeconds: seconds }) };
}

/** Tags, each once and in order, without what looks like a person. */
export function tagsOf(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const lines = value.flatMap((tag: unknown) => lineText(tag) ?? []);
  return [...new Set(lines.map((line) => redactName(line).slice(0, MAX_TAG)))].toSorted().slice(0, MAX_TAGS);
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === "string" && FORMS.time.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
