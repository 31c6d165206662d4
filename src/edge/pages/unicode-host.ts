/** How an encoded label of a host name begins (RFC 5890). */
const ENCODED = "xn--";

/** The numbers that punycode goes by (RFC 3492, section 5). */
const [BASE, T_MIN, T_MAX, SKEW, DAMP, FIRST_BIAS, FIRST_CODE] = [36, 1, 26, 38, 700, 72, 128];

/** The longest label that the domain name system has (RFC 1035). */
const MAX_LABEL = 63;

/**
 * Letters of the languages that these pages are written in, and of their neighbours: Latin ones, with a mark above or below
 * that nobody takes for the bare letter. Of other alphabets whole names can look like Latin ones (Cyrillic „аррӏе“), and
 * marks such as the dot below look like dust: names with those are shown as they are encoded, and only so.
 */
const PLAIN = /^[a-z0-9àâäáãåæçèéêëíîïñòóôõöøœùúûüýÿßčěřšžćńśźęąőű-]+$/;

/**
 * How a host name reads in letters; `null`: it has none but ASCII, can't be decoded, or could be taken for another. `host`
 * as a URL has it: lower case, encoded label by label.
 */
export function readableHost(host: string): string | null {
  if (!host.includes(ENCODED)) return null;
  const labels = host
    .split(".")
    .map((label) => (label.startsWith(ENCODED) ? decodeLabel(label.slice(ENCODED.length)) : label));
  if (!labels.every((label) => label !== null && PLAIN.test(label))) return null;
  const read = labels.join(".");
  // What another reader would make of it again is the same: nothing was lost that tells it from others.
  return URL.parse(`https://${read}/`)?.hostname === host ? read : null;
}

/** Whether a host name has letters beyond ASCII, which it says in code. */
export function isEncoded(host: string): boolean {
  return host.split(".").some((label) => label.startsWith(ENCODED));
}

/** Decodes a label without its beginning (RFC 3492, section 6.2); `null`: it is none. */
function decodeLabel(text: string): string | null {
  if (text.length > MAX_LABEL) return null;
  const split = text.lastIndexOf("-");
  const letters = Array.from(split < 0 ? "" : text.slice(0, split), (letter) => letter.codePointAt(0) ?? 0);
  let [code, place, bias] = [FIRST_CODE, 0, FIRST_BIAS];
  let at = split < 0 ? 0 : split + 1;
  while (at < text.length) {
    const before = place;
    for (let weight = 1, step = BASE; ; step += BASE) {
      const digit = digitOf(text.charCodeAt(at++));
      if (digit === null) return null;
      place += digit * weight;
      const threshold = Math.min(Math.max(step - bias, T_MIN), T_MAX);
      if (digit < threshold) break;
      weight *= BASE - threshold;
    }
    const length = letters.length + 1;
    bias = adapted(place - before, length, before === 0);
    code += Math.floor(place / length);
    place %= length;
    if (code > 0x10_ff_ff) return null;
    letters.splice(place++, 0, code);
  }
  return String.fromCodePoint(...letters);
}

function digitOf(unit: number): number | null {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30 + 26;
  return unit >= 0x61 && unit <= 0x7a ? unit - 0x61 : null;
}

function adapted(delta: number, length: number, isFirst: boolean): number {
  let rest = Math.floor(delta / (isFirst ? DAMP : 2));
  rest += Math.floor(rest / length);
  let bias = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) / 2; bias += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return bias + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}
