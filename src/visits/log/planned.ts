import type { TaggingRule, VisitOrigin, VisitSource } from "../../ground/model/visit.ts";
import { cleanPath } from "../plan/clean-path.ts";
import { GRACE_MS, type PlanVersion } from "../plan/store.ts";
import { sourceOf } from "../source/source.ts";
import type { TakenEvent } from "../take/taken.ts";

/** What has to be known of a store, so that what its pages tell can be counted. */
export interface KnownStore {
  id: string;
  /** IANA. */
  timezone: string;
  /** Its own. */
  origins: readonly string[];
  /** By which its pages may tell. */
  plans: readonly PlanVersion[];
}

/** A plan, made ready for many events. */
export class Planned {
  readonly #plan: PlanVersion;
  readonly #rules: ReadonlyMap<string, TaggingRule>;
  readonly #steps: ReadonlySet<string>;
  readonly #pages = new Map<string, string>();

  constructor(plan: PlanVersion) {
    this.#plan = plan;
    this.#rules = new Map(plan.rules.map((rule) => [rule.id, rule]));
    this.#steps = new Set(plan.checkout.steps.map(({ name }) => name));
  }

  /** The rule with this id. */
  rule(id: string): TaggingRule | undefined {
    return this.#rules.get(id);
  }

  /** The page that a path is counted as. */
  page(path: string): string {
    let page = this.#pages.get(path);
    if (page === undefined) this.#pages.set(path, (page = cleanPath(path, this.#plan.pages.aliases)));
    return page;
  }

  /** Whether pages may tell by the plan what is received at a time (ms UTC), whenever it is written. */
  holdsAt(receivedAt: number): boolean {
    const { retiredAt } = this.#plan;
    return retiredAt === null || retiredAt > receivedAt - GRACE_MS;
  }

  /** Whether the plan asks for an event. */
  asksFor(event: TakenEvent): boolean {
    const { pages } = this.#plan;
    switch (event.type) {
      case "page":
      case "banner":
        return true;
      case "engage":
        return pages.engagement || pages.scroll;
      case "zones":
        return pages.heatmap;
      case "cart":
      case "bought":
        return this.#steps.size > 0;
      case "step":
        return this.#steps.has(event.step);
      case "download":
        return this.#asksForFile(event);
      default:
        return this.#rules.get(event.rule)?.kind === event.type;
    }
  }

  /** What of an engagement the plan asks for. */
  engagement({ ms, scroll }: { ms: number; scroll: number }): { ms: number; scroll: number } {
    const { engagement, scroll: isScrolled } = this.#plan.pages;
    return { ms: engagement ? ms : 0, scroll: isScrolled ? scroll : 0 };
  }

  /** What quality names a rule or step by; empty: the plan has none of that name. */
  nameOf(name: string): string {
    return this.#rules.has(name) || this.#steps.has(name) ? name : "";
  }

  #asksForFile({ rule: id, file }: { rule: string; file: string }): boolean {
    const rule = this.#rules.get(id);
    if (rule?.kind !== "download") return false;
    const extension = /\.([^.]+)$/.exec(file)?.[1]?.toLowerCase() ?? "";
    return rule.extensions.length === 0 || rule.extensions.includes(extension);
  }
}

/** Makes a function that tells where visits of a store came from, and keeps what it has told. */
export function sourcesOf(own: readonly string[]): (origin: VisitOrigin) => VisitSource {
  const known = new Map<string, VisitSource>();
  return (origin) => {
    const key = JSON.stringify([
      origin.referrer,
      origin.utmSource,
      origin.utmMedium,
      origin.utmCampaign,
      origin.adIds,
      origin.linkId === null,
    ]);
    let source = known.get(key);
    if (source === undefined) known.set(key, (source = sourceOf(origin, own)));
    return source;
  };
}
