import { Problem } from "../../ground/http/problem.ts";
import { openSecret, sealSecret } from "../../programme/store/secret.ts";

/** What a secret starts with, and how many random bytes follow in base64 (Standard Webhooks: 24 to 64). */
const PREFIX = "whsec_";
const SECRET_BYTES = 32;

/** How long messages are signed with the old secret too after a new one was drawn, ms. */
const OVERLAP_MS = 86_400_000;

/** The secrets of an endpoint. */
export interface EndpointSecrets {
  current: string;
  /** The one before, which signs too until a time (ms UTC). */
  previous: { secret: string; until: number } | null;
}

/** A new signing secret. */
export function drawSecret(random: (bytes: Uint8Array) => void): string {
  const bytes = new Uint8Array(SECRET_BYTES);
  random(bytes);
  return `${PREFIX}${bytes.toBase64()}`;
}

/** A new secret beside the one that it follows at `now` (ms UTC); `before` is `null` where that can't be read. */
export function rotated(secret: string, before: EndpointSecrets | null, now: number): EndpointSecrets {
  const previous = before === null ? null : { secret: before.current, until: now + OVERLAP_MS };
  return { current: secret, previous };
}

/** The secrets that sign at `now` (ms UTC), the current one first. */
export function signingSecrets({ current, previous }: EndpointSecrets, now: number): string[] {
  return previous !== null && now < previous.until ? [current, previous.secret] : [current];
}

/** Seals an endpoint's secrets for its row. Throws a `Problem` (503) where there is no key to seal them under. */
export async function sealSecrets(
  { env, random }: { env: { VISITOR_KEY?: string }; random: (bytes: Uint8Array) => void },
  endpointId: string,
  secrets: EndpointSecrets,
): Promise<string> {
  const sealed = await sealSecret(env.VISITOR_KEY, random, endpointId, JSON.stringify(secrets));
  if (sealed === null) throw new Problem("unavailable", "VISITOR_KEY is not set, which secrets are sealed under.");
  return sealed;
}

/** Opens an endpoint's secrets; `null` if `VISITOR_KEY` is another by now. */
export async function openSecrets(
  visitorKey: string | undefined,
  endpointId: string,
  sealed: string,
): Promise<EndpointSecrets | null> {
  const opened = await openSecret(visitorKey, endpointId, sealed);
  return opened === null ? null : (JSON.parse(opened) as EndpointSecrets);
}
