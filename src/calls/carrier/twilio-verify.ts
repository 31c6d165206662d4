import { isHmacSha1 } from "./signature.ts";

/** A request as its signature is of it. */
export interface SignedRequest {
  /** The address as the request came to it, with its query. */
  url: string;
  /** The addresses that the carrier may have been given, each without a query of its own or with it. */
  given: readonly string[];
  signature: string | null;
  body: Uint8Array<ArrayBuffer>;
}

/** The parameter of the address that has the hash of a body that is no form. */
const BODY_HASH = "bodySHA256";

/**
 * Whether Twilio signed a request with an account's token: HMAC-SHA1 over the address and, of a form, its parameters,
 * sorted, each value once; of another body, over the address alone, which has the body's hash then. Which spelling of
 * the address is signed differs from one of Twilio's systems to the next, so that each is tried.
 */
export async function isSignedByTwilio(authToken: string, request: SignedRequest): Promise<boolean> {
  const hash = new URL(request.url).searchParams.get(BODY_HASH);
  const tail = hash === null ? formText(request.body) : "";
  for (const url of spellingsOf(request)) {
    if (!(await isHmacSha1(authToken, `${url}${tail}`, request.signature))) continue;
    return hash === null || (await isHashOf(hash, request.body));
  }
  return false;
}

/** The parameters of a form as they are signed: by name, of each name every value once, sorted, nothing in between. */
function formText(body: Uint8Array): string {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of new URLSearchParams(new TextDecoder().decode(body))) {
    const known = values.get(name) ?? new Set();
    values.set(name, known.add(value));
  }
  return [...values]
    .toSorted(([a], [b]) => byUnits(a, b))
    .flatMap(([name, known]) => [...known].toSorted(byUnits).map((value) => name + value))
    .join("");
}

/** By UTF-16 code units, as those sort that make the signature. */
function byUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** How an address may be written that is signed: as it is, with and without its port, its query as it is or encoded anew. */
function spellingsOf({ url, given }: Pick<SignedRequest, "url" | "given">): Set<string> {
  const { search } = new URL(url);
  // What we add to the address ourselves, such as a step, comes back with it.
  const addresses = given.flatMap((address) => [address, `${address.split(/[?#]/, 1)[0] ?? ""}${search}`]);
  return new Set(
    addresses.flatMap((address) => {
      const { protocol, hostname, port, pathname, search: query } = new URL(address);
      const standard = protocol === "https:" ? "443" : "80";
      const hosts = [hostname, `${hostname}:${port || standard}`];
      const queries = [query, query === "" ? "" : `?${encodedAnew(query)}`];
      return [address, ...hosts.flatMap((host) => queries.map((asked) => `${protocol}//${host}${pathname}${asked}`))];
    }),
  );
}

/** A query with each name and value percent-encoded, but for what never needs it. */
function encodedAnew(query: string): string {
  const pairs = [...new URLSearchParams(query)];
  return pairs.map((pair) => pair.map((part) => encodeURIComponent(part.toWellFormed())).join("=")).join("&");
}

async function isHashOf(hex: string, body: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  // It is signed, so that how long the comparison takes tells nobody anything.
  return digest.toHex() === hex.toLowerCase();
}
