/** Hosts that no link may lead to. */
export interface Blocklist {
  /** Blocked by themselves. */
  hosts: ReadonlySet<string>;
  /** Blocked with their subdomains. */
  suffixes: ReadonlySet<string>;
}

/** A list that blocks nothing. */
export const EMPTY_BLOCKLIST: Blocklist = { hosts: new Set(), suffixes: new Set() };

/** Whether a list blocks the host of a URL. A dot at the end of a host name changes nothing (RFC 1034, section 3.1). */
export function blocksUrl(list: Blocklist, url: string): boolean {
  if (list.hosts.size === 0 && list.suffixes.size === 0) return false;
  const hostname = URL.parse(url)?.hostname.replace(/\.$/, "") ?? "";
  if (list.hosts.has(hostname)) return true;
  for (let name = hostname; name !== "";) {
    if (list.suffixes.has(name)) return true;
    const dot = name.indexOf(".");
    name = dot < 0 ? "" : name.slice(dot + 1);
  }
  return false;
}
