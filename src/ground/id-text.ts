/**
 * Typed ids: a prefix that names the kind, then 80 bits as 16 characters of Crockford's base32 in
 * lower case. The first 48 bits are the time in ms, so ids sort by creation, which is also the order
 * that lists page through.
 */
const BASE32 = "0123456789abcdefghjkmnpqrstvwxyz";

/** Bytes that an id holds after its prefix. */
export const ID_BYTES = 10;

/** Characters that an id has after its prefix. */
export const ID_LENGTH = 16;

/** What ids of links begin with: the one kind that a redirect reads and writes. */
export const LINK_PREFIX = "lnk_";

/** Writes {@link ID_BYTES} bytes as an id with this prefix. */
export function idOf(prefix: string, bytes: Uint8Array): string {
  let text = prefix;
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32[(buffer >>> bits) & 31];
    }
  }
  return text;
}

/** Reads an id back to its bytes. Throws a `RangeError` if it isn't one with this prefix. */
export function idBytes(prefix: string, id: string): Uint8Array {
  if (!id.startsWith(prefix) || id.length !== prefix.length + ID_LENGTH) {
    throw new RangeError(`not an id with ${prefix}: ${id}`);
  }
  const bytes = new Uint8Array(ID_BYTES);
  let buffer = 0;
  let bits = 0;
  let filled = 0;
  for (let index = prefix.length; index < id.length; index++) {
    const digit = BASE32.indexOf(id.charAt(index));
    if (digit < 0) throw new RangeError(`not an id with ${prefix}: ${id}`);
    buffer = ((buffer << 5) | digit) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[filled++] = buffer >>> bits;
    }
  }
  return bytes;
}
