import { equalSecret, sha256Hex } from "../../ground/http/auth.ts";

/** How far the clocks of a shop and of Waymark may be apart, either way, s. */
const TOLERANCE_S = 300;

const encoder = new TextEncoder();

/** Stands for the hash of a store that doesn't exist, so that guessing keys takes as long as guessing secrets. */
const NOBODY = "0".repeat(64);

/** The parts of `Authorization: Bearer <storeKey>.<secret>`, or `null` if it isn't written so. */
export function readBearer(authorization: string | null): { storeKey: string; secret: string } | null {
  const [, storeKey, secret] = /^Bearer +([a-z0-9-]{1,40})\.(\S{1,200})$/i.exec(authorization ?? "") ?? [];
  return storeKey === undefined || secret === undefined ? null : { storeKey, secret };
}

/** Whether a secret is the one with this hash (SHA-256, hex; `null`: nobody's), in a time that tells nothing. */
export async function isSecret(secret: string, hash: string | null): Promise<boolean> {
  const isEqual = await equalSecret(await sha256Hex(secret), hash ?? NOBODY);
  return isEqual && hash !== null;
}

/**
 * Checks `Waymark-Signature: t=<unix s>,v1=<hex>`, the HMAC-SHA-256 (RFC 2104) of `<t>.` followed by the
 * body's bytes as they were sent. Its key is the store's secret as it was shown, as UTF-8. Answers what is
 * wrong with it, for people, or `null`; `now` is ms UTC.
 */
export async function signatureProblem(
  header: string,
  secret: string,
  body: Uint8Array,
  now: number,
): Promise<string | null> {
  const [, time, hex] = /^t=(\d{1,12}), ?v1=([0-9a-f]{64})$/i.exec(header) ?? [];
  if (time === undefined || hex === undefined) return "Waymark-Signature is written t=<unix s>,v1=<64 hex digits>.";
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "verify",
  ]);
  const head = encoder.encode(`${time}.`);
  const signed = new Uint8Array(head.length + body.length);
  signed.set(head);
  signed.set(body, head.length);
  // Compares in constant time. The time is judged after it: only who can sign is told of a clock.
  if (!(await crypto.subtle.verify("HMAC", key, Uint8Array.fromHex(hex), signed))) {
    return "The signature doesn't match the body.";
  }
  const apart = Math.abs(Math.floor(now / 1000) - Number(time));
  return apart <= TOLERANCE_S ? null : `The signature's time is more than ${TOLERANCE_S} s away from ours.`;
}

/** The last moment of the second in which a header was signed that {@link signatureProblem} finds right, ms UTC. */
export function signedBy(header: string): number {
  return (Number(/^t=(\d+)/i.exec(header)?.[1]) + 1) * 1000 - 1;
}
