import { parse } from "tldts";

/** Names of this machine, and its address. */
const LOCAL_HOSTS: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Top-level domains of the public suffix list that no public server is under (RFC 3172, RFC 7686, RFC 8375). */
const NOT_PUBLIC = /(^|\.)(arpa|onion)$/;

/** Whether endpoints may be on this machine: the deployment itself is, or names no address of its own. */
export function allowsLocal(publicUrl: string | null): boolean {
  return publicUrl === null || LOCAL_HOSTS.has(new URL(publicUrl).hostname);
}

/**
 * Why events can't be sent to a URL that is well-formed, or `null` if they can. Only a name of the public
 * internet will do: an address, or a name that only some network knows, would let whoever may set up an
 * endpoint reach what is behind the firewall. With `local`, this machine will do too, by HTTP as well.
 */
export function endpointProblem(text: string, local: boolean): string | null {
  // The URL parser has turned every way of writing an IPv4 address into the usual one (WHATWG URL, 3.5).
  const { hostname, protocol } = new URL(text);
  const host = hostname.replace(/\.$/, "");
  if (local && (host === "localhost" || host === "127.0.0.1")) return null;
  if (protocol !== "https:") return "must start with https://";
  const { isIp, isIcann, domain } = parse(host);
  if (host.startsWith("[") || isIp === true) return "must name a host, not an address";
  if (domain === null || isIcann !== true || NOT_PUBLIC.test(host)) {
    return "must name a host of the public internet such as hooks.brand.com";
  }
  return null;
}
