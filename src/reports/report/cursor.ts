/** Where a page of a report ended, so that the next begins after it wherever the rows are by then. */
export interface ReportCursor {
  /** The sort that the rows were in. */
  sort: string;
  /** The currency that they were in. */
  currency: string | null;
  /** Of the last row: what it was sorted by, its key, and the start of its interval. */
  value: string | number | null;
  key: string;
  start: string | number;
}

/** A cursor as text that nobody builds on the form of: base64url of JSON. */
export function encodeReportCursor({ sort, currency, value, key, start }: ReportCursor): string {
  const bytes = new TextEncoder().encode(JSON.stringify([sort, currency, value, key, start]));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Reads a cursor back; `null` for what isn't one. */
export function decodeReportCursor(text: string): ReportCursor | null {
  const parts = partsOf(text);
  if (!Array.isArray(parts) || parts.length !== 5) return null;
  const [sort, currency, value, key, start] = parts as unknown[];
  const isCursor =
    typeof sort === "string" &&
    (currency === null || typeof currency === "string") &&
    (value === null || typeof value === "string" || typeof value === "number") &&
    typeof key === "string" &&
    (typeof start === "string" || typeof start === "number");
  return isCursor ? { sort, currency, value, key, start } : null;
}

function partsOf(text: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(text, { alphabet: "base64url" })));
  } catch {
    return null;
  }
}
