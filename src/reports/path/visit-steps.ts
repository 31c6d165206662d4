import type { LoggedEvent } from "../../ground/model/visit.ts";
import { inOrder, type Step } from "./step.ts";

/** Pages that a path shows, the last ones. */
export const MOST_PAGES = 1_000;

/** A click that led to a visit came at most so long before its first page, and no more than so long after, ms. */
const BEFORE_MS = 30 * 60_000;
const AFTER_MS = 60_000;

/** A click that is known otherwise. */
export interface KnownClick {
  linkId: string;
  /** ms UTC. */
  time: number;
}

/** Visits, their pages and what led to them, of events that the log has in any order, and how many pages were left out. */
export function visitSteps(
  events: readonly LoggedEvent[],
  clicks: readonly KnownClick[],
): { steps: Step[]; pagesLeftOut: number } {
  const visits = Map.groupBy(events, ({ visitorHash, visit }) => `${visitorHash} ${visit}`);
  const steps = [...visits.values()].flatMap((told) => stepsOfVisit(told, clicks));
  const pages = events
    .filter(({ type }) => type === "page")
    .map(({ time, page, visit }): Step => ({ time, kind: "page", evidence: toldBy(visit), visit, page }));
  const left = Math.max(0, pages.length - MOST_PAGES);
  return { steps: [...steps, ...inOrder(pages).slice(left)], pagesLeftOut: left };
}

function toldBy(visit: string): Step["evidence"] {
  return { kind: "visit", id: visit, trust: "claimed" };
}

function stepsOfVisit(events: readonly LoggedEvent[], clicks: readonly KnownClick[]): Step[] {
  const [first] = events.toSorted((a, b) => a.time - b.time || a.pageOfVisit - b.pageOfVisit);
  if (first === undefined) return [];
  const { time, visit, source, campaign, linkId, page } = first;
  const evidence = toldBy(visit);
  const told = { kind: source.kind, name: source.name, rule: source.rule, campaign };
  const engagedMs = events.reduce((sum, event) => sum + event.engagedMs, 0);
  const isKnown = clicks.some(
    (click) => click.linkId === linkId && click.time > time - BEFORE_MS && click.time < time + AFTER_MS,
  );
  const led: Step[] =
    linkId !== null
      ? isKnown
        ? []
        : [{ time, kind: "link", evidence, linkId, visit }]
      : source.kind === "direct"
        ? []
        : [{ time, kind: "ad", evidence, source: told, visit }];
  return [...led, { time, kind: "visit", evidence, source: told, visit, page, engagedMs, linkId }];
}
