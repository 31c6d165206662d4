import type {
  BehaviourType,
  ConsentState,
  HeatCounts,
  LoggedEvent,
  PageOutline,
  QualityOutcome,
  SourceKind,
  WidthBand,
} from "../../ground/model/visit.ts";
import type { CartTold } from "../cart/fold.ts";

/** What is added to a row of `page_sums`. */
export interface PageSum {
  storeId: string;
  span: string;
  page: string;
  consent: ConsentState;
  views: number;
  entries: number;
  nexts: number;
  engagedMs: number;
  engaged: number;
  scroll: number;
}

/** What is added to a row of `visit_sums`. */
export interface VisitSum {
  storeId: string;
  span: string;
  source: SourceKind;
  name: string;
  rule: string;
  campaign: string;
  landing: string;
  linkId: string;
  consent: ConsentState;
  visits: number;
  seconds: number;
  views: number;
  engagedMs: number;
}

/** What is added to a row of `behaviour_sums`. */
export interface BehaviourSum {
  storeId: string;
  span: string;
  kind: Extract<BehaviourType, "click" | "download" | "form" | "visible" | "step" | "banner">;
  name: string;
  label: string;
  page: string;
  consent: ConsentState;
  count: number;
}

/** What is added to a row of `visit_quality`. */
export interface QualitySum {
  storeId: string;
  day: string;
  kind: BehaviourType;
  rule: string;
  outcome: QualityOutcome;
  count: number;
  firstAt: number;
  lastAt: number;
}

/** What is added to a row of `heat_days`. */
export interface HeatSum {
  storeId: string;
  page: string;
  band: WidthBand;
  day: string;
  views: number;
  counts: HeatCounts;
}

/** Where the planned elements of a page were seen. */
export interface SeenOutline {
  storeId: string;
  page: string;
  band: WidthBand;
  outline: PageOutline;
  seenAt: number;
}

/** A day on which a visitor was there, and the first hour of it that is known. */
export interface VisitorDay {
  storeId: string;
  visitorHash: string;
  day: string;
  hour: string;
}

/** What was told of a cart, beside what is known of it. */
export interface ToldCart {
  storeId: string;
  cartKey: string;
  told: CartTold[];
}

/** What events come to: rows to be added to those that are there. */
export interface Contribution {
  pages: PageSum[];
  visits: VisitSum[];
  behaviours: BehaviourSum[];
  quality: QualitySum[];
  heat: HeatSum[];
  outlines: SeenOutline[];
  visitorDays: VisitorDay[];
  carts: ToldCart[];
  /** By store. */
  log: Map<string, LoggedEvent[]>;
  /** What tells the events that were looked at from others. */
  seen: string[];
}

/** Rows by what they are of. */
export class Rows<Row> {
  readonly #rows = new Map<string, Row>();

  /** The row of a key, which `make` begins. */
  at(key: string, make: () => Row): Row {
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const row = make();
    this.#rows.set(key, row);
    return row;
  }

  /** All rows, those first that were begun first. */
  get list(): Row[] {
    return [...this.#rows.values()];
  }
}

/** Zones of a kind that a day's heat map of a page has at most: what is met least is left out. */
export const MAX_ZONES = 5_000;

/** Counts of a heat map that are gathered before those that are met least are left out: a parameter takes 2 MB. */
const MOST_GATHERED = 20_000;

const HEAT_PARTS = ["cells", "elements", "scroll", "rage"] as const satisfies readonly (keyof HeatCounts)[];

/** How many counts those that were added to have: to count them each time would take too long. */
const SIZES = new WeakMap<HeatCounts, number>();

/** How many counts a heat map has. */
export function sizeOfHeat(counts: HeatCounts): number {
  return SIZES.get(counts) ?? HEAT_PARTS.reduce((sum, part) => sum + Object.keys(counts[part]).length, 0);
}

/** Adds the counts of a heat map to others, of which no more are kept than a row may have. */
export function addHeat(counts: HeatCounts, more: HeatCounts): void {
  let size = sizeOfHeat(counts);
  for (const part of HEAT_PARTS) {
    const sums = counts[part];
    for (const [key, count] of Object.entries(more[part])) {
      const sum = sums[key];
      if (sum === undefined) size += 1;
      sums[key] = (sum ?? 0) + count;
    }
  }
  SIZES.set(counts, size);
  if (size <= MOST_GATHERED) return;
  SIZES.delete(counts);
  for (const part of HEAT_PARTS) {
    const most = Object.entries(counts[part]).toSorted(([, a], [, b]) => b - a);
    if (most.length > MAX_ZONES) counts[part] = Object.fromEntries(most.slice(0, MAX_ZONES));
  }
}
