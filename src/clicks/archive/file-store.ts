import { errorText } from "../../ground/error-text.ts";

/** A file as it will be put. */
export interface BuiltFile {
  /** SHA-256 of its text before compression, hex. */
  sha256: string;
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

/** Writes lines, which come a page at a time, as gzipped NDJSON. Throws what their source throws. */
export async function buildFile(pages: AsyncIterable<string[]>): Promise<BuiltFile> {
  const digest = new TextDigest();
  const gzip = new CompressionStream("gzip");
  const writer = gzip.writable.getWriter();
  const packed = new Response(gzip.readable).arrayBuffer();
  try {
    for await (const lines of pages) {
      const bytes = encoder.encode(`${lines.join("\n")}\n`);
      await Promise.all([digest.add(bytes), writer.write(bytes)]);
    }
    await writer.close();
    return { sha256: await digest.end(), body: await packed };
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
  // A line may come in many pieces: they are joined once it ends.
  let pieces: string[] = [];
  for (;;) {
    const { done, text } = await readText(reader, decoder, key);
    const parts = text.split("\n");
    const rest = parts.pop() ?? "";
    if (parts.length > 0) {
      parts[0] = pieces.join("") + (parts[0] ?? "");
      pieces = [];
      lines.push(...parts);
    }
    if (rest !== "") pieces.push(rest);
    for (; lines.length >= size; lines = lines.slice(size)) yield lines.slice(0, size);
    if (done) break;
  }
  if (pieces.length > 0) throw new UnreadableFile(`${key} ends within a line`);
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

/**
 * Reads a file back. Returns what `read` makes of each of its lines if it holds just the text that was written, and
 * `null` if it is missing, damaged or another. Throws what R2 throws when it is asked for it.
 */
export async function readIfWhole<Item>(
  bucket: R2Bucket,
  { key, sha256 }: { key: string; sha256: string },
  size: number,
  read: (line: string) => Item,
): Promise<Item[] | null> {
  const digest = new TextDigest();
  const items: Item[] = [];
  try {
    for await (const lines of readLines(bucket, key, size)) {
      await digest.add(encoder.encode(`${lines.join("\n")}\n`));
      for (const line of lines) items.push(read(line));
    }
  } catch (error) {
    if (error instanceof UnreadableFile || error instanceof RangeError || error instanceof SyntaxError) return null;
    throw error;
  }
  return (await digest.end()) === sha256 ? items : null;
}
