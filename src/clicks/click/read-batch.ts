import type { ConsentPolicy } from "../../ground/model/link.ts";
import type { Agent } from "../../edge/click/message.ts";
import type { EdgeBucket } from "../../edge/click/decide.ts";
import type { ClickMessage, ReadAgent } from "../../edge/click/message.ts";

/** What could be read of a queue message. */
export interface ReadBatch {
  /** That the edge gave it; `null`: messages of version 1 have none. */
  id: string | null;
  clicks: ClickMessage[];
  /** The others, as they came. */
  unreadable: unknown[];
}

/**
 * Reads the body of a queue message click by click, so that one that can't be read holds up no other.
 * Returns `null` if the body is no batch of this version at all.
 */
export function readBatch(body: unknown): ReadBatch | null {
  if (typeof body !== "object" || body === null || !("v" in body) || !("clicks" in body)) return null;
  if (body.v !== 1 || !Array.isArray(body.clicks)) return null;
  const batch: ReadBatch = { id: null, clicks: [], unreadable: [] };
  for (const click of body.clicks as unknown[]) {
    const read = readClick(click);
    if (read === null) batch.unreadable.push(click);
    else batch.clicks.push(read);
  }
  return batch;
}

function readClick(click: unknown): ClickMessage | null {
  if (typeof click !== "object" || click === null) return null;
  // Messages from before there were rules don't name one.
  const whole = { rule: null, ...click };
  return isClickMessage(whole) ? whole : null;
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
const isNumber: Check = (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const isTime: Check = (value) => isNumber(value) && Number(value) <= MAX_TIME;

function oneOf(names: object): Check {
  return (value) => typeof value === "string" && Object.hasOwn(names, value);
}

function orNull(check: Check): Check {
  return (value) => value === null || check(value);
}

function having(fields: Readonly<Record<string, Check>>): Check {
  return (value) =>
    typeof value === "object" &&
    value !== null &&
    Object.entries(fields).every(([name, fits]) => fits(Reflect.get(value, name)));
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
  id: isName,
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

function isClickMessage(click: object): click is ClickMessage {
  return hasFields(click);
}
