import type { Agent, ClickMessage, SourceClass } from "../../edge/click/message.ts";
import { dayOf } from "../../edge/click/visitor.ts";
import type { Config } from "../../ground/config.ts";
import { oneLine } from "../../ground/http/one-line.ts";
import { appendClicks } from "../log/append-run.ts";
import type { DraftClick } from "../log/draft.ts";
import { type ClickLog, clickLogs } from "../log/logs-store.ts";
import { LETTERS, type Verdict } from "../log/verdict.ts";
import { classifyAgent, preferredLanguage } from "./classify.ts";
import { saltKeys } from "./salt-store.ts";
import { sourceClass } from "./source.ts";

/** What one queue message brings. */
export interface ClickDelivery {
  /** The id that the edge gave it: a redelivery is told by it. `null`: it has none, and each click's own id tells. */
  id: string | null;
  clicks: readonly ClickMessage[];
}

/**
 * Writes the clicks of messages to the log at `now` (ms UTC). Any repetition, order or grouping of the same ends in the
 * same log. Throws what D1 throws; then some databases of the log may have theirs already, which a repetition passes over.
 */
export async function ingestClicks(
  env: Env,
  config: Config,
  deliveries: readonly ClickDelivery[],
  now: number,
): Promise<void> {
  const clicks = deliveries.flatMap((delivery) => delivery.clicks);
  if (clicks.length === 0) return;
  const days = new Set(clicks.filter((click) => click.pseudonym !== null).map((click) => dayOf(click.time)));
  const [logs, salts] = await Promise.all([clickLogs(env, now), saltKeys(env.DB, days, now)]);
  const drafts = new Map<ClickLog, DraftClick[]>(logs.all.map((log) => [log, []]));
  for (const delivery of deliveries) {
    for (const click of delivery.clicks) {
      const salt = click.pseudonym === null ? undefined : salts.get(dayOf(click.time));
      const visitorKey =
        click.pseudonym === null || salt === undefined ? null : salt.sign(click.pseudonym, VISITOR_KEY_BYTES);
      const draft = draftOf(click, visitorKey, delivery.id, config.duplicateWindowMs);
      drafts.get(logs.logOf(click.linkId, click.time))?.push(draft);
    }
  }
  const written = await Promise.allSettled(
    [...drafts].map(([log, own]) => appendClicks(log, own, config.duplicateWindowMs, now)),
  );
  // One that fails holds up its own clicks alone: the others' are written by now.
  for (const outcome of written) if (outcome.status === "rejected") throw outcome.reason;
}

/** 96 bits: no two of a billion visitors share a key. */
const VISITOR_KEY_BYTES = 12;

function draftOf(click: ClickMessage, visitorKey: string | null, message: string | null, windowMs: number): DraftClick {
  // Under `strict` the user agent was read at the edge, and stayed there.
  const known = click.read === undefined ? agentOf(click.userAgent) : null;
  const { agent } = known ?? click.read ?? agentOf(null);
  const { verdict, reason } = verdictOf(click, agent);
  return {
    id: click.id,
    message,
    linkId: click.linkId,
    time: click.time,
    verdict,
    reason,
    visitorKey,
    windowStart: click.time - (click.time % windowMs),
    country: click.country,
    region: lineOf(click.region),
    city: lineOf(click.city),
    colo: click.colo,
    device: agent.device,
    browser: agent.browser,
    os: agent.os,
    language: languageOf(click.language),
    referrerHost: lineOf(click.referrerHost),
    source: click.read?.source ?? sourceOf(click, known?.number ?? -1),
    utmSource: lineOf(click.utmSource),
    utmMedium: lineOf(click.utmMedium),
    utmCampaign: lineOf(click.utmCampaign),
    utmTerm: lineOf(click.utmTerm),
    utmContent: lineOf(click.utmContent),
    rule: click.rule,
    consent: click.consent,
    consentSource: click.consentSource,
  };
}

/** What nobody saw stays what it was; a program at a dead link is a program. */
function verdictOf(click: ClickMessage, agent: Agent): { verdict: Verdict | null; reason: string | null } {
  if (click.bucket !== "visit" && click.bucket !== "inactive") {
    return { verdict: LETTERS[click.bucket], reason: click.reason };
  }
  if (agent.bot !== null) return { verdict: LETTERS.bot, reason: agent.bot };
  return click.bucket === "visit"
    ? { verdict: null, reason: null }
    : { verdict: LETTERS.inactive, reason: click.reason };
}

/**
 * What was worked out of a text, kept by the isolate: visitors share a few hundred browsers, languages and origins, and
 * reading one takes longer than all else that is done for a click.
 */
class Memory<Result> {
  readonly #known = new Map<string | null, Result>();
  readonly #most: number;

  /** `most`: results kept; it begins anew with more. */
  constructor(most: number) {
    this.#most = most;
  }

  of(text: string | null, work: () => Result): Result {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const result = work();
    if (this.#known.size >= this.#most) this.#known.clear();
    this.#known.set(text, result);
    return result;
  }
}

/** A user agent as it was read, with a number that stands for it. */
interface KnownAgent {
  agent: Agent;
  number: number;
}

let known = 0;

/** User agents have 512 characters at most: a megabyte in all. */
const agents = new Memory<KnownAgent>(2_000);
const languages = new Memory<{ tag: string | null }>(2_000);
const sources = new Memory<SourceClass>(2_000);

function agentOf(userAgent: string | null): KnownAgent {
  return agents.of(userAgent, () => ({ agent: classifyAgent(userAgent), number: known++ }));
}

function languageOf(header: string | null): string | null {
  return languages.of(header, () => ({ tag: preferredLanguage(header) })).tag;
}

/** Only what a source is read off: the app, the host, the medium and ad ids. */
function sourceOf(click: ClickMessage, agent: number): SourceClass {
  const { referrerHost, utmMedium, adIds } = click;
  const key = `${agent}\n${referrerHost ?? "\u0001"}\n${utmMedium ?? "\u0001"}\n${adIds.length === 0 ? "" : adIds.join()}`;
  return sources.of(key, () => sourceClass(click));
}

/** What a visitor's address or browser brought, without control characters. */
function lineOf(text: string | null): string | null {
  return text === null ? null : oneLine(text);
}
