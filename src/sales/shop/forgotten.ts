/** How the name of a customer begins who was forgotten; no keyed hash has a colon. */
const FORGOTTEN = "forgotten:";

/** A name for a customer who is to be forgotten, of random bytes: nobody finds them by who they are. */
export function nameForgotten(random: Uint8Array): string {
  return FORGOTTEN + Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether a customer's hash is only such a name. */
export function isForgotten(hash: string): boolean {
  return hash.startsWith(FORGOTTEN);
}
