/** Pages at a pattern that are looked into for links: rows in other states lead to other pages. */
const LOOKED_INTO = 16;

/** Pages that lead to each other. */
export interface Site {
  /** Where whoever comes begins, from the root. */
  start: string;
  /** Whether a path, without its query, is a page of the site. */
  isPage: (path: string) => boolean;
  /** What pages have in common that differ in their rows alone. */
  patternOf: (path: string) => string;
  /** Whether what can be chosen in its forms is come to, too, one choice at a time. */
  chooses?: boolean;
}

/** A page as it was found. */
export interface Found {
  /** Its path with its ids left open, and the query that makes it another page. */
  pattern: string;
  /** Where it is, from the root. */
  path: string;
  status: number;
  /** Of the HTML, uncompressed. */
  bytes: number;
  /** Where a link to it stands; `null`: in no page. */
  from: string | null;
}

/**
 * All pages that links of a site lead to from its first page on, one of each pattern, in the order of their patterns.
 * `see` is shown every page that is opened on the way.
 */
export async function crawlSite(
  { start, isPage, patternOf, chooses = false }: Site,
  open: (path: string) => Promise<Response>,
  see: (path: string, html: string) => void = () => undefined,
): Promise<Found[]> {
  const found = new Map<string, Found>();
  const looked = new Map<string, number>();
  const seen = new Set<string>([start]);
  let queue: { path: string; from: string | null }[] = [{ path: start, from: null }];
  while (queue.length > 0) {
    const next: typeof queue = [];
    for (const { path, from } of queue) {
      const pattern = patternOf(path);
      const times = looked.get(pattern) ?? 0;
      if (times >= LOOKED_INTO) continue;
      looked.set(pattern, times + 1);
      const response = await open(path);
      const text = await response.text();
      if (!(response.headers.get("content-type") ?? "").startsWith("text/html")) continue;
      see(path, text);
      const page = { pattern, path, status: response.status, bytes: new TextEncoder().encode(text).length, from };
      const known = found.get(pattern);
      // The biggest of a kind shows most.
      if (known === undefined || (page.status === 200 && page.bytes > known.bytes)) found.set(pattern, page);
      for (const to of [...linksOf(text, path), ...(chooses ? choicesOf(text, path) : [])]) {
        const [pathname = ""] = to.split("?");
        if (seen.has(to) || !isPage(pathname)) continue;
        seen.add(to);
        next.push({ path: to, from: path });
      }
    }
    queue = next;
  }
  return [...found.values()].toSorted((a, b) => (a.pattern < b.pattern ? -1 : 1));
}

/** Where links of a page lead on its own host, from the root, each with its query. */
export function linksOf(html: string, path: string): string[] {
  return [...html.matchAll(/<a\s[^>]*?href="([^"]*)"/g)].flatMap(([, href = ""]) => {
    const url = new URL(href.replaceAll("&amp;", "&"), new URL(path, "http://site"));
    return url.origin === "http://site" ? [url.pathname + url.search] : [];
  });
}

/** Where the forms of a page that only ask lead by one of their choices, from the root, each with its query. */
function choicesOf(html: string, path: string): string[] {
  const forms = [...html.matchAll(/<form\b(?![^>]*method="post")([^>]*)>(.*?)<\/form>/gs)];
  return forms.flatMap(([, attributes = "", inner = ""]) => {
    const [, action = ""] = /action="([^"]*)"/.exec(attributes) ?? [];
    const { pathname } = new URL(action.replaceAll("&amp;", "&"), new URL(path, "http://site"));
    return [...inner.matchAll(/<select\b[^>]*?name="([^"]+)"[^>]*>(.*?)<\/select>/gs)].flatMap(
      ([, name = "", options = ""]) =>
        [...options.matchAll(/value="([^"]+)"/g)].map(
          ([, value = ""]) => `${pathname}?${new URLSearchParams({ [name]: value }).toString()}`,
        ),
    );
  });
}
