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

/** The kinds of id, by what they name. */
export const ID_PREFIXES = {
  store: "str_",
  domain: "dom_",
  creator: "crt_",
  link: "lnk_",
  campaign: "cmp_",
  plan: "pln_",
  code: "cod_",
  order: "ord_",
  inbox: "inb_",
  ledger: "led_",
  period: "per_",
  payout: "pay_",
  reconciliation: "rec_",
  endpoint: "whk_",
  portalToken: "ptk_",
  apiKey: "key_",
  audit: "aud_",
  deadLetter: "ded_",
  blockedHost: "blk_",
  abuseReport: "abu_",
  report: "atr_",
  source: "ats_",
  alarm: "alm_",
} as const;

/** One of the keys of {@link ID_PREFIXES}. */
export type IdKind = keyof typeof ID_PREFIXES;

/** Makes a new id of a kind; given to use cases so that pure rules draw nothing themselves. */
export type NewId = (kind: IdKind) => string;

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

/**
 * A source of new ids. Within one millisecond the random part counts up, so that a bulk insert of
 * hundreds can't collide with itself and keeps its order.
 */
export function createIdSource(now: () => number, random: (bytes: Uint8Array) => void): NewId {
  let lastTime = -1;
  let tail = 0;
  const drawn = new Uint8Array(4);
  return (kind) => {
    const time = now();
    if (time === lastTime) {
      tail = (tail + 1) >>> 0;
    } else {
      random(drawn);
      tail = new DataView(drawn.buffer).getUint32(0);
      lastTime = time;
    }
    const bytes = new Uint8Array(ID_BYTES);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, Math.floor(time / 0x1_0000_0000));
    view.setUint32(2, time >>> 0);
    view.setUint32(6, tail);
    return idOf(ID_PREFIXES[kind], bytes);
  };
}
