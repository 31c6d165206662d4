const encoder = new TextEncoder();

/**
 * A download of rows that come page by page as NDJSON: one JSON text a line, so that no more than a
 * page is ever held. The last line is `{"end": true, "rows": n}`: a download without it broke off.
 */
export function ndjsonStream(filename: string, pages: AsyncGenerator<unknown[]>): Response {
  let rows = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const page = await pages.next();
      if (page.done === true) {
        controller.enqueue(encoder.encode(linesOf([{ end: true, rows }])));
        controller.close();
        return;
      }
      rows += page.value.length;
      controller.enqueue(encoder.encode(linesOf(page.value)));
    },
    async cancel() {
      await pages.return(undefined);
    },
  });
  return new Response(body, {
    headers: {
      "Content-Type": "application/x-ndjson",
      "Content-Disposition": `attachment; filename="${filename}"`,
      "Cache-Control": "no-store",
    },
  });
}

function linesOf(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}
