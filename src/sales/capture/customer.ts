import { importHashKey, keyedHash } from "../../edge/click/visitor.ts";
import { strongSecret } from "../../ground/config.ts";

/**
 * Makes the hashes under which stores' customers are known here: the id itself is kept nowhere. They
 * differ from store to store, so that nobody is followed from one to another. An e-mail address is
 * trimmed and lower-cased first. Without a key (`VISITOR_KEY`) there are none: `null`.
 */
export function customerHasher(
  visitorKey: string | undefined,
): (storeId: string, customerId: string) => Promise<string | null> {
  const strong = strongSecret(visitorKey);
  if (strong === null) return () => Promise.resolve(null);
  let key: Promise<CryptoKey> | null = null;
  return async (storeId, customerId) => {
    key ??= importHashKey(`customer:${strong}`);
    const known = customerId.includes("@") ? customerId.trim().toLowerCase() : customerId;
    return keyedHash(await key, `${storeId}\n${known}`);
  };
}

/** What the hash of a phone number (E.164) is made of, so that it is no customer's: a caller's is the same. */
export function phoneName(e164: string): string {
  return `phone:${e164}`;
}
