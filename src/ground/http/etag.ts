/** A strong validator (RFC 9110, section 8.8.3): 128 bits of the content's SHA-256. */
export async function etagOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `"${new Uint8Array(hash, 0, 16).toHex()}"`;
}

/** Whether `If-None-Match` names the validator. Compared weakly (section 13.1.2): who compresses makes it weak. */
export function matchesEtag(header: string, etag: string): boolean {
  return header
    .split(",")
    .map((tag) => tag.trim())
    .some((tag) => tag === "*" || tag.replace(/^W\//, "") === etag);
}
