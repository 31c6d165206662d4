/** Kinds of pictures that a logo may be (media types). */
export const LOGO_TYPES = ["image/png", "image/jpeg", "image/webp", "image/svg+xml"] as const;

/** One of {@link LOGO_TYPES}. */
export type LogoType = (typeof LOGO_TYPES)[number];

/** Largest logo, bytes: it stands on pages that are read on phones. */
export const MAX_LOGO_BYTES = 102_400;

/** What kind of picture these bytes are, by how they begin; `null`: none that a logo may be. */
export function logoTypeOf(bytes: Uint8Array): LogoType | null {
  const begins = (signature: readonly number[], at = 0) => signature.every((byte, index) => bytes[at + index] === byte);
  if (begins([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return "image/png";
  if (begins([0xff, 0xd8, 0xff])) return "image/jpeg";
  if (begins([0x52, 0x49, 0x46, 0x46]) && begins([0x57, 0x45, 0x42, 0x50], 8)) return "image/webp";
  const start = new TextDecoder().decode(bytes.subarray(0, 1_024));
  return /^\uFEFF?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--[\s\S]*?-->\s*)*(?:<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/i.test(start)
    ? "image/svg+xml"
    : null;
}

/** Where on this site a logo is, by the SHA-256 of its bytes (hex). */
export function logoPath(hash: string): string {
  return `/t/logo/${hash}`;
}
