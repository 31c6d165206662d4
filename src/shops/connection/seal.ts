import { openSecret, sealSecret } from "../../programme/store/secret.ts";

/** What a connection's secrets, and its token, are sealed for: neither opens as the other, nor as another store's. */
const SECRETS = "shop secrets";
const TOKEN = "shop token";

/** A connection's secrets, by names of its platform's own. */
export type ShopSecrets = Readonly<Record<string, string>>;

/** Seals a connection's secrets for its row; `null` where the deployment has no key to seal them under. */
export async function sealShopSecrets(
  visitorKey: string | undefined,
  random: (bytes: Uint8Array) => void,
  storeId: string,
  secrets: ShopSecrets,
): Promise<string | null> {
  return sealSecret(visitorKey, random, `${storeId} ${SECRETS}`, JSON.stringify(secrets));
}

/** Opens a connection's secrets; `null` if they were forgotten, or sealed for another store or under another key. */
export async function openShopSecrets(
  visitorKey: string | undefined,
  storeId: string,
  sealed: string | null,
): Promise<ShopSecrets | null> {
  const opened = await openSecret(visitorKey, `${storeId} ${SECRETS}`, sealed);
  return opened === null ? null : (JSON.parse(opened) as ShopSecrets);
}

/** Seals a token of a short life; `null` where there is no key. */
export async function sealToken(
  visitorKey: string | undefined,
  random: (bytes: Uint8Array) => void,
  storeId: string,
  token: string,
): Promise<string | null> {
  return sealSecret(visitorKey, random, `${storeId} ${TOKEN}`, token);
}

/** Opens a token; `null` if there is none that can be opened: a new one is got. */
export async function openToken(
  visitorKey: string | undefined,
  storeId: string,
  sealed: string | null,
): Promise<string | null> {
  return openSecret(visitorKey, `${storeId} ${TOKEN}`, sealed);
}
