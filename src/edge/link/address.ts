import { RESERVED_SEGMENTS, slugKey, slugProblem } from "./slug.ts";

/** A request's URL taken apart as far as finding a link needs, without building a `URL`. */
export interface Address {
  secure: boolean;
  /** Host with its port, lower case as the runtime gives it. */
  host: string;
  /** Path from its leading slash on, still percent-encoded. */
  path: string;
  /** Text after `?`, or empty. */
  query: string;
  /** `host` and `path` together: as {@link addressKey}, where the path is written as the link itself writes it. */
  key: string;
}

/** Takes a request's URL apart. The runtime has normalised it already. */
export function addressOf(url: string): Address {
  const hostStart = url.indexOf("://") + 3;
  const pathStart = url.indexOf("/", hostStart);
  const queryStart = url.indexOf("?", pathStart);
  const pathEnd = queryStart < 0 ? url.length : queryStart;
  return {
    secure: hostStart === 8,
    host: url.slice(hostStart, pathStart),
    path: url.slice(pathStart, pathEnd),
    query: queryStart < 0 ? "" : url.slice(queryStart + 1),
    key: url.slice(hostStart, pathEnd),
  };
}

/** A host without its port, as domains are stored. */
export function hostnameOf(host: string): string {
  const port = host.search(/:\d+$/);
  return port < 0 ? host : host.slice(0, port);
}

/** What the path of a request names. */
export type PathTarget =
  | { kind: "reserved" }
  | { kind: "link"; slug: string }
  | { kind: "preview"; slug: string }
  | { kind: "none" };

const NONE: PathTarget = { kind: "none" };

/** Where the link cache keeps a slug of a host. */
export function addressKey(host: string, slug: string): string {
  return `${host}/${encodeURIComponent(slug)}`;
}

/** The keys under which an asked address may be kept, however its path was written. */
export interface AddressKeys {
  host: string;
  /** Upper and lower case as asked. */
  exact: string;
  /** In lower case. */
  folded: string;
}

/** The keys of a slug, as {@link pathTarget} reads it, on a host. */
export function keysOf(host: string, slug: string): AddressKeys {
  return { host, exact: addressKey(host, slugKey(slug, true)), folded: addressKey(host, slugKey(slug, false)) };
}

/**
 * Reads a path. A slug may carry a trailing slash, which chat programs add; `+` at its end asks for
 * the preview. `none`: no link can have such an address, so that nothing needs to be looked up, the
 * host's own `/` among them. That holds for reserved words too, in whatever case and with `+`: what
 * the Worker answers by itself must never be known as an address without a link.
 */
export function pathTarget(path: string): PathTarget {
  const trimmed = path.endsWith("/") && path.length > 1 ? path.slice(1, -1) : path.slice(1);
  const slash = trimmed.indexOf("/");
  const first = slash < 0 ? trimmed : trimmed.slice(0, slash);
  if (RESERVED_SEGMENTS.has(first)) return { kind: "reserved" };
  let text: string;
  try {
    text = decodeURIComponent(first).normalize("NFC");
  } catch {
    return NONE;
  }
  // The same path, with letters percent-encoded that need not be (RFC 3986, section 6.2.2.2).
  if (RESERVED_SEGMENTS.has(text)) return { kind: "reserved" };
  if (slash >= 0) return NONE;
  const isPreview = text.endsWith("+");
  const slug = isPreview ? text.slice(0, -1) : text;
  if (slugProblem(slug) !== null) return NONE;
  return isPreview ? { kind: "preview", slug } : { kind: "link", slug };
}
