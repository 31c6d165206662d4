import type { BehaviourType, LoggedEvent, QualityOutcome, VisitSource } from "../../ground/model/visit.ts";
import type { CartTold } from "../cart/fold.ts";
import type { TakenEvent } from "../take/taken.ts";
import {
  addHeat,
  type BehaviourSum,
  type Contribution,
  type HeatSum,
  type PageSum,
  type QualitySum,
  Rows,
  type SeenOutline,
  type ToldCart,
  type VisitorDay,
  type VisitSum,
} from "./sums.ts";

const HOUR_MS = 3_600_000;

/** What rows are of. */
export interface Scope {
  storeId: string;
  span: string;
  consent: TakenEvent["consent"];
}

/** What a visit is counted by. */
export interface VisitKind {
  source: VisitSource;
  campaign: string;
  landing: string;
  linkId: string;
}

/** The rows that events come to, as far as they are counted. */
export class Tallies {
  readonly #pages = new Rows<PageSum>();
  readonly #visits = new Rows<VisitSum>();
  readonly #behaviours = new Rows<BehaviourSum>();
  readonly #quality = new Rows<QualitySum>();
  readonly #heat = new Rows<HeatSum>();
  readonly #outlines = new Rows<SeenOutline>();
  readonly #days = new Rows<VisitorDay>();
  readonly #carts = new Rows<ToldCart>();
  readonly #log = new Map<string, LoggedEvent[]>();

  /** All of them; `seen`: what tells the events that were looked at from others. */
  contribution(seen: Iterable<string>): Contribution {
    return {
      pages: this.#pages.list,
      visits: this.#visits.list,
      behaviours: this.#behaviours.list,
      quality: this.#quality.list,
      heat: this.#heat.list,
      outlines: this.#outlines.list,
      visitorDays: this.#days.list,
      carts: this.#carts.list,
      log: this.#log,
      seen: [...seen],
    };
  }

  /** The row of a page, and that of all pages. */
  pages({ storeId, span, consent }: Scope, page: string): PageSum[] {
    return [page, ""].map((of) =>
      this.#pages.at(`${storeId}\n${span}\n${consent}\n${of}`, () => {
        const sums = { views: 0, entries: 0, nexts: 0, engagedMs: 0, engaged: 0, scroll: 0 };
        return { storeId, span, page: of, consent, ...sums };
      }),
    );
  }

  /** The row of visits of a kind. */
  visits({ storeId, span, consent }: Scope, { source, campaign, landing, linkId }: VisitKind): VisitSum {
    const { kind, name, rule } = source;
    const key = `${storeId}\n${span}\n${consent}\n${kind}\n${rule}\n${linkId}\n${name}\n${campaign}\n${landing}`;
    return this.#visits.at(key, () => {
      const sums = { visits: 0, seconds: 0, views: 0, engagedMs: 0 };
      return { storeId, span, source: kind, name, rule, campaign, landing, linkId, consent, ...sums };
    });
  }

  /** Counts what a plan names. */
  behaviour(scope: Scope, what: Pick<BehaviourSum, "kind" | "name" | "label" | "page">): void {
    const { kind, name, label, page } = what;
    const key = `${scope.storeId}\n${scope.span}\n${kind}\n${scope.consent}\n${name}\n${label}\n${page}`;
    this.#behaviours.at(key, () => ({ ...scope, kind, name, label, page, count: 0 })).count += 1;
  }

  /** Counts what became of events that were told at a time (ms UTC). */
  quality(
    storeId: string,
    { type, rule, time }: { type: BehaviourType; rule: string; time: number },
    outcome: QualityOutcome,
    count: number,
  ): void {
    const day = new Date(time).toISOString().slice(0, 10);
    // It is of those too who did not consent: of one alone it would say when they were there.
    const hour = time - (time % HOUR_MS);
    const row = this.#quality.at(`${storeId}\n${day}\n${type}\n${outcome}\n${rule}`, () => {
      const times = { firstAt: hour, lastAt: hour };
      return { storeId, day, kind: type, rule, outcome, count: 0, ...times };
    });
    row.count += count;
    row.firstAt = Math.min(row.firstAt, hour);
    row.lastAt = Math.max(row.lastAt, hour);
  }

  /** Adds to the heat map of a page. */
  heat({ storeId, page, band, day, views, counts }: HeatSum): void {
    const row = this.#heat.at(`${storeId}\n${band}\n${day}\n${page}`, () => {
      const none = { cells: {}, elements: {}, scroll: {}, rage: {} };
      return { storeId, page, band, day, views: 0, counts: none };
    });
    row.views += views;
    addHeat(row.counts, counts);
  }

  /** Keeps the outline that was seen last. */
  outline(seen: SeenOutline): void {
    const row = this.#outlines.at(`${seen.storeId}\n${seen.band}\n${seen.page}`, () => ({ ...seen }));
    if (seen.seenAt > row.seenAt) Object.assign(row, seen);
  }

  /** Adds to what is known of a cart. */
  cart(storeId: string, cartKey: string, told: CartTold): void {
    this.#carts.at(`${storeId}\n${cartKey}`, () => ({ storeId, cartKey, told: [] })).told.push(told);
  }

  /** Logs an event; `day` and `hour` are its local ones. */
  log(storeId: string, { day, hour }: { day: string; hour: string }, event: LoggedEvent): void {
    const { visitorHash } = event;
    const there = this.#days.at(`${storeId}\n${visitorHash}\n${day}`, () => ({ storeId, visitorHash, day, hour }));
    if (hour < there.hour) there.hour = hour;
    const log = this.#log.get(storeId);
    if (log === undefined) this.#log.set(storeId, [event]);
    else log.push(event);
  }
}
