import { openSecret, sealSecret } from "../../programme/store/secret.ts";
import type { ConnectedCarrier } from "../../ground/model/call.ts";
import type { CarrierSecret } from "./verify.ts";

/** How long messages may still be signed with the secret before, ms: a carrier needs a while to take a new one. */
export const ROTATION_MS = 3_600_000;

/** What a carrier's messages may be signed with. */
export interface CarrierSecrets {
  secret: CarrierSecret;
  /** The one before it, and until when it counts, ms UTC. */
  previous: { secret: CarrierSecret; until: number } | null;
}

/** The secrets once a new one is set at `now` (ms UTC): the same again takes nothing from the one before. */
export function withNew(before: CarrierSecrets | null, secret: CarrierSecret, now: number): CarrierSecrets {
  if (before === null) return { secret, previous: null };
  if (before.secret === secret) return before;
  return { secret, previous: { secret: before.secret, until: now + ROTATION_MS } };
}

/** The secrets that count at `now` (ms UTC). */
export function secretsAt({ secret, previous }: CarrierSecrets, now: number): CarrierSecret[] {
  return previous === null || previous.until <= now ? [secret] : [secret, previous.secret];
}

/** Seals a carrier's secrets for its row; `null` where the deployment has no key to seal them under. */
export async function sealCarrierSecrets(
  visitorKey: string | undefined,
  random: (bytes: Uint8Array) => void,
  of: { storeId: string; carrier: ConnectedCarrier },
  secrets: CarrierSecrets,
): Promise<string | null> {
  return sealSecret(visitorKey, random, ownerOf(of), JSON.stringify(secrets));
}

/** Opens a carrier's secrets; `null` if they were sealed for another store or carrier, or under another key. */
export async function openCarrierSecrets(
  visitorKey: string | undefined,
  of: { storeId: string; carrier: ConnectedCarrier },
  sealed: string,
): Promise<CarrierSecrets | null> {
  const opened = await openSecret(visitorKey, ownerOf(of), sealed);
  return opened === null ? null : (JSON.parse(opened) as CarrierSecrets);
}

function ownerOf({ storeId, carrier }: { storeId: string; carrier: ConnectedCarrier }): string {
  return `${storeId} carrier ${carrier}`;
}
