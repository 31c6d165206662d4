import type { CallFacts } from "../../ground/model/call.ts";
import { phoneOf } from "../../ground/phone.ts";

/** What a message says of a call, with who called, and the caller's page, as they came: neither is kept so. */
export interface ToldCall {
  facts: Omit<CallFacts, "callerHash" | "click" | "customerHash">;
  /** E.164; `null`: withheld; left out: the message doesn't say. */
  caller?: string | null | undefined;
  /** The address of a page that may have a click token in its query. */
  landing?: string | undefined;
}

/** A carrier's message, read. */
export interface ReadMessage {
  /** The carrier's id of the call; empty: it says none. */
  externalId: string;
  /** `null`: it tells of no call that can be used, as `reason` says. */
  told: ToldCall | null;
  /** Why it isn't used: `isRefused` if it should have told of one. */
  reason: { code: string; detail: string; isRefused: boolean } | null;
  /** What of it is kept for whoever looks for a mistake: nothing of a person. */
  kept: Record<string, unknown>;
}

/** Longest id of a call. */
export const MAX_CALL_ID = 200;

/** Calls are not longer than this, s: four days. */
const MAX_SECONDS = 345_600;

/** How far ahead of ours a carrier's clock may be, or the zone that it forgets to name, ms. */
const AHEAD_MS = 86_400_000;

/** What an id of a carrier's may have in it: of anything else nothing is kept. */
export const ID_FORM = /^[\w:.=+/-]{1,200}$/;

/** What words, numbers, times and countries of a carrier's look like: of fields that don't, nothing is kept. */
export const FORMS = {
  id: ID_FORM,
  word: /^[\w-]{1,40}$/,
  seconds: /^\d{1,7}$/,
  time: /^[\w:.,+ -]{1,40}$/,
  country: /^[A-Z]{2}$/,
  phone: /^\+?[\d ().-]{3,24}$/,
} as const;

/** The reading of a message that should tell of a call, and can't be used. */
export function refused(externalId: string, code: string, detail: string, kept: Record<string, unknown>): ReadMessage {
  return { externalId, told: null, reason: { code, detail, isRefused: true }, kept };
}

/** The reading of a message that is about something else. */
export function ignored(externalId: string, detail: string, kept: Record<string, unknown>): ReadMessage {
  return { externalId, told: null, reason: { code: "not_a_call", detail, isRefused: false }, kept };
}

/**
 * A reading whose times a call can be at that is told of at `receivedAt` (ms UTC); of others it is told that they can't.
 * None is so far off that it couldn't be written as a date.
 */
export function inTime(read: ReadMessage, receivedAt: number): ReadMessage {
  if (read.told === null) return read;
  const { time, startedAt = time, answeredAt = time, endedAt = time } = read.told.facts;
  const isPossible = (at: number, most: number): boolean => at >= 0 && at <= most;
  const most = receivedAt + AHEAD_MS;
  const isCalls = [time, startedAt, answeredAt].every((at) => isPossible(at, most));
  if (isCalls && isPossible(endedAt, most + MAX_SECONDS * 1_000)) return read;
  return refused(read.externalId, "bad_time", "It is of a time that no call can be at.", read.kept);
}

/** Seconds of a text or a number; nothing for what can't be how long a call was. */
export function secondsOf(value: unknown): number | undefined {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || !/^\d{1,7}$/.test(text)) return undefined;
  return Number(text) <= MAX_SECONDS ? Number(text) : undefined;
}

/** Numbers that carriers write where a caller's is withheld: the words ANONYMOUS, RESTRICTED, BLOCKED, … on a keypad. */
const WITHHELD = new Set(["+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"]);

/** A caller's number, E.164; `null` for one that is withheld, or is no number. */
export function callerOf(value: unknown): string | null {
  const text = typeof value === "string" ? value : "";
  return WITHHELD.has(text.trim()) ? null : phoneOf(text);
}

/** A country's code; nothing for what is none. */
export function countryOf(value: unknown): string | undefined {
  return typeof value === "string" && FORMS.country.test(value) ? value : undefined;
}
