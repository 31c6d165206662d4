/** Columns that a drawing of the width of a finger can still show. */
const MAX_COLUMNS = 31;

/** Height of a drawing, in its own units: it is stretched to the card. */
export const SPARK_HEIGHT = 12;

/** The style of gaps between so many columns: in the outline of each drawing they would take many times as many characters. */
export function sparkGaps(columns: number): string {
  const at = (part: number): string => `calc(${part}%/${columns})`;
  return `.spark{mask:repeating-linear-gradient(90deg,#0000 0 ${at(10)},#000 0 ${at(90)},#0000 0 ${at(100)})}`;
}

/** Sums of neighbours, so that there are few enough to be drawn small; the last may be of fewer. */
export function inColumns(values: readonly number[]): number[] {
  const each = Math.ceil(values.length / MAX_COLUMNS) || 1;
  const sums: number[] = [];
  for (let at = 0; at < values.length; at += each) {
    sums.push(values.slice(at, at + each).reduce((sum, value) => sum + value, 0));
  }
  return sums;
}

/**
 * Values of 0 or more as the outline of columns side by side, each 1 wide, in as few characters as it goes: equal
 * neighbours are one line. Anything at all is 1 high at least. Empty where all are 0.
 */
export function sparkPath(values: readonly number[]): string {
  const most = Math.max(0, ...values);
  if (most === 0) return "";
  let path = `M0 ${SPARK_HEIGHT}`;
  let [height, run] = [0, 0];
  const draw = () => (run === 0 ? "" : `h${run}`);
  for (const value of values) {
    const next = value <= 0 ? 0 : Math.max(1, Math.round((value / most) * SPARK_HEIGHT));
    if (next !== height) {
      path += `${draw()}v${height - next}`;
      [height, run] = [next, 0];
    }
    run += 1;
  }
  return `${path}${draw()}V${SPARK_HEIGHT}z`;
}
