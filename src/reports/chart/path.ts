/** Width of a point, gap between two bars, and height of a drawing, in its own units: it is stretched to the page. */
export const STEP = 10;
const GAP = 2;
/** See {@link STEP}. */
export const HEIGHT = 100;

/** A bar of anything at all can be seen. */
const LEAST_BAR = 2;

/** What a drawing's height stands for: from `least`, which is 0 or below, to `most`, which is 0 or above. */
export interface Scale {
  least: number;
  most: number;
}

/** The scale that has room for all of some values; what isn't known takes none. */
export function scaleOf(values: readonly (number | null)[]): Scale {
  return values.reduce<Scale>(
    ({ least, most }, value) => ({ least: Math.min(least, value ?? 0), most: Math.max(most, value ?? 0) }),
    { least: 0, most: 0 },
  );
}

/** Values as bars, in one path. What is below 0 hangs from there; what is nothing, or isn't known, is no bar. */
export function barsPath(values: readonly (number | null)[], { least, most }: Scale): string {
  const whole = most - least || 1;
  const zero = Math.round((most / whole) * HEIGHT);
  return values
    .map((value, index) => {
      if (value === null || value === 0) return "";
      const height = Math.max(LEAST_BAR, Math.round((Math.abs(value) / whole) * HEIGHT));
      const [up, down] = value > 0 ? [`-${height}`, `${height}`] : [`${height}`, `-${height}`];
      return `M${index * STEP + GAP / 2} ${zero}v${up}h${STEP - GAP}v${down}z`;
    })
    .join("");
}

/** Values as a line through the middles of their points, in one path, with a gap where one isn't known. */
export function linePath(values: readonly (number | null)[], { least, most }: Scale): string {
  const whole = most - least || 1;
  let drawn = false;
  return values
    .map((value, index) => {
      if (value === null) {
        drawn = false;
        return "";
      }
      const x = index * STEP + STEP / 2;
      const y = Math.round(((most - value) / whole) * HEIGHT * 10) / 10;
      const isAlone = !drawn && (values[index + 1] ?? null) === null;
      const begin = drawn ? "L" : "M";
      drawn = true;
      // A point with nothing at its sides is a dash: a line of no length can't be seen.
      return isAlone ? `M${x - STEP / 2} ${y}h${STEP}` : `${begin}${x} ${y}`;
    })
    .join("");
}
