import type { HeatCounts, PageOutline, WidthBand } from "../../ground/model/visit.ts";
import type { TakenFacts } from "./taken.ts";
import { fieldsOf, Untold, wholeOf } from "./values.ts";

const BANDS: readonly WidthBand[] = ["narrow", "medium", "wide"];

/** Columns over the width, and rows of 20 px: what is below 100,000 px is left out. */
const COLUMNS = 50;
const ROWS = 5_000;

/** Steps of 100 px of the same. */
const STEPS = 1_000;

/** Longest page and widest window, CSS px. */
const MOST_PX = 100_000;

/** Zones of a report at most, and clicks in one of them. */
const MAX_ZONES = 200;
const MAX_CLICKS = 1_000;

/** Planned elements of an outline at most. */
const MAX_ELEMENTS = 200;

const ZONE = /^f?(\d{1,2}):(\d{1,7})$/;
const ELEMENT = /^[^\n]{1,64}:\d:\d$/;

/** Longest id of a rule. */
export const MAX_RULE = 64;

/** Reads where a page was clicked and how far it was seen. Throws `Untold`. */
export function readZones(data: Readonly<Record<string, unknown>>): TakenFacts & { type: "zones" } {
  const band = BANDS.find((known) => known === data["band"]);
  if (band === undefined) throw new Untold(data["band"] == null ? "missing" : "malformed");
  const scroll = depthOf(data["scroll"]);
  const scrolled = depthOf(data["scrolled"]);
  const counts: HeatCounts = {
    cells: { ...zonesOf(data["cells"], ""), ...zonesOf(data["fixed"], "f") },
    elements: countsOf(data["elements"], (key) => ELEMENT.test(key)),
    scroll: movedOf(scroll, scrolled),
    rage: zonesOf(data["rage"], ""),
  };
  const zones = [counts.cells, counts.elements, counts.rage].map((part) => Object.keys(part).length);
  if (zones.some((some) => some > MAX_ZONES)) throw new Untold("implausible");
  return { type: "zones", band, isFirst: scrolled === null, counts, outline: outlineOf(data) };
}

/** Steps seen; pages without an end are as deep as the deepest. */
function depthOf(value: unknown): number | null {
  return value == null ? null : Math.min(STEPS, wholeOf(value, 0, Number.MAX_SAFE_INTEGER));
}

/** A view moves from the depth that it told before to that which it has by now. */
function movedOf(scroll: number | null, scrolled: number | null): Record<string, number> {
  if (scroll === null || scroll === scrolled) return {};
  return { [scroll]: 1, ...(scrolled !== null && { [scrolled]: -1 }) };
}

function zonesOf(value: unknown, prefix: string): Record<string, number> {
  const counts = countsOf(value, (key) => Number(ZONE.exec(key)?.[1] ?? COLUMNS) < COLUMNS);
  const within = Object.entries(counts).filter(([key]) => Number(ZONE.exec(key)?.[2]) < ROWS);
  return Object.fromEntries(within.map(([key, count]) => [prefix === "" ? key : key.replace(/^f?/, prefix), count]));
}

function countsOf(value: unknown, isKey: (key: string) => boolean): Record<string, number> {
  if (value == null) return {};
  const counts = Object.entries(fieldsOf(value));
  if (counts.length > MAX_ZONES) throw new Untold("implausible");
  if (!counts.every(([key]) => isKey(key))) throw new Untold("malformed");
  return Object.fromEntries(counts.map(([key, count]) => [key, wholeOf(count, 1, MAX_CLICKS)]));
}

function outlineOf({ outline, width, height }: Readonly<Record<string, unknown>>): PageOutline | null {
  if (outline == null) return null;
  const places = Object.entries(fieldsOf(outline));
  if (places.length > MAX_ELEMENTS) throw new Untold("implausible");
  const elements = places.map(([rule, place]): [string, [number, number, number, number]] => {
    if (rule.length > MAX_RULE || !Array.isArray(place) || place.length !== 4) throw new Untold("malformed");
    const [left, top, wide, high] = place.map((px: unknown) => wholeOf(px, -MOST_PX, MOST_PX));
    return [rule, [left ?? 0, top ?? 0, wide ?? 0, high ?? 0]];
  });
  return {
    width: wholeOf(width, 1, MOST_PX),
    height: wholeOf(height, 1, MOST_PX * 10),
    elements: Object.fromEntries(elements),
  };
}
