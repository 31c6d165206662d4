/** A call that a stand-in carrier tells of. */
export interface StandCall {
  id: string;
  /** E.164; `from` may be `anonymous`. */
  from: string;
  to: string;
  /** Whom it is put through to. */
  forwardsTo: string;
  /** ms UTC. */
  startedAt: number;
  outcome: "answered" | "missed" | "busy" | "voicemail";
  ringSeconds: number;
  talkSeconds: number;
  /** The page that its caller came by, where the carrier knows. */
  landing?: string;
  /** Of the caller, as ISO 3166-1 has it; Germany, if left out. */
  country?: string;
  tags?: string[];
}

/** A message as it is sent, before it is signed. */
export interface StandMessage {
  type: "application/json" | "application/x-www-form-urlencoded";
  body: string;
}

/** A carrier that can be stood in for. */
export type StandName = "twilio" | "telnyx" | "texml" | "callrail";

/** All that a carrier tells of a call, in the order in which it happens. */
export function messagesOf(name: StandName, call: StandCall): StandMessage[] {
  switch (name) {
    case "twilio":
      return twilio(call, (at) => new Date(at).toUTCString().replace("GMT", "+0000"), true);
    case "texml":
      return twilio(call, (at) => new Date(at).toISOString(), false);
    case "telnyx":
      return telnyx(call);
    case "callrail":
      return callRail(call);
  }
}

/** What says who called, where they are and what they said: nothing of it may be kept. */
export const PERSON = {
  name: "Erika Musterfrau",
  city: "Musterstadt",
  zip: "99999",
  said: "My card number is nine nine",
} as const;

const iso = (at: number): string => new Date(at).toISOString();
const json = (body: unknown): StandMessage => ({ type: "application/json", body: JSON.stringify(body) });

function twilio(call: StandCall, time: (at: number) => string, says: boolean): StandMessage[] {
  const { startedAt, ringSeconds, talkSeconds } = call;
  const isAnswered = call.outcome === "answered";
  const answeredAt = startedAt + ringSeconds * 1000;
  const endedAt = answeredAt + (isAnswered ? talkSeconds * 1000 : 0);
  const status = { answered: "completed", missed: "no-answer", busy: "busy", voicemail: "completed" }[call.outcome];
  const base = {
    AccountSid: "AC0123456789abcdef0123456789abcdef",
    ApiVersion: "2010-04-01",
    CallSid: call.id,
    From: call.from,
    To: call.to,
    Caller: call.from,
    Called: call.to,
    CallerName: PERSON.name,
    FromCity: PERSON.city,
    CallerCity: PERSON.city,
    FromZip: PERSON.zip,
    FromCountry: call.country ?? "DE",
    ...(says && { Direction: "inbound" }),
  };
  const leg = {
    ...base,
    CallSid: `${call.id}-leg`,
    ParentCallSid: call.id,
    To: call.forwardsTo,
    Called: call.forwardsTo,
    CallbackSource: "call-progress-events",
    ...(says && { Direction: "outbound-dial" }),
  };
  const lasted = String(Math.round((endedAt - startedAt) / 1000));
  const form = (fields: Record<string, string>): StandMessage => ({
    type: "application/x-www-form-urlencoded",
    body: new URLSearchParams(fields).toString(),
  });
  return [
    form({ ...base, CallStatus: "ringing" }),
    ...(isAnswered
      ? [form({ ...leg, CallStatus: "in-progress", SequenceNumber: "2", Timestamp: time(answeredAt) })]
      : []),
    form({
      ...leg,
      CallStatus: status,
      SequenceNumber: "3",
      Timestamp: time(endedAt),
      CallDuration: isAnswered ? String(talkSeconds) : "0",
    }),
    form({
      ...base,
      CallStatus: "in-progress",
      DialCallSid: `${call.id}-leg`,
      DialCallStatus: status,
      ...(isAnswered && { DialCallDuration: String(talkSeconds), RecordingUrl: `https://r.example/${PERSON.zip}` }),
    }),
    form({
      ...base,
      CallStatus: "completed",
      CallbackSource: "call-progress-events",
      SequenceNumber: "0",
      Timestamp: time(endedAt),
      CallDuration: lasted,
      TranscriptionText: PERSON.said,
    }),
  ];
}

function telnyx(call: StandCall): StandMessage[] {
  const { startedAt, ringSeconds, talkSeconds } = call;
  const isAnswered = call.outcome === "answered";
  const answeredAt = startedAt + ringSeconds * 1000;
  const endedAt = answeredAt + (isAnswered ? talkSeconds * 1000 : 0);
  const incoming = { direction: "incoming", from: call.from, to: call.to, call_leg_id: `${call.id}-a` };
  const outgoing = { direction: "outgoing", from: call.from, to: call.forwardsTo, call_leg_id: `${call.id}-b` };
  const event = (type: string, at: number, payload: Record<string, unknown>): StandMessage =>
    json({
      data: {
        record_type: "event",
        event_type: `call.${type}`,
        id: `${call.id}-${type}-${String(payload["call_leg_id"])}`,
        occurred_at: iso(at),
        payload: { call_session_id: call.id, caller_id_name: PERSON.name, ...payload },
      },
      meta: { attempt: 1 },
    });
  const cause = { answered: "normal_clearing", missed: "timeout", busy: "user_busy", voicemail: "normal_clearing" };
  return [
    event("initiated", startedAt, { ...incoming, state: "parked" }),
    event("initiated", startedAt + 1_000, { ...outgoing, state: "bridging" }),
    ...(isAnswered ? [event("answered", answeredAt, outgoing)] : []),
    event("hangup", endedAt, { ...outgoing, hangup_cause: cause[call.outcome], hangup_source: "caller" }),
    event("hangup", endedAt, {
      ...incoming,
      hangup_cause: cause[call.outcome],
      hangup_source: "caller",
      start_time: iso(startedAt),
      end_time: iso(endedAt),
    }),
  ];
}

function callRail(call: StandCall): StandMessage[] {
  const { startedAt, talkSeconds } = call;
  const base = {
    resource_id: call.id,
    company_resource_id: "COM0123456789abcdef0123456789abcdef",
    company_name: "Example Ltd",
    direction: "inbound",
    customer_phone_number: call.from,
    customer_name: PERSON.name,
    customer_city: PERSON.city,
    customer_country: call.country ?? "DE",
    callernum: call.from,
    callername: PERSON.name,
    tracking_phone_number: call.to,
    business_phone_number: call.forwardsTo,
    start_time: iso(startedAt),
    created_at: iso(startedAt + 500),
    timestamp: iso(startedAt),
    first_call: true,
  };
  const ended = {
    ...base,
    answered: call.outcome === "answered",
    voicemail: call.outcome === "voicemail",
    duration: String(call.outcome === "answered" ? talkSeconds : 13),
    landing_page_url: call.landing ?? "",
    lead_status: null,
    value: "",
    note: PERSON.said,
    transcription: PERSON.said,
    recording: `https://r.example/${PERSON.zip}`,
    tags: [] as string[],
  };
  return [
    json({ ...base, answered: false, voicemail: false, duration: 0, call_type: "missed" }),
    json(ended),
    ...(call.tags === undefined
      ? []
      : [json({ ...ended, lead_status: "good_lead", tags: call.tags, changes: ["tags", "lead_status"] })]),
  ];
}
