/** Whose webhooks tell of calls, and `api`: a server of the store's own, with its secret. */
export const CALL_CARRIERS = ["twilio", "telnyx", "callrail", "api"] as const;

/** One of {@link CALL_CARRIERS}. */
export type CallCarrier = (typeof CALL_CARRIERS)[number];

/** The carriers that a store is connected to by secrets or keys of their own. */
export const CONNECTED_CARRIERS = ["twilio", "telnyx", "callrail"] as const satisfies readonly CallCarrier[];

/** One of {@link CONNECTED_CARRIERS}. */
export type ConnectedCarrier = (typeof CONNECTED_CARRIERS)[number];

/** Where a call stands, in the order in which it gets there; of the last five one ends it. */
export const CALL_STATUSES = [
  "ringing",
  "in_progress",
  /** Somebody spoke. */
  "completed",
  /** Nobody answered. */
  "missed",
  "busy",
  /** A machine answered. */
  "voicemail",
  "failed",
] as const;

/** One of {@link CALL_STATUSES}. */
export type CallStatus = (typeof CALL_STATUSES)[number];

/** By what the source of a call is known. */
export const CALL_MATCHES = [
  /** One visitor alone was shown the number then, or last. */
  "lease",
  /** The number stood for one source then. */
  "static",
  /** Two visitors may have had it: what they have in common is the source, and no visitor is. */
  "ambiguous",
  /** The number stood for nothing then, or isn't known. */
  "none",
] as const;

/** One of {@link CALL_MATCHES}. */
export type CallMatch = (typeof CALL_MATCHES)[number];

/** What a number, or a call to it, stands for. A link says its creator, campaign and plan itself. */
export interface CallSource {
  /** A name of the admin's own such as `tv`, or of a visit's source: `creator`, `paid`, `social`, … */
  channel: string;
  creatorId: string | null;
  campaignId: string | null;
  linkId: string | null;
}

/** What a number is bound to, from one time to another. A number is bound to one thing at a time. */
export interface NumberBinding extends CallSource {
  /** The pool that it is in: its source is its visitor's then. `null`: it is a static number. */
  poolId: string | null;
  /** Whether it stands where there are no pages: no page shows it instead of its own. */
  offline: boolean;
}

/** What became of a page's wish for a number, one of them each time. */
export const NUMBER_CASES = [
  /** The visitor has one already, and keeps it. */
  "kept",
  /** One of the pool, free for longest. */
  "leased",
  /** The pool had none left: the source's static number. */
  "static_full",
  /** The pool had none left, and the source has no number: the page's own stays. */
  "own_full",
  /** Without consent or a pool, or of a network that holds its share of it: the source's static number. */
  "static",
  /** The same, and the source has no number: the page's own stays. */
  "own",
  /** A program asked: the page's own stays. */
  "bot",
] as const;

/** One of {@link NUMBER_CASES}. */
export type NumberCase = (typeof NUMBER_CASES)[number];

/** What one message of a carrier says of a call; what it doesn't say is left out. Nothing in it says who called. */
export interface CallFacts {
  /** Of messages of one call, which comes after which; `null`: the carrier doesn't count them. */
  sequence: number | null;
  /** When it became true by the carrier's clock, ms UTC. */
  time: number;
  status?: CallStatus | undefined;
  direction?: "inbound" | "outbound" | undefined;
  /** The number that was called, E.164. */
  number?: string | undefined;
  /** The caller's, as `callerHash` of a call; `null`: it was withheld. */
  callerHash?: string | null | undefined;
  /** ISO 3166-1 alpha-2, as the carrier says. */
  callerCountry?: string | undefined;
  /** When it began, was answered and ended, ms UTC. */
  startedAt?: number | undefined;
  answeredAt?: number | undefined;
  endedAt?: number | undefined;
  /** From its beginning to its end, and spoken, s. */
  durationSeconds?: number | undefined;
  talkSeconds?: number | undefined;
  /** Whether somebody picked up, where the message is about just that; `in_progress` alone may be a machine's doing. */
  answered?: boolean | undefined;
  /** Another message says whether somebody picked up: without that one, nobody did. */
  awaitsAnswer?: boolean | undefined;
  /** A click that a verified token in what the carrier tells of the caller's pages names. */
  click?: { clickId: string; linkId: string; time: number } | undefined;
  /** What the store knows the customer by, hashed as everywhere. */
  customerHash?: string | undefined;
  /** Of what the carrier's people made of it. */
  tags?: string[] | undefined;
}
