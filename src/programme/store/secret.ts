import { strongSecret } from "../../ground/config.ts";

/**
 * A store's secret is kept twice: as a hash, which is all that a bearer needs, and sealed, because an
 * HMAC can only be checked by who has its key. Sealed is AES-256-GCM under a key derived (HKDF-SHA-256,
 * RFC 5869) from `VISITOR_KEY`, which is no part of the database: a copy of it signs nothing.
 */
const INFO = new TextEncoder().encode("waymark store secrets");
const IV_BYTES = 12;

const encoder = new TextEncoder();

async function sealingKey(visitorKey: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", encoder.encode(visitorKey), "HKDF", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: INFO },
    material,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

/**
 * Seals a secret for its row; `null` where the deployment has no key to seal it under. `owner` is what it is opened
 * for again, and for nothing else: a store's id for its own secret, an id with a purpose for any other.
 */
export async function sealSecret(
  visitorKey: string | undefined,
  random: (bytes: Uint8Array) => void,
  owner: string,
  secret: string,
): Promise<string | null> {
  const strong = strongSecret(visitorKey);
  if (strong === null) return null;
  const iv = new Uint8Array(IV_BYTES);
  random(iv);
  const algorithm = { name: "AES-GCM", iv, additionalData: encoder.encode(owner) };
  const sealed = await crypto.subtle.encrypt(algorithm, await sealingKey(strong), encoder.encode(secret));
  return `${iv.toBase64()}.${new Uint8Array(sealed).toBase64()}`;
}

/** Opens a sealed secret; `null` if it was sealed for another owner or under another key, or never. */
export async function openSecret(
  visitorKey: string | undefined,
  owner: string,
  sealed: string | null,
): Promise<string | null> {
  const [opened = null] = await openSecrets(visitorKey, [{ owner, sealed }]);
  return opened;
}

/** Opens many sealed secrets, in their order; `null` as for one. */
export async function openSecrets(
  visitorKey: string | undefined,
  secrets: readonly { owner: string; sealed: string | null }[],
): Promise<(string | null)[]> {
  const strong = strongSecret(visitorKey);
  if (strong === null || secrets.every(({ sealed }) => sealed === null)) return secrets.map(() => null);
  const key = await sealingKey(strong);
  return Promise.all(secrets.map(async ({ owner, sealed }) => (sealed === null ? null : open(key, owner, sealed))));
}

async function open(key: CryptoKey, owner: string, sealed: string): Promise<string | null> {
  const [iv = "", text = ""] = sealed.split(".");
  const algorithm = { name: "AES-GCM", iv: Uint8Array.fromBase64(iv), additionalData: encoder.encode(owner) };
  try {
    const opened = await crypto.subtle.decrypt(algorithm, key, Uint8Array.fromBase64(text));
    return new TextDecoder().decode(opened);
  } catch {
    return null;
  }
}
