/** Bytes of one packed text: D1 takes 2 MB at most as a bound parameter. */
const MAX_BYTES = 1_000_000;

const encoder = new TextEncoder();

/**
 * Rows as the texts of JSON arrays, as many in each as D1 takes for one parameter. A row that alone is
 * larger has a text of its own; no rows are no text.
 */
export function packJson(rows: readonly unknown[]): string[] {
  const packs: string[] = [];
  let open: string[] = [];
  let bytes = 0;
  for (const row of rows) {
    const text = JSON.stringify(row);
    const size = encoder.encode(text).length + 1;
    if (bytes + size > MAX_BYTES && open.length > 0) {
      packs.push(`[${open.join(",")}]`);
      [open, bytes] = [[], 0];
    }
    open.push(text);
    bytes += size;
  }
  return open.length === 0 ? packs : [...packs, `[${open.join(",")}]`];
}
