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
