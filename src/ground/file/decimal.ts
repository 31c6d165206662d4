/** What parts groups of three digits: comma, point, apostrophe, and the spaces that spreadsheets write. */
const GROUPED = /^([1-9]\d{0,2})([.,'’ \u00a0\u202f])(\d{3}(?:\2\d{3})*)(?:([.,])(\d+))?$/;

/** Decimals that thousands' separators could be mistaken for. */
const GROUP = 3;

/**
 * An amount as exports write it, as a plain decimal with a point: `1,234.50` and `1.234,50` are 1234.5.
 * `digits` are the currency's decimals. Zeros past them fall away, but nothing is rounded. `null` for what
 * can be read in two ways, such as `1,234` or the `1.234` of a currency without three decimals, and for what
 * is no amount.
 */
export function plainDecimal(text: string, digits: number): string | null {
  const trimmed = text.trim();
  if (/^\d+$/.test(trimmed)) return trimmed;
  const [, whole, mark, fraction] = /^(\d+)([.,])(\d+)$/.exec(trimmed) ?? [];
  if (whole !== undefined && fraction !== undefined) {
    const parted = fraction.length === GROUP && whole.length <= GROUP && !whole.startsWith("0");
    const clear = !parted || (mark === "." && digits === GROUP);
    return clear ? joined(whole, fraction, digits) : null;
  }
  const [, first, separator, groups, point, decimals] = GROUPED.exec(trimmed) ?? [];
  if (first === undefined || separator === undefined || groups === undefined) return null;
  if (point === separator) return null;
  return joined(first + groups.replaceAll(separator, ""), decimals ?? "", digits);
}

function joined(whole: string, fraction: string, digits: number): string {
  const needed = fraction.slice(0, digits) + fraction.slice(digits).replace(/0+$/, "");
  return needed === "" ? whole : `${whole}.${needed}`;
}
