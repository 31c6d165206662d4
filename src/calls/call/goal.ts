import type { calls } from "../../ground/db/schema/call.ts";
import type { CallStatus } from "../../ground/model/call.ts";
import type { CountEvent } from "../../conversions/count/work.ts";

/** The parts of a call that others are told of. */
export type DueCall = Pick<
  typeof calls.$inferSelect,
  | "id"
  | "storeId"
  | "number"
  | "direction"
  | "status"
  | "startedAt"
  | "endedAt"
  | "talkSeconds"
  | "callerHash"
  | "callerCountry"
  | "channel"
  | "visitorHash"
  | "customerHash"
  | "customerTrust"
  | "version"
> & {
  /** When it is taken up again unless it is done by then, ms UTC: by it what is heard of it meanwhile is told. */
  mark: number;
};

const GOING_ON: ReadonlySet<CallStatus> = new Set(["ringing", "in_progress"]);

/** Whether a call is over. */
export function hasEnded({ status }: Pick<DueCall, "status">): boolean {
  return !GOING_ON.has(status);
}

/**
 * A call as an event that definitions may ask for; `null`: it isn't over, or it was the store that called. How long
 * somebody talked is said only where somebody did, so that no missed call is a talk of 0 seconds.
 */
export function callGoal(call: DueCall): CountEvent | null {
  const { id, storeId, number, status, talkSeconds, channel } = call;
  if (!hasEnded(call) || call.direction === "outbound") return null;
  return {
    key: `call:${id}`,
    storeId,
    kind: "call",
    name: null,
    page: null,
    country: call.callerCountry,
    data: {
      ...(status === "completed" && { talkSeconds: talkSeconds ?? 0 }),
      ...(number !== null && { number }),
      status,
      channel,
    },
    visitorHash: call.visitorHash,
    // Whom a browser alone named is known by their visitor, and may be another by now.
    customerHash: call.customerTrust === "confirmed" ? call.customerHash : null,
    view: null,
    trust: "confirmed",
    time: call.startedAt,
    calls: [id],
  };
}
