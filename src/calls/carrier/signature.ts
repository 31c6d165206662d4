const encoder = new TextEncoder();

/** Whether bytes are the HMAC-SHA1 (RFC 2104) of a text or a body under a key (UTF-8), as base64 says them; constant time. */
export async function isHmacSha1(key: string, signed: string | Uint8Array, signature: string | null): Promise<boolean> {
  const bytes = base64Bytes(signature, 20);
  if (bytes === null) return false;
  const imported = await crypto.subtle.importKey("raw", encoder.encode(key), { name: "HMAC", hash: "SHA-1" }, false, [
    "verify",
  ]);
  return crypto.subtle.verify("HMAC", imported, bytes, typeof signed === "string" ? encoder.encode(signed) : signed);
}

/** Whether a text is signed with Ed25519 (RFC 8032) by who has the other half of a public key, both in base64. */
export async function isEd25519(publicKey: string, signed: Uint8Array, signature: string | null): Promise<boolean> {
  const [key, bytes] = [base64Bytes(publicKey, 32), base64Bytes(signature, 64)];
  if (key === null || bytes === null) return false;
  try {
    const imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", imported, bytes, signed);
  } catch {
    // Not every 32 bytes are a point of the curve.
    return false;
  }
}

/** The bytes of a text in base64, if they are so many. */
export function base64Bytes(text: string | null, length: number): Uint8Array<ArrayBuffer> | null {
  try {
    const bytes = Uint8Array.fromBase64(text ?? "");
    return bytes.length === length ? bytes : null;
  } catch {
    return null;
  }
}
