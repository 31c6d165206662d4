import type { ClickMessage, PackedMessage } from "../../edge/click/message.ts";
import { clickIdOf, NONCE_LENGTH } from "../../edge/click/token.ts";

/** A click of a message that nobody has looked through yet. */
export type UncheckedClick = Partial<Record<keyof ClickMessage, unknown>>;

/** Digits of base64url (RFC 4648, section 5). */
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Characters of the time that a stamp begins with. */
const TIME_LENGTH = 8;

const STAMP_LENGTH = TIME_LENGTH + NONCE_LENGTH;

/** The clicks of a batch that this isolate packed, and that needs no check. */
export function unpackMessage({ texts, clicks }: PackedMessage): ClickMessage[] {
  return unpackClicks(texts, clicks) as ClickMessage[];
}

/**
 * Puts the clicks of a `PackedMessage` together again, whatever it holds, so that each can be checked, and kept by itself:
 * what is no place of a text stands for itself. Clicks share their texts, and what was made of these.
 */
export function unpackClicks(texts: readonly unknown[], clicks: readonly unknown[]): UncheckedClick[] {
  const lists = new Map<unknown, unknown>();
  const agents = new Map<unknown, unknown>();
  let at = 0;
  const text = (): unknown => {
    const place = clicks[at++];
    const found = typeof place === "number" ? texts[place] : undefined;
    return found === undefined ? place : found;
  };
  const unpacked: UncheckedClick[] = [];
  while (at < clicks.length) {
    const own = clicks[at++];
    const stamped = typeof own === "string" && own.length >= STAMP_LENGTH;
    unpacked.push({
      id: stamped ? clickIdOf(own.slice(0, STAMP_LENGTH)) : own,
      time: stamped ? timeOf(own) : null,
      pseudonym: stamped && own.length > STAMP_LENGTH ? own.slice(STAMP_LENGTH) : null,
      // In the order in which they stand there.
      linkId: text(),
      bucket: text(),
      reason: text(),
      rule: ruleOf(clicks[at++]),
      consent: text(),
      consentSource: text(),
      userAgent: text(),
      read: onceFor(text(), agents, agentOf),
      language: text(),
      referrerHost: text(),
      adIds: onceFor(text(), lists, listOf),
      utmSource: text(),
      utmMedium: text(),
      utmCampaign: text(),
      utmTerm: text(),
      utmContent: text(),
      country: text(),
      region: text(),
      city: text(),
      colo: text(),
    });
  }
  return unpacked;
}

/** The time that a stamp begins with, ms UTC; `null` if it doesn't. */
function timeOf(stamp: string): number | null {
  let time = 0;
  for (let index = 0; index < TIME_LENGTH; index++) {
    const digit = DIGITS.indexOf(stamp.charAt(index));
    if (digit < 0) return null;
    time = time * DIGITS.length + digit;
  }
  return time;
}

/** `make` of a text, made once. */
function onceFor(text: unknown, made: Map<unknown, unknown>, make: (text: unknown) => unknown): unknown {
  if (!made.has(text)) made.set(text, make(text));
  return made.get(text);
}

function ruleOf(entry: unknown): unknown {
  if (entry === 0) return null;
  return typeof entry === "number" ? entry - 1 : entry;
}

function listOf(text: unknown): unknown {
  if (text === null) return [];
  return typeof text === "string" ? text.split(",") : text;
}

function agentOf(text: unknown): unknown {
  if (text === null) return undefined;
  try {
    return typeof text === "string" ? JSON.parse(text) : text;
  } catch {
    return text;
  }
}
