import { crawlSite, type Found } from "./crawl.ts";

/** What is no page: files. */
const NO_PAGE = /\.(?:csv|svg|json|png)$/;

/** All pages of a creator that can be come to from their first one, at `/creator/{token}`, one of each kind. */
export function crawlPortal(
  origin: string,
  start: string,
  see?: (path: string, html: string) => void,
): Promise<Found[]> {
  return crawlSite(
    {
      start,
      chooses: true,
      isPage: (path) => (path === start || path.startsWith(`${start}/`)) && !NO_PAGE.test(path),
      patternOf: (path) => patternOf(path, start),
    },
    (path) => fetch(origin + path, { headers: { Accept: "text/html", "Accept-Language": "en" }, redirect: "manual" }),
    see,
  );
}

/** An address with its token and ids left open, and of its query the names alone: which filter, not what by. */
function patternOf(path: string, start: string): string {
  const url = new URL(path, "http://portal");
  const parts = url.pathname.slice(start.length).split("/");
  const open = parts.map((part) => (/^[a-z]{3}_[\da-z]{16}$|\d/.test(part) ? ":id" : part)).join("/");
  // One filter at a time, not each with each.
  const [name] = [...url.searchParams.keys()].toSorted();
  return `/creator${open}${name === undefined ? "" : `?${name}`}`;
}
