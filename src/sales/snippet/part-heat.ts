/*! heat */
/** Part `heat`: where a page is clicked, by counts alone, and how far down it is seen. With consent. */
import { quietly } from "./browser.ts";
import { LEAVE, VIEW } from "./hooks.ts";
import { add, depth, isGranted, meeting, on, rulesHere, wayOf } from "./part-visit.ts";

/** What isn't told yet. */
let zones: Partial<Record<"cells" | "elements" | "rage", Record<string, number>>> = {};
let clicks = 0;
/** Steps of 100 px that were told of this view; `undefined`: it told of nothing yet. */
let scrolled: number | undefined;

/** The first click of those that follow one another at once, how many they are, and when the last was. */
let first: readonly [x: number, y: number] = [0, 0];
let inRow = 0;
let last = 0;

function count(what: keyof typeof zones, key: string): void {
  const counts = (zones[what] = zones[what] || {});
  counts[key] = (counts[key] || 0) + 1;
}

/** Which of `parts` a place is in, from 0. */
function partOf(place: number, whole: number, parts: number): number {
  return Math.max(0, Math.min(parts - 1, Math.floor((place / whole) * parts)));
}

on("click", (event) => {
  const { clientX: x, clientY: y, timeStamp } = event;
  const way = wayOf(event);
  // Keys click too, and some screens where nobody touched.
  if (!isGranted || !event.detail || !(x + y) || !way[0]) return;
  const stays = way.some((node) => quietly(() => /fixed|sticky/.test(getComputedStyle(node as Element).position)));
  const column = partOf(stays ? x : event.pageX, document.documentElement.scrollWidth, 50);
  const cell = `${stays ? "f" : ""}${column}:${Math.floor((stays ? y : event.pageY) / 20)}`;
  count("cells", cell);

  if (timeStamp - last >= 1_000 || Math.hypot(x - first[0], y - first[1]) > 30) inRow = 0;
  last = timeStamp;
  if (!inRow) first = [x, y];
  if (++inRow === 3) count("rage", cell);

  const rules = rulesHere();
  way.some((node) =>
    rules.some(([rule, , selector]) => {
      if (!selector || !meeting([node], selector)) return false;
      const { left, top, width, height } = (node as Element).getBoundingClientRect();
      count("elements", `${rule}:${partOf(x - left, width, 10)}:${partOf(y - top, height, 10)}`);
      return true;
    }),
  );
  if (++clicks > 199) tellZones();
});

function tellZones(): void {
  const scroll = Math.ceil(depth / 100);
  if (!isGranted || !(clicks || scroll > (scrolled || 0))) return;
  const { scrollWidth: width, scrollHeight: height } = document.documentElement;
  const outline: Record<string, number[]> = {};
  for (const [rule, , selector] of rulesHere()) {
    quietly(() => {
      const box = document.querySelector(selector!)!.getBoundingClientRect();
      outline[rule] = [box.left, box.top + scrollY, box.width, box.height].map(Math.round);
    });
  }
  const band = innerWidth < 768 ? "narrow" : innerWidth < 1200 ? "medium" : "wide";
  add("zones", { ...zones, width, height, band, scroll, scrolled, outline });
  scrolled = scroll;
  zones = {};
  clicks = 0;
}

H.push((what) => {
  if (what === LEAVE) tellZones();
  if (what === VIEW) scrolled = undefined;
});
