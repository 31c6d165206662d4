import { MergedRows, type SumName } from "./sum-rows.ts";

/** What is counted beside what a store's day has names for: no page, file, campaign or source of a visit is called so. */
export const OTHER = "(other)";

/**
 * Names that a local day of a store has at most. Whoever makes names up can't make more rows than these, for each hour and
 * state of consent; what comes after them is counted as {@link OTHER}.
 */
export const MOST_NAMES = {
  /** Pages. */
  pages: 2_000,
  /** Combinations of source, campaign, landing page and link. */
  visits: 2_000,
  /** Combinations of event, label or file, and page. */
  behaviours: 4_000,
  /** Heat maps: pages by bands of width. */
  heat: 300,
} as const satisfies Partial<Record<SumName, number>>;

/** Bounds as {@link MOST_NAMES}. */
export type Bounds = Readonly<Record<keyof typeof MOST_NAMES, number>>;

/** A local day (2026-11-30) of a store. */
export interface StoreDay {
  storeId: string;
  day: string;
}

/** What a day has rows of already, each once: by the columns that {@link NAMED} says. */
export type KnownNames = Record<keyof Bounds, unknown[][]>;

/** Tells a day of a store from others. */
export function dayKey({ storeId, day }: StoreDay): string {
  return `${day}\n${storeId}`;
}

/** Columns after the store and the span (of heat maps: before the day) that tell rows of a day apart. */
export const NAMED: Readonly<Record<keyof Bounds, readonly string[]>> = {
  pages: ["page"],
  visits: ["source", "name", "rule", "campaign", "landing", "link_id"],
  behaviours: ["kind", "name", "label", "page"],
  heat: ["page", "band"],
};

/** Rows of a day that are to be added. */
export interface DayRows extends StoreDay {
  rows: Record<keyof Bounds, unknown[][]>;
}

/** Rows that are to be added by the days that they are of, but for those that have no names. */
export function rowsByDay(merged: MergedRows): DayRows[] {
  const days = new Map<string, DayRows>();
  for (const [name, rows] of merged.tables) {
    if (!isBounded(name)) continue;
    for (const row of rows) {
      const day = storeDayOf(name, row);
      const key = dayKey(day);
      let ofDay = days.get(key);
      if (ofDay === undefined) {
        days.set(key, (ofDay = { ...day, rows: { pages: [], visits: [], behaviours: [], heat: [] } }));
      }
      ofDay.rows[name].push(row);
    }
  }
  return [...days.values()];
}

/** Gathers rows that are to be added, where no day has more names than it may. */
export class BoundedRows {
  readonly #rows = new MergedRows();
  readonly #bounds: Bounds;
  /** Heat maps that go by their own names. */
  readonly #mapped = new Set<string>();

  constructor(bounds: Bounds = MOST_NAMES) {
    this.#bounds = bounds;
  }

  /**
   * Adds a day's rows. What is new beyond its names is added to the rows of {@link OTHER}, so that all sums stay what they
   * are. A page is itself or other for a whole day, in all tables alike; of those that come together the ones that were seen
   * most come first.
   */
  addDay({ rows }: DayRows, known: KnownNames | undefined): void {
    const names = new DayNames(known, this.#bounds);
    for (const [storeId, span, page, ...rest] of rows.pages.toSorted((a, b) => Number(b[4]) - Number(a[4]))) {
      this.#rows.add(["pages", storeId, span, names.page(String(page)), ...rest]);
    }
    for (const [storeId, span, source, name, rule, campaign, landing, linkId, ...rest] of rows.visits) {
      const page = names.page(String(landing));
      const isNamed = names.admits("visits", [source, name, rule, campaign, page, linkId]);
      const named = isNamed ? [name, rule, campaign, page] : [otherOf(name), rule, otherOf(campaign), OTHER];
      this.#rows.add(["visits", storeId, span, source, ...named, linkId, ...rest]);
    }
    for (const [storeId, span, kind, name, label, path, ...rest] of rows.behaviours) {
      const page = names.page(String(path));
      // What became of a banner is told by each page alike, else more would be answered than were asked.
      const isNamed = kind === "banner" || names.admits("behaviours", [kind, name, label, page]);
      const named = isNamed ? [label, page] : [kind === "download" ? OTHER : label, OTHER];
      this.#rows.add(["behaviours", storeId, span, kind, name, ...named, ...rest]);
    }
    for (const [storeId, path, band, ...rest] of rows.heat) {
      const page = names.page(String(path));
      const isNamed = names.admits("heat", [page, band]);
      if (isNamed && page !== OTHER) this.#mapped.add(JSON.stringify([storeId, page, band]));
      this.#rows.add(["heat", storeId, isNamed ? page : OTHER, band, ...rest]);
    }
  }

  /** All rows, after their days: with those of no day. */
  finish(merged: MergedRows): MergedRows {
    for (const [name, rows] of merged.tables) {
      if (isBounded(name)) continue;
      for (const row of rows) {
        // An outline is of use with a map alone, and comes again with the next view.
        const isKept = name !== "outlines" || this.#mapped.has(JSON.stringify(row.slice(0, 3)));
        if (isKept) this.#rows.add([name, ...row]);
      }
    }
    return this.#rows;
  }
}

/** The names of a day, with those that are new as long as there may be any. */
export class DayNames {
  readonly #pages: Set<string>;
  readonly #named: Readonly<Record<keyof Bounds, Set<string>>>;
  readonly #bounds: Bounds;

  constructor(known: Partial<KnownNames> | undefined, bounds: Bounds = MOST_NAMES) {
    const { pages = [], visits = [], behaviours = [], heat = [] } = known ?? {};
    const setOf = (rows: readonly unknown[][]) => new Set(rows.map((row) => JSON.stringify(row)));
    const paths = [...pages.map(([page]) => page), ...visits.map((row) => row[4]), ...behaviours.map((row) => row[3])];
    this.#pages = new Set([...paths, ...heat.map(([page]) => page)].map(String));
    this.#named = { pages: setOf([]), visits: setOf(visits), behaviours: setOf(behaviours), heat: setOf(heat) };
    this.#bounds = bounds;
  }

  /** The page that another is counted as; all of a store's are none. */
  page(page: string): string {
    if (page === "" || this.#pages.has(page)) return page;
    if (this.#pages.size >= this.#bounds.pages) return OTHER;
    this.#pages.add(page);
    return page;
  }

  /** Whether a row of a table may have these names. */
  admits(name: "visits" | "behaviours" | "heat", values: readonly unknown[]): boolean {
    const key = JSON.stringify(values);
    const named = this.#named[name];
    if (named.has(key)) return true;
    if (named.size >= this.#bounds[name]) return false;
    named.add(key);
    return true;
  }
}

function otherOf(value: unknown): string {
  return value === "" ? "" : OTHER;
}

function isBounded(name: SumName): name is keyof Bounds {
  return Object.hasOwn(NAMED, name);
}

/** The store's day of a row: of heat maps it has one, others have a span that begins with it. */
function storeDayOf(name: keyof Bounds, row: readonly unknown[]): StoreDay {
  const day = name === "heat" ? row[3] : row[1];
  return { storeId: String(row[0]), day: String(day).slice(0, 10) };
}
