import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callOf, isQualified } from "../../../src/calls/call/fold.ts";
import { readCallRail } from "../../../src/calls/carrier/read-callrail.ts";
import { readTelnyx } from "../../../src/calls/carrier/read-telnyx.ts";
import { readTwilio } from "../../../src/calls/carrier/read-twilio.ts";
import { CALL_STATUSES, type CallFacts } from "../../../src/ground/model/call.ts";

const START = Date.UTC(2026, 10, 20, 12);
const iso = (seconds: number): string => new Date(START + seconds * 1000).toISOString();
const rfc = (seconds: number): string => new Date(START + seconds * 1000).toUTCString().replace("GMT", "+0000");
const facts = (read: { told: { facts: CallFacts } | null }): CallFacts => read.told?.facts ?? expect.fail("no call");

const optional = <Value>(of: fc.Arbitrary<Value>) => fc.option(of, { nil: undefined });
const anyFacts: fc.Arbitrary<CallFacts> = fc.record({
  sequence: fc.option(fc.nat(3)),
  time: fc.integer({ min: START, max: START + 5_000 }),
  status: optional(fc.constantFrom(...CALL_STATUSES)),
  direction: optional(fc.constantFrom("inbound" as const, "outbound" as const)),
  number: optional(fc.constantFrom("+4930111", "+4930222")),
  callerHash: optional(fc.constantFrom("a", "b", null)),
  startedAt: optional(fc.integer({ min: START, max: START + 5_000 })),
  answeredAt: optional(fc.integer({ min: START, max: START + 5_000 })),
  endedAt: optional(fc.integer({ min: START, max: START + 5_000 })),
  durationSeconds: optional(fc.nat(100)),
  talkSeconds: optional(fc.nat(100)),
  answered: optional(fc.boolean()),
  awaitsAnswer: optional(fc.boolean()),
  tags: optional(fc.subarray(["a", "b"])),
});

