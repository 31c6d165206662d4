/** Longest pattern, characters. */
export const MAX_PATTERN = 200;

/** What has to be escaped in a regular expression. */
const SPECIAL = /[\\^$.*+?()[\]{}|/-]/g;

/** Percent-encoded text beyond ASCII: what a browser's address bar hides. */
const ENCODED = /(?:%[89a-f][\da-f])+/gi;

/**
 * Source of a regular expression that the paths match which a pattern means, as browsers send them or decoded, with or
 * without a slash at the end. `*` is one or more characters of one segment; `**` at the end is whatever follows, and
 * `/a/**` is `/a` too. The rest is literal, a second `*` in a segment included: so no text is searched twice, whatever
 * the pattern (see {@link patternFault} for what is one).
 */
export function pathPattern(pattern: string): string {
  const whole = decoded(pattern);
  const isOpen = whole.endsWith("**");
  const path = isOpen ? whole.slice(0, -2) : whole;
  const isBelow = path.endsWith("/");
  const fixed = (isBelow ? path.slice(0, -1) : path)
    .split("/")
    .map(segmentSource)
    .join(String.raw`\/`);
  if (!isOpen) return String.raw`^${fixed}\/?$`;
  return isBelow ? String.raw`^${fixed}(?:\/.*)?$` : `^${fixed}.*$`;
}

/** What is wrong with a pattern of paths, in words; `null`: nothing. */
export function patternFault(pattern: string): string | null {
  if (pattern.length > MAX_PATTERN) return `must have ${MAX_PATTERN} characters at most`;
  if (!pattern.startsWith("/")) return "must begin with a slash, such as /products/*";
  if (/[?#\s]/.test(pattern)) return "must have no query, fragment or space: paths are told of without them";
  const path = pattern.endsWith("**") ? pattern.slice(0, -2) : pattern;
  if (path.includes("**")) return "may have ** at its end alone; * stands for a part between slashes";
  if (path.endsWith("*") && path !== pattern) return "may have ** at its end, and no other * right before it";
  if (path.split("/").some((segment) => segment.split("*").length > 2)) {
    return "may have one * between two slashes; write a pattern for each way it may look";
  }
  return null;
}

function segmentSource(segment: string): string {
  const star = segment.indexOf("*");
  if (star < 0) return literalSource(segment);
  return `${literalSource(segment.slice(0, star))}[^/]+${literalSource(segment.slice(star + 1))}`;
}

/** Text as it is; what browsers encode, in both spellings too. */
function literalSource(text: string): string {
  return Array.from(text, (character) => {
    if (/[!-~]/.test(character)) return character.replaceAll(SPECIAL, String.raw`\$&`);
    const encoded = encodeURIComponent(character.toWellFormed());
    return encoded === character ? character : `(?:${character}|${encoded}|${encoded.toLowerCase()})`;
  }).join("");
}

function decoded(pattern: string): string {
  return pattern.replaceAll(ENCODED, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}
