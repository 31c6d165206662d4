import type { ConsentPolicy } from "../../ground/model/link.ts";
import type { Agent } from "../../edge/click/message.ts";
import type { EdgeBucket } from "../../edge/click/decide.ts";
import type { ClickMessage, ReadAgent } from "../../edge/click/message.ts";
import { unpackClicks } from "./unpack.ts";

/** What could be read of a queue message. */
export interface ReadBatch {
  /** What tells a message that comes twice; `null`: it is of a version that had no such. */
  id: string | null;
  clicks: ClickMessage[];
  /** The others, each fit to be kept in a {@link ClickBatch}: as it came, or with its texts in place. */
  unreadable: unknown[];
}

/**
 * Reads the body of a queue message click by click, so that one that can't be read holds up no other. It may be a
 * {@link PackedMessage} or, from before there were any, a {@link ClickBatch}. Returns `null` if it is neither.
 */
export function readBatch(body: unknown): ReadBatch | null {
  if (typeof body !== "object" || body === null || !("v" in body) || !("clicks" in body)) return null;
  if (!Array.isArray(body.clicks)) return null;
  if (body.v === 1) return sorted(null, body.clicks);
  if (body.v !== 2 || !("texts" in body) || !Array.isArray(body.texts)) return null;
  const id = "id" in body && isName(body.id) ? String(body.id) : null;
  return sorted(id, unpackClicks(body.texts, body.clicks));
}

function sorted(id: string | null, clicks: readonly unknown[]): ReadBatch {
  const batch: ReadBatch = { id, clicks: [], unreadable: [] };
  for (const click of clicks) {
    const whole = withRule(click);
    if (isClickMessage(whole)) batch.clicks.push(whole);
    else batch.unreadable.push(click);
  }
  return batch;
}

/** Messages from before there were rules don't name one. */
function withRule(click: unknown): unknown {
  return typeof click === "object" && click !== null && !("rule" in click) ? { rule: null, ...click } : click;
}

type Check = (value: unknown) => boolean;

const BUCKETS: Readonly<Record<EdgeBucket, true>> = {
  visit: true,
  head: true,
  prefetch: true,
  embedded: true,
  inactive: true,
};
const POLICIES: Readonly<Record<ConsentPolicy, true>> = { strict: true, deferred: true, implied: true };

/** The last time that a date can hold, ms UTC (ECMA-262, 21.4.1.1). */
const MAX_TIME = 8.64e15;

const isText: Check = (value) => typeof value === "string";
const isName: Check = (value) => typeof value === "string" && value !== "";
/** Of which the log keeps what comes after the prefix. */
const isClickId: Check = (value) => typeof value === "string" && value.length > 4 && value.startsWith("clk_");
const isNumber: Check = (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const isTime: Check = (value) => isNumber(value) && Number(value) <= MAX_TIME;

function oneOf(names: object): Check {
  return (value) => typeof value === "string" && Object.hasOwn(names, value);
}

function orNull(check: Check): Check {
  return (value) => value === null || check(value);
}

function having(fields: Readonly<Record<string, Check>>): Check {
  const checks = Object.entries(fields);
  return (value) =>
    typeof value === "object" && value !== null && checks.every(([name, fits]) => fits(Reflect.get(value, name)));
}

const isAgent = having({
  bot: orNull(isText),
  device: isText,
  browser: orNull(isText),
  os: orNull(isText),
} satisfies Record<keyof Agent, Check>);

const isRead = having({ agent: isAgent, source: isText } satisfies Record<keyof ReadAgent, Check>);

/** All fields, each as the log takes it. */
const hasFields = having({
  id: isClickId,
  linkId: isName,
  time: isTime,
  bucket: oneOf(BUCKETS),
  reason: isText,
  rule: orNull(isNumber),
  consent: oneOf(POLICIES),
  consentSource: isText,
  pseudonym: orNull(isText),
  userAgent: orNull(isText),
  read: (value) => value === undefined || isRead(value),
  language: orNull(isText),
  referrerHost: orNull(isText),
  adIds: (value) => Array.isArray(value) && value.every(isText),
  utmSource: orNull(isText),
  utmMedium: orNull(isText),
  utmCampaign: orNull(isText),
  utmTerm: orNull(isText),
  utmContent: orNull(isText),
  country: orNull(isText),
  region: orNull(isText),
  city: orNull(isText),
  colo: orNull(isText),
} satisfies Record<keyof ClickMessage, Check>);

function isClickMessage(click: unknown): click is ClickMessage {
  return hasFields(click);
}