describe("BXX-5: what was told of a call", () => {
  it("comes to the same in any order and however often, and never goes back from its end", () => {
    fc.assert(
      fc.property(
        fc.array(anyFacts, { minLength: 1, maxLength: 6 }).chain((told) =>
          fc.record({
            told: fc.constant(told),
            order: fc.shuffledSubarray([...told, ...told], { minLength: told.length * 2 }),
          }),
        ),
        ({ told, order }) => {
          const call = callOf(told);
          expect(callOf(order)).toEqual(call);
          // As it comes out of the database, its names in another order.
          expect(callOf(told.map((one) => JSON.parse(JSON.stringify(one)) as CallFacts))).toEqual(call);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("BXX-5: a call of Twilio's", () => {
  const base = { CallSid: "CA1", From: "+4930555", To: "+4930111", Direction: "inbound" };
  const voice = readTwilio({ ...base, CallStatus: "ringing" }, START + 400);
  const dialled = (status: string, seconds?: string) =>
    readTwilio(
      { ...base, CallStatus: "in-progress", DialCallStatus: status, ...(seconds && { DialCallDuration: seconds }) },
      START + 60_000,
    );
  const completed = readTwilio(
    {
      ...base,
      CallStatus: "completed",
      CallbackSource: "call-progress-events",
      SequenceNumber: "0",
      Timestamp: rfc(60),
      CallDuration: "60",
    },
    START + 61_000,
  );
  const leg = (status: string, at: number, duration?: string) =>
    readTwilio(
      {
        ...base,
        CallSid: "CA2",
        ParentCallSid: "CA1",
        Direction: "outbound-dial",
        To: "+4930999",
        CallStatus: status,
        Timestamp: rfc(at),
        ...(duration && { CallDuration: duration }),
      },
      START,
    );

  it("talked for as long as whom it was put through to was on the line, and not for as long as it rang", () => {
    const call = callOf([voice, dialled("completed", "35"), completed].map(facts));
    expect(call).toMatchObject({
      status: "completed",
      direction: "inbound",
      number: "+4930111",
      startedAt: START,
      endedAt: START + 60_000,
      durationSeconds: 60,
      talkSeconds: 35,
    });
    expect(isQualified(call, 35)).toBe(true);
    expect(isQualified(call, 36)).toBe(false);
  });

  it("knows when somebody picked up by the leg, whose number and beginning are not the call's", () => {
    const call = callOf([leg("completed", 60, "35"), completed, voice, leg("in-progress", 25)].map(facts));
    expect(call).toMatchObject({
      status: "completed",
      direction: "inbound",
      number: "+4930111",
      startedAt: START,
      answeredAt: START + 25_000,
      talkSeconds: 35,
    });
  });

  it.each([
    ["no-answer", "missed"],
    ["busy", "busy"],
    ["failed", "failed"],
    ["canceled", "missed"],
  ])("that was put through, and ended as %s, is %s", (status, expected) => {
    for (const told of [
      [voice, dialled(status), completed],
      [completed, dialled(status), voice],
    ]) {
      expect(callOf(told.map(facts))).toMatchObject({ status: expected, answeredAt: null, talkSeconds: 0 });
    }
  });

  it("is missed as long as nothing says that somebody picked up, and was answered where nobody had to be called", () => {
    expect(callOf([voice, completed].map(facts))).toMatchObject({ status: "missed", talkSeconds: 0 });
    expect(callOf([completed].map(facts))).toMatchObject({ status: "completed", talkSeconds: 60 });
    expect(callOf([voice].map(facts))).toMatchObject({ status: "ringing", endedAt: null, talkSeconds: null });
  });

  it("that the store made has the store's number, and is nobody's who called", () => {
    const { told } = readTwilio({ ...base, Direction: "outbound-api", CallStatus: "in-progress" }, START);
    expect(callOf([told?.facts ?? expect.fail()])).toMatchObject({ direction: "outbound", number: "+4930555" });
  });
});

describe("BXX-5: a call of Telnyx's", () => {
  const event = (type: string, at: number, payload: Record<string, unknown>) =>
    readTelnyx({
      data: {
        event_type: `call.${type}`,
        id: `${type}-${at}`,
        occurred_at: iso(at),
        payload: { call_session_id: "s1", ...payload },
      },
    });
  const incoming = { direction: "incoming", from: "+4930555", to: "+4930111" };
  const outgoing = { direction: "outgoing", from: "+4930555", to: "+4930999" };
  const told = [
    event("initiated", 0, incoming),
    event("answered", 2, incoming),
    event("initiated", 3, outgoing),
    event("answered", 10, outgoing),
    event("hangup", 50, { ...outgoing, hangup_cause: "normal_clearing" }),
    event("hangup", 51, { ...incoming, hangup_cause: "normal_clearing", start_time: iso(0), end_time: iso(51) }),
  ];

  it("is one of all its legs, and talked for as long as the one that was called", () => {
    expect(callOf(told.toReversed().map(facts))).toMatchObject({
      direction: "inbound",
      status: "completed",
      number: "+4930111",
      startedAt: START,
      answeredAt: START + 10_000,
      endedAt: START + 51_000,
      talkSeconds: 40,
    });
  });

  it("is missed if the leg never was answered, and answered at the line itself if there is none", () => {
    expect(callOf([0, 1, 2, 4, 5].flatMap((place) => told[place] ?? []).map(facts))).toMatchObject({
      status: "missed",
      talkSeconds: 0,
    });
    expect(callOf([0, 1, 5].flatMap((place) => told[place] ?? []).map(facts))).toMatchObject({
      status: "completed",
      talkSeconds: 49,
    });
    expect(callOf([0, 5].flatMap((place) => told[place] ?? []).map(facts))).toMatchObject({ status: "missed" });
  });

  it("is of others than calls where its event says so", () => {
    expect(event("dtmf.received", 1, incoming)).toMatchObject({ told: null, reason: { isRefused: false } });
    for (const odd of [null, 7, "x", [], {}, { data: { event_type: "__proto__" } }]) {
      expect(readTelnyx(odd)).toMatchObject({ told: null });
    }
  });
});

describe("BXX-5: a call of CallRail's", () => {
  const base = {
    resource_id: "CAL1",
    direction: "inbound",
    start_time: iso(0),
    timestamp: iso(0),
    tracking_phone_number: "+4930111",
    customer_phone_number: "+4930555",
  };
  const before = readCallRail({ ...base, answered: false, voicemail: false, duration: 0 }, START);
  const after = readCallRail({ ...base, answered: true, duration: "184", lead_status: null, tags: [] }, START);
  const changed = readCallRail(
    { ...base, answered: true, duration: "184", lead_status: "good_lead", tags: ["sale"], changes: ["tags"] },
    START,
  );

  it("rings, ends, and is changed, in whichever order that is told", () => {
    expect(callOf([facts(before)])).toMatchObject({ status: "ringing" });
    expect(callOf([changed, before, after].map(facts))).toMatchObject({
      status: "completed",
      talkSeconds: 184,
      endedAt: START + 184_000,
      tags: ["sale"],
    });
  });

  it("is a voicemail where a machine answered, and missed where nobody did", () => {
    const ended = { ...base, answered: false, duration: "13", lead_status: null };
    expect(callOf([facts(readCallRail({ ...ended, voicemail: true }, START))])).toMatchObject({
      status: "voicemail",
      talkSeconds: 0,
    });
    expect(callOf([facts(readCallRail({ ...ended, voicemail: false }, START))])).toMatchObject({ status: "missed" });
  });

  it("of months ago is refused, and so is one that names no call or no time", () => {
    const months = START + 61 * 86_400_000;
    expect(readCallRail(base, months)).toMatchObject({ told: null, reason: { code: "too_old", isRefused: true } });
    expect(readCallRail({ ...base, resource_id: undefined }, START)).toMatchObject({
      reason: { code: "missing_call_id" },
    });
    expect(readCallRail({ ...base, start_time: "yesterday", timestamp: "" }, START)).toMatchObject({
      reason: { code: "bad_time" },
    });
  });
});
