import { getTableColumns } from "drizzle-orm";
import { clickRows as clicks } from "../../ground/db/schema/click.ts";
import { errorText } from "../../ground/error-text.ts";
import { type ArchiveSpan, lineOf, seqOf } from "./format.ts";

/** Every column of the log, as the table and the files name it. */
export const CLICK_COLUMNS = Object.values(getTableColumns(clicks)).map((column) => column.name);

/** What a file holds, of its text before compression. */
export interface Contents {
  rows: number;
  /** Hex. */
  sha256: string;
}

/** A file as it will be put. */
export interface BuiltFile extends Contents {
  body: ArrayBuffer;
}

/** A file whose bytes are no gzipped lines. */
export class UnreadableFile extends Error {}

const encoder = new TextEncoder();

/** SHA-256 of a text that comes in parts, so that a file is never in memory as a whole. */
class TextDigest {
  readonly #stream = new crypto.DigestStream("SHA-256");
  readonly #writer = this.#stream.getWriter();

  async add(bytes: Uint8Array): Promise<void> {
    await this.#writer.write(bytes);
  }

  async end(): Promise<string> {
    await this.#writer.close();
    return new Uint8Array(await this.#stream.digest).toHex();
  }
}

/** Writes a span of the log as gzipped NDJSON, reading `pageRows` rows at a time. Throws what D1 throws. */
export async function buildFile(db: D1Database, span: ArchiveSpan, pageRows: number): Promise<BuiltFile> {
  const page = db.prepare(
    `SELECT ${CLICK_COLUMNS.join(", ")} FROM clicks WHERE seq >= ?1 AND seq <= ?2 AND time <= ?3 ORDER BY seq LIMIT ?4`,
  );
  const digest = new TextDigest();
  const gzip = new CompressionStream("gzip");
  const writer = gzip.writable.getWriter();
  const packed = new Response(gzip.readable).arrayBuffer();
  try {
    let rows = 0;
    for (let from = span.firstSeq; from <= span.lastSeq;) {
      const { results } = await page
        .bind(from, span.lastSeq, span.latest, pageRows)
        .all<Record<string, unknown> & { seq: number }>();
      const last = results.at(-1);
      if (last === undefined) break;
      const bytes = encoder.encode(results.map((row) => `${lineOf(row)}\n`).join(""));
      await Promise.all([digest.add(bytes), writer.write(bytes)]);
      rows += results.length;
      from = last.seq + 1;
    }
    await writer.close();
    return { rows, sha256: await digest.end(), body: await packed };
  } catch (error) {
    // Whoever waits for the compressed bytes must not be left waiting, nor be heard of as unhandled.
    await Promise.allSettled([writer.abort(error), packed]);
    throw error;
  }
}

/**
 * The lines of a file, at most `size` at a time. Throws an {@link UnreadableFile} if it isn't there or
 * is cut off or changed so that it can't be unpacked, and what R2 throws when it is asked for it.
 */
export async function* readLines(bucket: R2Bucket, key: string, size: number): AsyncGenerator<string[]> {
  const object = await bucket.get(key);
  if (object === null) throw new UnreadableFile(`${key} is missing`);
  const reader = object.body.pipeThrough(new DecompressionStream("gzip")).getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let lines: string[] = [];
  let rest = "";
  for (;;) {
    const { done, text } = await readText(reader, decoder, key);
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    for (; lines.length >= size; lines = lines.slice(size)) yield lines.slice(0, size);
    if (done) break;
  }
  if (rest !== "") throw new UnreadableFile(`${key} ends within a line`);
  if (lines.length > 0) yield lines;
}

async function readText(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  decoder: TextDecoder,
  key: string,
): Promise<{ done: boolean; text: string }> {
  try {
    const { done, value } = await reader.read();
    return { done, text: decoder.decode(value, { stream: !done }) };
  } catch (error) {
    throw new UnreadableFile(`${key} can't be read: ${errorText(error)}`);
  }
}

/** Lines looked at together while a file is checked. */
const CHECK_LINES = 1_000;

/**
 * Reads a file back. Returns the sequence numbers of its rows if it holds just what was written, and
 * `null` if it is missing, damaged or another. Throws what R2 throws when it is asked for it.
 */
export async function seqsIfWhole(bucket: R2Bucket, key: string, expected: Contents): Promise<number[] | null> {
  const digest = new TextDigest();
  const seqs: number[] = [];
  try {
    for await (const lines of readLines(bucket, key, CHECK_LINES)) {
      await digest.add(encoder.encode(`${lines.join("\n")}\n`));
      for (const line of lines) seqs.push(seqOf(line));
    }
  } catch (error) {
    if (error instanceof UnreadableFile || error instanceof RangeError) return null;
    throw error;
  }
  const sha256 = await digest.end();
  return seqs.length === expected.rows && sha256 === expected.sha256 ? seqs : null;
}
