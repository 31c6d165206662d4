/** Pages at a pattern that are looked into for links: rows in other states lead to other pages. */
const LOOKED_INTO = 16;

/** Parameters of an address that make another page of it: what is shown, not which rows. */
const TABS = new Set(["by", "tab", "step", "kind", "view"]);

/** What is no page: files, and what ends the session. */
const NO_PAGE = /\.(?:csv|svg|json|xml|png)$|^\/admin\/(?:assets|logout|login)|\/export$/;

/** A page of the desk as it was found. */
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

/** Signs in at the desk. Answers the `Cookie` header of the session. */
export async function signInAt(origin: string, key: string): Promise<string> {
  const response = await fetch(`${origin}/admin/login`, {
    method: "POST",
    redirect: "manual",
    headers: { Origin: origin, "Sec-Fetch-Site": "same-origin" },
    body: new URLSearchParams({ key }),
  });
  const cookie = /^[^;]+/.exec(response.headers.get("set-cookie") ?? "")?.[0];
  if (response.status !== 303 || cookie === undefined) throw new Error(`signing in was answered ${response.status}`);
  return cookie;
}

/** A page's address with its ids left open: pages of one pattern differ in their rows alone. */
export function patternOf(path: string): string {
  const url = new URL(path, "http://desk");
  const kept = [...url.searchParams].filter(([name, value]) => TABS.has(name) && value !== "");
  const query = new URLSearchParams(kept.map(([name, value]) => [name, value])).toString();
  const open = decodeURIComponent(url.pathname)
    .split("/")
    .map((part) => (/^[a-z]{3}_[\da-z]{16}$|^\d+$|^\d{4}-\d\d|[A-Z@:]/.test(part) ? ":id" : part))
    .join("/");
  return query === "" ? open : `${open}?${query}`;
}

/** Opens pages of the desk of a world with a session. */
export function openerOf(origin: string, cookie: string): (path: string) => Promise<Response> {
  return (path) => fetch(origin + path, { headers: { cookie }, redirect: "manual" });
}

/**
 * All pages that links of the desk lead to from its first page on, one of each pattern, in the order of their patterns.
 * `see` is shown every page that is opened on the way.
 */
export async function crawl(
  open: (path: string) => Promise<Response>,
  see: (path: string, html: string) => void = () => undefined,
): Promise<Found[]> {
  const found = new Map<string, Found>();
  const looked = new Map<string, number>();
  const seen = new Set<string>(["/admin"]);
  let queue: { path: string; from: string | null }[] = [{ path: "/admin", from: null }];
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
      for (const to of linksOf(text, path)) {
        if (seen.has(to)) continue;
        seen.add(to);
        next.push({ path: to, from: path });
      }
    }
    queue = next;
  }
  return [...found.values()].toSorted((a, b) => (a.pattern < b.pattern ? -1 : 1));
}

/** Where links of a page lead within the desk. */
function linksOf(html: string, path: string): string[] {
  return [...html.matchAll(/<a\s[^>]*?href="([^"]*)"/g)].flatMap(([, href = ""]) => {
    const url = new URL(href.replaceAll("&amp;", "&"), new URL(path, "http://desk"));
    const isPage = url.origin === "http://desk" && /^\/admin(?:\/|$)/.test(url.pathname) && !NO_PAGE.test(url.pathname);
    return isPage ? [url.pathname + url.search] : [];
  });
}
