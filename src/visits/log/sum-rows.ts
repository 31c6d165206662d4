import type { HeatCounts } from "../../ground/model/visit.ts";
import { addHeat, type Contribution, sizeOfHeat } from "./sums.ts";

/** How a column's values come together: `latest` goes by the last column of its table. */
export type Merge = "sum" | "least" | "most" | "counts" | "latest";

/** A table of sums. */
export interface SumTable {
  table: string;
  /** Columns of its primary key. */
  keys: readonly string[];
  /** The others. */
  columns: Readonly<Record<string, Merge>>;
}

/** The tables that events are counted in. Rows that wait name them by these names: they are only ever added to. */
export const SUM_TABLES = {
  pages: {
    table: "page_sums",
    keys: ["store_id", "span", "page", "consent"],
    columns: { views: "sum", entries: "sum", nexts: "sum", engaged_ms: "sum", engaged: "sum", scroll: "sum" },
  },
  visits: {
    table: "visit_sums",
    keys: ["store_id", "span", "source", "name", "rule", "campaign", "landing", "link_id", "consent"],
    columns: { visits: "sum", seconds: "sum", views: "sum", engaged_ms: "sum" },
  },
  behaviours: {
    table: "behaviour_sums",
    keys: ["store_id", "span", "kind", "name", "label", "page", "consent"],
    columns: { count: "sum" },
  },
  quality: {
    table: "visit_quality",
    keys: ["store_id", "day", "kind", "rule", "outcome"],
    columns: { count: "sum", first_at: "least", last_at: "most" },
  },
  heat: {
    table: "heat_days",
    keys: ["store_id", "page", "band", "day"],
    columns: { views: "sum", counts: "counts" },
  },
  outlines: {
    table: "page_outlines",
    keys: ["store_id", "page", "band"],
    columns: { outline: "latest", seen_at: "latest" },
  },
} as const satisfies Partial<Record<keyof Contribution, SumTable>>;

/** One of {@link SUM_TABLES}. */
export type SumName = keyof typeof SUM_TABLES;

/** A row that waits: its table, and the values of its keys and its other columns. */
export type SumRow = [name: SumName, ...values: unknown[]];

const NAMES = Object.keys(SUM_TABLES) as SumName[];

/** What events come to, as rows that wait. */
export function waitingRows(added: Contribution): SumRow[] {
  return NAMES.flatMap((name) => {
    const { keys, columns }: SumTable = SUM_TABLES[name];
    const fields = [...keys, ...Object.keys(columns)].map((column) =>
      column.replaceAll(/_(\w)/g, (_text, letter: string) => letter.toUpperCase()),
    );
    const rows = added[name] as readonly object[] as readonly Readonly<Record<string, unknown>>[];
    return rows.map((row): SumRow => [name, ...fields.map((field) => row[field])]);
  });
}

/** Counts of a heat map that are as much as a row, in memory. */
const COUNTS_A_ROW = 20;

/** Rows that waited, those of one key as one. */
export class MergedRows {
  readonly #tables = new Map<SumName, Map<string, unknown[]>>();
  #size = 0;

  /** How many there are, where so many counts of a heat map are as much as a row. */
  get size(): number {
    return this.#size;
  }

  /** By their tables, each the values of the keys and of the other columns. */
  get tables(): [SumName, unknown[][]][] {
    return [...this.#tables].map(([name, rows]) => [name, [...rows.values()]]);
  }

  /** Adds a row that waits, which is this one's from now on. */
  add([name, ...values]: SumRow): void {
    const { keys, columns }: SumTable = SUM_TABLES[name];
    let rows = this.#tables.get(name);
    if (rows === undefined) this.#tables.set(name, (rows = new Map()));
    const key = JSON.stringify(values.slice(0, keys.length));
    const known = rows.get(key);
    const before = name === "heat" && known !== undefined ? sizeOfHeat(countsIn(known)) : 0;
    const row = known ?? values;
    if (known !== undefined) addRow(known, values, keys.length, Object.values(columns));
    else {
      // Begun with none, so that no more are kept of the first than of others.
      if (name === "heat") values[values.length - 1] = withinBounds(countsIn(values));
      rows.set(key, values);
      this.#size += 1;
    }
    if (name === "heat") this.#size += (sizeOfHeat(countsIn(row)) - before) / COUNTS_A_ROW;
  }
}

/** The counts of a heat map's row: its last column. */
function countsIn(row: readonly unknown[]): HeatCounts {
  return row.at(-1) as HeatCounts;
}

function withinBounds(counts: HeatCounts): HeatCounts {
  const none: HeatCounts = { cells: {}, elements: {}, scroll: {}, rage: {} };
  addHeat(none, counts);
  return none;
}

function addRow(row: unknown[], more: readonly unknown[], begin: number, merges: readonly Merge[]): void {
  const isLater = Number(more.at(-1)) > Number(row.at(-1));
  for (const [column, merge] of merges.entries()) {
    const at = begin + column;
    const [one, other] = [row[at], more[at]];
    if (merge === "sum") row[at] = Number(one) + Number(other);
    else if (merge === "least") row[at] = Math.min(Number(one), Number(other));
    else if (merge === "most") row[at] = Math.max(Number(one), Number(other));
    else if (merge === "latest") row[at] = isLater ? other : one;
    else addHeat(one as HeatCounts, other as HeatCounts);
  }
}
