import type { Contribution } from "../../clicks/log/contribution.ts";
import { packJson } from "../../ground/db/pack.ts";
import { HOUR_MS, type Span } from "../../ground/time/range.ts";
import type { Bindings } from "./bindings.ts";
import { unionAll } from "./bindings.ts";
import type { CountQuery } from "./count.ts";
import { DIMENSION_SQL } from "./dimension.ts";

/** Local days and hours begin at a multiple of it everywhere, and have since 2012. */
export const QUARTER_MS = 900_000;

/** What the log knows of clicks that no sums have, for one report. */
export interface LogCounts {
  /** Clicks that aren't rolled up yet, see {@link ClickCounts.texts}. */
  tail: readonly string[];
  /** Of each period: where the span cuts through what is summed up. */
  cuts: readonly CutCounts[];
}

/** What a span cuts through. */
export interface CutCounts {
  /** Clicks of the parts that only the log can tell of, rolled up or not, see {@link ClickCounts.texts}. */
  log: readonly string[];
  /** Whole hours of the days that are cut; `null`: what is cut is all in {@link log}. */
  hours: readonly Span[] | null;
}

/** Counted clicks of the log, summed up to what a report tells apart, so that its statement can be given them. */
export class ClickCounts {
  readonly #split: "country" | "device" | "source" | null;
  readonly #grain: number;
  readonly #counts = new Map<string, [linkId: string, time: number, value: string, counted: number, unique: number]>();

  constructor({ dimension, interval }: Pick<CountQuery, "dimension" | "interval">) {
    this.#split = DIMENSION_SQL[dimension].split;
    this.#grain = interval === "hour" ? HOUR_MS : QUARTER_MS;
  }

  /** How many rows it has come to. */
  get size(): number {
    return this.#counts.size;
  }

  add(click: Contribution): void {
    const { linkId, counts } = click;
    if (counts.counted === 0 && counts.uniqueOfDay === 0) return;
    const time = click.time - (click.time % this.#grain);
    const value = this.#split === null ? "" : (click[this.#split] ?? "");
    const key = `${linkId} ${time} ${value}`;
    const sum = this.#counts.get(key);
    if (sum === undefined) {
      this.#counts.set(key, [linkId, time, value, counts.counted, counts.uniqueOfDay]);
      return;
    }
    sum[3] += counts.counted;
    sum[4] += counts.uniqueOfDay;
  }

  /** Texts of JSON arrays, whose rows {@link rowsOf} reads. */
  texts(): string[] {
    return packJson([...this.#counts.values()]);
  }
}

/** SQL query of the rows of {@link ClickCounts}: `link_id`, `time` (ms UTC), `value`, `counted`, `unique_of_day`. */
export function rowsOf(texts: readonly string[], bindings: Bindings): string {
  return unionAll(
    (texts.length === 0 ? ["[]"] : texts).map(
      (text) => `SELECT value ->> 0 AS link_id, value ->> 1 AS time, value ->> 2 AS value, value ->> 3 AS counted,
        value ->> 4 AS unique_of_day FROM json_each(${bindings.add(text)})`,
    ),
  );
}
