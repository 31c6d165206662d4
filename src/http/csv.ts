import Papa from "papaparse";

/**
 * Rows as lines of CSV (RFC 4180, CRLF). Text that a spreadsheet would run as a formula gets an
 * apostrophe in front: names and URLs come from outside.
 */
export function csvLines(rows: readonly (readonly unknown[])[]): string {
  if (rows.length === 0) return "";
  return `${Papa.unparse(
    rows.map((row) => [...row]),
    { escapeFormulae: true, newline: "\r\n" },
  )}\r\n`;
}

/** A download of rows that come page by page, so that no more than a page is ever held. */
export function csvStream(filename: string, columns: readonly string[], pages: AsyncIterator<unknown[][]>): Response {
  const encoder = new TextEncoder();
  let started = false;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!started) {
        started = true;
        controller.enqueue(encoder.encode(csvLines([columns])));
        return;
      }
      const page = await pages.next();
      if (page.done === true) controller.close();
      else controller.enqueue(encoder.encode(csvLines(page.value)));
    },
  });
  return new Response(body, { headers: csvHeaders(filename) });
}

/** Headers of a CSV download. */
export function csvHeaders(filename: string): Record<string, string> {
  return {
    "Content-Type": "text/csv; charset=utf-8",
    "Content-Disposition": `attachment; filename="${filename}"`,
    "Cache-Control": "no-store",
  };
}
