import { converter, formatHex, modeLrgb, modeOklch, modeRgb, toGamut, useMode, wcagContrast } from "culori/fn";

useMode(modeRgb);
useMode(modeLrgb);
useMode(modeOklch);

const toOklch = converter("oklch");
const intoGamut = toGamut("rgb", "oklch");

/** Contrast that text needs at least (WCAG 2.2, 1.4.3). */
const READABLE = 4.5;

/** Steps of lightness, from 0 to 1. */
const STEP = 0.01;

/**
 * A colour (`#rrggbb`) as near to the given one as can be read on all these grounds: made darker or lighter in OKLCH,
 * which keeps its hue. Black or white can be read on any ground that is light or dark throughout.
 */
export function readableOn(color: string, grounds: readonly string[], towards: "darker" | "lighter"): string {
  const start = toOklch(color);
  if (start === undefined) throw new RangeError(`not a colour: ${color}`);
  for (let lightness = start.l; lightness >= 0 && lightness <= 1; lightness += towards === "darker" ? -STEP : STEP) {
    const shade = formatHex(intoGamut({ ...start, l: lightness }));
    if (grounds.every((ground) => wcagContrast(shade, ground) >= READABLE)) return shade;
  }
  return towards === "darker" ? "#000000" : "#ffffff";
}
