/** What a browser says of where a request comes from, by headers that no page can set. */
export interface Provenance {
  /** `Origin`. */
  origin: string | undefined;
  /** `Sec-Fetch-Site` (W3C Fetch Metadata). */
  site: string | undefined;
  /** Origin of the address that was asked. */
  own: string;
}

/**
 * Whether a write may come from there: only a page of this origin itself makes one. A request that says neither is
 * refused too, since browsers always say one of them: what has a session and doesn't is none.
 */
export function mayWrite({ origin, site, own }: Provenance): boolean {
  if (site !== undefined && site !== "same-origin") return false;
  if (origin !== undefined && origin !== own) return false;
  return origin !== undefined || site !== undefined;
}

/** A page of the desk to go to after signing in, or the first: never another host, and nothing that a browser reads as one. */
export function pageToGo(asked: string | undefined): string {
  if (asked === undefined || !/^\/admin(?:[/?]|$)/.test(asked) || /[\\\p{Cc}]/u.test(asked)) return "/admin";
  const url = URL.parse(asked, "https://desk.invalid");
  return url?.host === "desk.invalid" && /^\/admin(?:\/|$)/.test(url.pathname) ? url.pathname + url.search : "/admin";
}
