import type { Deps } from "../../ground/deps.ts";
import { readBounded } from "../../ground/http/body.ts";
import { Problem } from "../../ground/http/problem.ts";
import { openSecret } from "../../programme/store/secret.ts";
import type { StoreRow } from "../../programme/store/store.ts";
import { freshStore, type NamedStore, storeOf } from "./intake-write.ts";
import { isSecret, readBearer, signatureProblem } from "./signature.ts";

/** A store that somebody says it is, with whether it was just read. */
interface Claimed extends NamedStore {
  store: StoreRow;
}

/** A store whose server sent a request, with what it sent. */
export interface ProvenSender {
  store: StoreRow;
  /** `Waymark-Signature`; `null`: it came with the secret itself. */
  signature: string | null;
  body: Uint8Array<ArrayBuffer>;
}

/**
 * The store whose server sends a request, by its secret as a bearer or by a signature over the body, of which `limit`
 * bytes are read at most. Throws a `Problem`: 401, or 413 for a larger body.
 */
export async function provenSender(deps: Deps, request: Request, limit: number): Promise<ProvenSender> {
  const { headers } = request;
  const signature = headers.get("Waymark-Signature");
  // Whoever is nobody is told so before a byte of the body is read.
  const claimed = signature === null ? await bearerStore(deps, headers) : await claimedStore(deps, headers);
  const body = await readBounded(request, limit);
  const store = signature === null ? claimed.store : await signer(deps, claimed, signature, body);
  return { store, signature, body };
}

/** The store whose server came with its secret. Throws a `Problem` (401). */
async function bearerStore(deps: Deps, headers: Headers): Promise<Claimed> {
  const bearer = readBearer(headers.get("Authorization"));
  if (bearer === null) {
    throw unsigned("Send Authorization: Bearer <storeKey>.<secret>, or Waymark-Signature with Waymark-Store.");
  }
  const proven = await provenStore(deps, bearer.storeKey, bearer.secret);
  if (proven === null) throw unsigned("The store's key or its secret is wrong.");
  return proven;
}

/** The store with this key, if the secret is its own: as it is, where what is remembered has another. */
export async function provenStore(deps: Deps, key: string, secret: string): Promise<Claimed | null> {
  let named = await storeOf(deps, key);
  let isProven = await isSecret(secret, named.store?.secretHash ?? null);
  if (!isProven && !named.isFresh) {
    named = await freshStore(deps, key);
    isProven = await isSecret(secret, named.store?.secretHash ?? null);
  }
  const { store, isFresh } = named;
  return store !== null && isProven ? { store, isFresh } : null;
}

/** The store that a server says it is by a header, which its signature is yet to prove. Throws a `Problem` (401). */
async function claimedStore(deps: Deps, headers: Headers): Promise<Claimed> {
  const key = headers.get("Waymark-Store") ?? "";
  let { store, isFresh } = await storeOf(deps, key);
  if (store === null && !isFresh) ({ store, isFresh } = await freshStore(deps, key));
  if (store === null) throw unsigned("Waymark-Store names no store.");
  return { store, isFresh };
}

/** The store that signed a body: as it is, where what is remembered did not. Throws a `Problem` (401). */
async function signer(deps: Deps, claimed: Claimed, signature: string, body: Uint8Array): Promise<StoreRow> {
  const problem = await unsignedBy(deps, claimed.store, signature, body);
  if (problem === null) return claimed.store;
  if (claimed.isFresh) throw unsigned(problem);
  const { store } = await freshStore(deps, claimed.store.key);
  if (store === null) throw unsigned("Waymark-Store names no store.");
  return signer(deps, { store, isFresh: true }, signature, body);
}

/** Why a body isn't signed with a store's secret, or `null`. */
async function unsignedBy(
  deps: Deps,
  { id, secretSealed }: StoreRow,
  signature: string,
  body: Uint8Array,
): Promise<string | null> {
  const secret = await openSecret(deps.env.VISITOR_KEY, id, secretSealed);
  if (secret === null) {
    return "This store's secret can't check signatures. Give it a new one, or send it as a bearer.";
  }
  return signatureProblem(signature, secret, body, deps.now());
}

/** The problem (401) of a request that doesn't prove whose server sends it. */
export function unsigned(detail: string): Problem {
  return new Problem("unsigned", detail, [], { "WWW-Authenticate": 'Bearer realm="waymark"' });
}
