/**
 * What news are about, as the triggers of `link_changes` write it: the id of a link, store, creator, plan, campaign or
 * code as it is, and three that have no id or stand for what an id can't.
 */
const HOST = "host:";
const SLUG = "slug:";

/** The block list, whichever entry of it. */
export const BLOCKS = "blocks";

/** The settings of a short domain, by its host name. */
export function hostSubject(hostname: string): string {
  return HOST + hostname;
}

/**
 * A link of a domain's own took this slug: it comes before one of the same slug that answers on every host. `slugKey` is
 * folded (see `slugKey`), whatever the domain minds.
 */
export function slugSubject(slugKey: string): string {
  return SLUG + slugKey;
}

/** A subject as it was written, with what `fold` makes of a slug that a domain wrote in its own case. */
export function subjectOf(written: string, fold: (slug: string) => string): string {
  return written.startsWith(SLUG) ? SLUG + fold(written.slice(SLUG.length)) : written;
}
