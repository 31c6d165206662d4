import type { Config } from "../../ground/config.ts";
import { oneLine } from "../../ground/http/one-line.ts";
import type { Agent } from "../../edge/click/message.ts";
import { classifyAgent, preferredLanguage } from "./classify.ts";
import { firstVisits } from "./firsts.ts";
import { insertClicks } from "./write.ts";
import type { ClickMessage } from "../../edge/click/message.ts";
import type { ClickRow } from "./row.ts";
import { saltKeys } from "./salt-store.ts";
import { sourceClass } from "./source.ts";
import { dayOf, keyedHash } from "../../edge/click/visitor.ts";

/**
 * Writes clicks to the log at `now` (ms UTC). Any repetition, order or batching of the same clicks
 * ends in the same rows. Throws what D1 throws, having written all of them or none.
 */
export async function ingestClicks(
  db: D1Database,
  config: Config,
  clicks: readonly ClickMessage[],
  now: number,
): Promise<void> {
  if (clicks.length === 0) return;
  const rows = await rowsOf(db, config, [...new Map(clicks.map((click) => [click.id, click])).values()]);
  await db.batch(insertClicks(db, rows, now));
}

async function rowsOf(db: D1Database, config: Config, clicks: readonly ClickMessage[]): Promise<ClickRow[]> {
  const salts = await saltKeys(
    db,
    new Set(clicks.filter((click) => click.pseudonym !== null).map((click) => dayOf(click.time))),
  );
  // Visitors of one batch share a handful of user agents, and reading one takes longer than all else.
  const agents = new Map<string | null, Agent>();
  const drafts = await Promise.all(
    clicks.map(async (click) => {
      let agent = click.read?.agent ?? agents.get(click.userAgent);
      if (agent === undefined) {
        agent = classifyAgent(click.userAgent);
        agents.set(click.userAgent, agent);
      }
      const salt = salts.get(dayOf(click.time));
      const visitorKey = click.pseudonym === null || salt === undefined ? null : await keyedHash(salt, click.pseudonym);
      return { click, agent, visitorKey, windowStart: click.time - (click.time % config.duplicateWindowMs) };
    }),
  );
  const visits = drafts
    .filter(({ click, agent }) => click.bucket === "visit" && agent.bot === null)
    .map(({ click, visitorKey, windowStart }) => ({ ...click, visitorKey, windowStart }));
  const firsts = firstVisits(visits);
  return drafts.map(({ click, agent, visitorKey, windowStart }) => ({
    id: click.id,
    linkId: click.linkId,
    time: click.time,
    ...bucketOf(click, agent),
    rule: click.rule,
    visitorKey,
    windowStart,
    firstOfWindow: firsts.ofWindow.has(click.id),
    firstOfDay: firsts.ofDay.has(click.id),
    country: click.country,
    region: lineOf(click.region),
    city: lineOf(click.city),
    colo: click.colo,
    device: agent.device,
    browser: agent.browser,
    os: agent.os,
    language: preferredLanguage(click.language),
    referrerHost: lineOf(click.referrerHost),
    source: click.read?.source ?? sourceClass(click),
    utmSource: lineOf(click.utmSource),
    utmMedium: lineOf(click.utmMedium),
    utmCampaign: lineOf(click.utmCampaign),
    utmTerm: lineOf(click.utmTerm),
    utmContent: lineOf(click.utmContent),
    consent: click.consent,
    consentSource: click.consentSource,
  }));
}

/** What nobody saw stays what it was; a program at a dead link is a program. */
function bucketOf(click: ClickMessage, agent: Agent): Pick<ClickRow, "bucket" | "reason"> {
  if (agent.bot === null || (click.bucket !== "visit" && click.bucket !== "inactive")) {
    return { bucket: click.bucket, reason: click.reason };
  }
  return { bucket: "bot", reason: agent.bot };
}

/** What a visitor's address or browser brought, without control characters. */
function lineOf(text: string | null): string | null {
  return text === null ? null : oneLine(text);
}
