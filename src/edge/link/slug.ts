/**
 * First path segments that are never slugs, since the Worker itself answers them.
 * The same list dispatches requests and refuses slugs, so that the two can't drift apart.
 */
export const RESERVED_SEGMENTS: ReadonlySet<string> = new Set([
  "api",
  "t",
  "webhooks",
  "creator",
  "admin",
  "docs",
  "openapi.json",
  "healthz",
  "readyz",
  "metrics",
  ".well-known",
  "robots.txt",
  "favicon.ico",
  "assets",
]);

/** Letters and digits that can't be taken for one another in print or handwriting: no 0 O o 1 l I. */
const GENERATED_ALPHABET = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";

/** 7 characters of 56: 1.7e12 slugs, so a collision stays rare past ten million links. */
export const GENERATED_SLUG_LENGTH = 7;

/** The most characters (Unicode code points) a slug may have. */
export const MAX_SLUG_LENGTH = 64;

const SLUG_PATTERN = /^[\p{L}\p{M}\p{N}_-]+$/u;

/** Why a text can't be a slug. */
export type SlugProblem = "empty" | "too_long" | "characters" | "reserved";

/**
 * Checks a slug as an admin wrote it. Returns `null` where it may be used.
 * Combining marks are allowed because NFC leaves them standing in many scripts.
 */
export function slugProblem(slug: string): SlugProblem | null {
  const composed = slug.normalize("NFC");
  if (composed === "") return "empty";
  if (Array.from(composed).length > MAX_SLUG_LENGTH) return "too_long";
  if (RESERVED_SEGMENTS.has(composed.toLowerCase())) return "reserved";
  return SLUG_PATTERN.test(composed) ? null : "characters";
}

/**
 * The form under which a slug is unique and looked up: NFC, and lower case unless its domain tells
 * upper from lower case.
 */
export function slugKey(slug: string, caseSensitive: boolean): string {
  const composed = slug.normalize("NFC");
  return caseSensitive ? composed : composed.toLowerCase();
}

/**
 * A slug drawn from random bytes (at least {@link GENERATED_SLUG_LENGTH} × 2 of them).
 * Bytes that would favour some letters are skipped; returns `null` if too few are left, so that the
 * caller draws again.
 */
export function slugFromBytes(bytes: Uint8Array): string | null {
  const fairLimit = 256 - (256 % GENERATED_ALPHABET.length);
  let slug = "";
  for (const byte of bytes) {
    if (byte >= fairLimit) continue;
    slug += GENERATED_ALPHABET[byte % GENERATED_ALPHABET.length];
    if (slug.length === GENERATED_SLUG_LENGTH) return RESERVED_SEGMENTS.has(slug.toLowerCase()) ? null : slug;
  }
  return null;
}

/** Draws a slug by {@link slugFromBytes} from a source that fills arrays with random bytes. */
export function drawSlug(random: (bytes: Uint8Array) => void): string {
  const bytes = new Uint8Array(32);
  for (;;) {
    random(bytes);
    const slug = slugFromBytes(bytes);
    if (slug !== null) return slug;
  }
}
