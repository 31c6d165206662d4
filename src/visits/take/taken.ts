import type {
  BehaviourType,
  ConsentState,
  HeatCounts,
  PageOutline,
  QualityOutcome,
  VisitOrigin,
  WidthBand,
} from "../../ground/model/visit.ts";

/** How long after it happened an event may be told, ms. */
export const MAX_AGE_MS = 3_600_000;

/** Characters that tell an event from others. */
export const SEEN_LENGTH = 11;

/** What was taken of one request of a page: plain data, as it travels to the log. */
export interface TakenRequest {
  storeId: string;
  /** ms UTC. */
  receivedAt: number;
  /** ISO 3166-1 alpha-2; `null`: not known. */
  country: string | null;
  device: string;
  /** The visits that its events are of; more than one only where somebody makes them up. */
  visits: TakenVisit[];
  events: TakenEvent[];
  untaken: Untaken[];
}

/** The visit of a consenting visitor, and where in it a page stands. */
export interface TakenVisit {
  visitorHash: string;
  id: string;
  /** From 1. */
  page: number;
  /** Paths as they came, but for what names a person. */
  landing: string;
  before: string | null;
  origin: VisitOrigin;
}

/** An event that can be counted, if its plan asks for it. */
export type TakenEvent = {
  /** What tells it from others, and leads to nobody: {@link SEEN_LENGTH} characters. */
  seen: string;
  /** Number of the plan that its page was told. */
  plan: number;
  /** How long before it was received it happened, ms. */
  age: number;
  consent: ConsentState;
  /** As it came, but for what names a person. */
  path: string;
  /** Place of its visit in its request; `null`: without consent. */
  visit: number | null;
} & TakenFacts;

/** What happened. */
export type TakenFacts =
  | {
      type: "page";
      /** Where a visit that begins with it came from, as it is counted without consent. */
      entry?: VisitOrigin;
      /** Tells from others that it was told again with consent, as `seen` does; left out: it had consent from the start. */
      again?: string;
      /**
       * Tells how it is counted without consent, page, answer and source, likewise: with consent it takes back what was
       * counted so, and nothing else.
       */
      mark?: string;
      /** It is told again, for consent was granted on it: the answer that it was counted with before. */
      was?: ConsentState;
    }
  | { type: "engage"; ms: number; scroll: number; n: number }
  | { type: "click" | "form" | "visible"; rule: string }
  | { type: "download"; rule: string; file: string }
  | { type: "cart"; cartKey: string; items: number; valueMinor: number | null; currency: string | null }
  /** Told as a `cart` too. */
  | { type: "bought"; cartKey: string; orderId: string }
  | { type: "step"; step: string; cartKey: string | null }
  | { type: "zones"; band: WidthBand; isFirst: boolean; counts: HeatCounts; outline: PageOutline | null }
  | { type: "banner"; state: "shown" | "granted" | "denied" };

/** Events of a request that were told and can't be counted. */
export interface Untaken {
  type: BehaviourType;
  /** As it came, which may be no plan's. */
  rule: string;
  outcome: QualityOutcome;
  count: number;
}

/** What travels to the log together. */
export interface VisitMessage {
  /** By which it is told again if it is brought twice. */
  id: string;
  requests: readonly TakenRequest[];
}

/** The version of {@link bodyOf}. */
const VERSION = 1;

/** A message as text, of requests that are written as JSON already. */
export function bodyOf(id: string, requests: readonly string[]): string {
  return `{"v":${VERSION},"id":${JSON.stringify(id)},"requests":[${requests.join(",")}]}`;
}

/** Reads a message; `null`: it is none of ours. */
export function readMessage(body: string): VisitMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  const { v, id, requests } = (value ?? {}) as { v?: unknown; id?: unknown; requests?: unknown };
  if (v !== VERSION || typeof id !== "string" || !Array.isArray(requests)) return null;
  return requests.every(isRequest) ? { id, requests } : null;
}

function isRequest(value: unknown): value is TakenRequest {
  const { storeId, receivedAt, visits, events, untaken } = (value ?? {}) as Record<keyof TakenRequest, unknown>;
  const isWhole = typeof storeId === "string" && Number.isSafeInteger(receivedAt);
  return isWhole && Array.isArray(visits) && Array.isArray(events) && Array.isArray(untaken);
}
