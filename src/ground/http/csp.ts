/** The source by which a Content-Security-Policy lets a style or script of a page through, without its quotes (CSP 3, section 2.3.1). */
export async function cspHash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256-${new Uint8Array(digest).toBase64()}`;
}
