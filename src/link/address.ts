/** A request's URL taken apart as far as finding a link needs, without building a `URL`. */
export interface Address {
  secure: boolean;
  /** Host with its port, lower case as the runtime gives it. */
  host: string;
  /** Path from its leading slash on, still percent-encoded. */
  path: string;
  /** Text after `?`, or empty. */
  query: string;
  /** `host` and `path` together: what the link cache is keyed by. */
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

/**
 * Reads a path. A slug may carry a trailing slash, which chat programs add; `+` at its end asks for
 * the preview. `reserved` is decided by the caller's list of first segments.
 */
export function pathTarget(path: string, reserved: ReadonlySet<string>): PathTarget {
  const trimmed = path.endsWith("/") && path.length > 1 ? path.slice(1, -1) : path.slice(1);
  const slash = trimmed.indexOf("/");
  const first = slash < 0 ? trimmed : trimmed.slice(0, slash);
  if (first === "" || reserved.has(first)) return { kind: "reserved" };
  if (slash >= 0) return { kind: "none" };
  let slug: string;
  try {
    slug = decodeURIComponent(trimmed);
  } catch {
    return { kind: "none" };
  }
  return slug.length > 1 && slug.endsWith("+") ? { kind: "preview", slug: slug.slice(0, -1) } : { kind: "link", slug };
}
