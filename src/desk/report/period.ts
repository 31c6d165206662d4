import { dayAfter } from "../../ground/time/range.ts";

/** Spans that a page offers, in days up to today. */
export const PERIODS = [7, 30, 90] as const;

/** Days that a report shows where its address names none. */
const USUAL = 30;

/** What a page covers. */
export interface Period {
  /** One of {@link PERIODS}; `null`: days, or times, of the address's own. */
  days: number | null;
  /** The first day, or a time; as the API takes it. `null`: the API's own. */
  from: string | null;
  to: string | null;
}

/**
 * The period that an address names: `days` up to `today` (2026-11-22), or `from` and `to`, which go to the API as they are,
 * so that it says itself what is wrong with them. `usual`: the days where the address names none.
 */
export function periodOf(query: URLSearchParams, today: string, usual: (typeof PERIODS)[number] = USUAL): Period {
  const [from, to] = [query.get("from") || null, query.get("to") || null];
  if (from !== null || to !== null) {
    return { days: PERIODS.find((days) => to === today && from === dayAfter(today, 1 - days)) ?? null, from, to };
  }
  const days = PERIODS.find((each) => String(each) === query.get("days")) ?? usual;
  return { days, from: dayAfter(today, 1 - days), to: today };
}
