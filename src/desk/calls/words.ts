import type { CallMatch, CallStatus } from "../../ground/model/call.ts";
import type { Tone } from "../frame/parts.tsx";

/** What statuses of calls are called, and how much each wants to be looked at. */
export const CALL_STATUS: Readonly<Record<CallStatus, readonly [string, Tone]>> = {
  ringing: ["Ringing", "wait"],
  in_progress: ["Under way", "wait"],
  completed: ["Completed", "good"],
  missed: ["Missed", "bad"],
  busy: ["Busy", "bad"],
  voicemail: ["Voicemail", "wait"],
  failed: ["Failed", "bad"],
};

/** How a call was matched with what it came from. */
export const CALL_MATCH: Readonly<Record<CallMatch, string>> = {
  lease: "One visitor was shown the number",
  static: "The number stood for one source",
  ambiguous: "Two visitors may have had the number",
  none: "Nothing says what it came from",
};

/** A duration in seconds as people say it: 75 is "1:15". */
export function minutes(seconds: number | null): string {
  if (seconds === null) return "–";
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
