import { parse } from "tldts";

/** Names of this machine, and its address. */
const LOCAL_HOSTS: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Top-level domains of the public suffix list that no public server is under (RFC 3172, RFC 7686, RFC 8375). */
const NOT_PUBLIC = /(^|\.)(arpa|onion)$/;

/**
 * Whether endpoints may be on this machine: only where whoever asks is on it too. `asked` is the URL of the
 * request itself, which nobody elsewhere can have with such a host: a deployment that names no address
 * (`publicUrl` is `null`) is on the internet all the same. One that names a public address never is here.
 */
export function allowsLocal(publicUrl: string | null, asked: string): boolean {
  return isLocal(asked) && (publicUrl === null || isLocal(publicUrl));
}

function isLocal(url: string): boolean {
  return LOCAL_HOSTS.has(new URL(url).hostname);
}

/** This machine as people write it: `127.1`, `0x7f000001` or `localhost.` are the ways of somebody who hides it. */
const PLAINLY_LOCAL = /^https?:\/\/(?:localhost|127\.0\.0\.1)(?=[:/?#]|$)/i;

/**
 * Why nothing is sent to a URL that an admin gave and that is well-formed, or `null` if it may be. Only a name of the
 * public internet will do: an address, or a name that only some network knows, would let whoever may name an
 * endpoint, or a shop, reach what is behind the firewall. With `local`, this machine will do too, by HTTP as well, if its
 * name is written plainly.
 */
export function endpointProblem(text: string, local: boolean): string | null {
  // The URL parser has turned every way of writing an IPv4 address into the usual one (WHATWG URL, 3.5).
  const { hostname, protocol } = new URL(text);
  const host = hostname.replace(/\.$/, "");
  if (local && PLAINLY_LOCAL.test(text)) return null;
  if (protocol !== "https:") return "must start with https://";
  const { isIp, isIcann, domain } = parse(host);
  if (host.startsWith("[") || isIp === true) return "must name a host, not an address";
  if (domain === null || isIcann !== true || NOT_PUBLIC.test(host)) {
    return "must name a host of the public internet such as hooks.brand.com";
  }
  return null;
}
