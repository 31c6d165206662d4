/** Bytes by which the encoding is known. */
const MARK = 2;

/**
 * Text of a file that comes in pieces of bytes: UTF-8, or UTF-16 that begins with its byte order mark, as
 * spreadsheets write it. What isn't of its encoding becomes U+FFFD.
 */
export class FileDecoder {
  #first: number[] = [];
  #decoder: TextDecoder | null = null;

  /** The text of a piece, as far as it is whole. Throws a `RangeError` for UTF-16 without its mark. */
  push(bytes: Uint8Array): string {
    if (this.#decoder !== null) return this.#decoder.decode(bytes, { stream: true });
    const wanted = MARK - this.#first.length;
    this.#first.push(...bytes.subarray(0, wanted));
    if (this.#first.length < MARK) return "";
    const first = Uint8Array.from(this.#first);
    this.#decoder = decoderFor(first);
    return (
      this.#decoder.decode(first, { stream: true }) + this.#decoder.decode(bytes.subarray(wanted), { stream: true })
    );
  }

  /** What is left. */
  end(): string {
    const decoder = this.#decoder ?? new TextDecoder();
    return this.#decoder === null ? decoder.decode(Uint8Array.from(this.#first)) : decoder.decode();
  }
}

function decoderFor([first, second]: Uint8Array): TextDecoder {
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le");
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be");
  // No text begins with a NUL, but any in UTF-16 has one beside its first character.
  if (first === 0 || second === 0) {
    throw new RangeError("looks like UTF-16 without its byte order mark: save it as UTF-8");
  }
  return new TextDecoder();
}
