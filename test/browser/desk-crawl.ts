import type { Page } from "playwright-core";
import { crawlSite, type Found } from "./crawl.ts";

/** Parameters of an address that make another page of it: what is shown, not which rows. */
const TABS = new Set(["by", "tab", "step", "kind", "view"]);

/** What is no page: files, and what ends the session. */
const NO_PAGE = /\.(?:csv|svg|json|xml|png)$|^\/admin\/(?:assets|logout|login)|\/export$/;

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

/** Signs in at the desk as people do. */
export async function signInWith(page: Page, { origin, key }: { origin: string; key: string }): Promise<void> {
  await page.goto(`${origin}/admin/login`);
  await page.fill("#key", key);
  await Promise.all([page.waitForURL((url) => url.pathname === "/admin"), page.click("button.main")]);
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

/** All pages of the desk that can be come to from its first page (see {@link crawlSite}). */
export async function crawl(
  open: (path: string) => Promise<Response>,
  see?: (path: string, html: string) => void,
): Promise<Found[]> {
  const isPage = (path: string): boolean => /^\/admin(?:\/|$)/.test(path) && !NO_PAGE.test(path);
  return crawlSite({ start: "/admin", isPage, patternOf }, open, see);
}
