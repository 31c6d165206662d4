import { foldName } from "../../edge/link/compile.ts";
import { fillTemplate } from "../../edge/link/template.ts";
import { urlProblem } from "../../ground/http/fields.ts";

/** Longest address that a creator may give, characters: with all that the plan adds it still is one that browsers take. */
const MAX_GIVEN = 1_000;

/** What links of a plan can lead to, and what they carry. */
export interface ShopAddresses {
  /** Hosts, with their ports where they have one of their own, as `URL` writes them; the best known first. */
  hosts: readonly string[];
  /** Query names that a creator's page can't set: they are the plan's. As {@link foldName} has them. */
  owned: ReadonlySet<string>;
  /** Pairs of a query with link variables that each link of the plan carries, such as `ref={{username}}`. */
  carried: readonly string[];
}

/** What a plan and its store say of where links lead. */
export interface AddressGrounds {
  /** May hold link variables. */
  landingUrl: string | null;
  homeUrl: string | null;
  origins: readonly string[];
  clickParam: string;
}

/** Why a text is no page that a link can lead to. */
export type AddressProblem = "missing" | "long" | "broken" | "host" | "insecure";

/** Query names by which clicks are told, whatever the store's own is called. */
const OWN_NAMES = ["wm_click", "wm_consent"];

/** What links of a plan can lead to: its own page's host, that of the store's home page, and the store's origins. */
export function addressesOf({ landingUrl, homeUrl, origins, clickParam }: AddressGrounds): ShopAddresses {
  const known = [landingUrl === null ? null : fillTemplate(landingUrl, {}, () => "x"), homeUrl, ...origins];
  const hosts = known.flatMap((address) => (address === null ? [] : (URL.parse(address)?.host ?? [])));
  // What tells the shop who sends the shopper is in the query of the plan's page.
  const carried = queryOf(landingUrl ?? "").filter((pair) => pair.includes("{{"));
  return {
    hosts: [...new Set(hosts)],
    owned: new Set([...OWN_NAMES, clickParam, ...carried.map(nameOf)].map(foldName)),
    carried,
  };
}

/**
 * A page of the shop that a creator asks for, as a destination with link variables: its host is exactly one of the plan's,
 * it has no variable of the creator's own, and nothing that says who sent the shopper but the plan's own pairs.
 */
export function addressOf(text: string, shop: ShopAddresses): { url: string } | { problem: AddressProblem } {
  const given = withScheme(text.trim(), shop.hosts);
  if (given === "") return { problem: "missing" };
  if (given.length > MAX_GIVEN) return { problem: "long" };
  if (urlProblem(given) !== null) return { problem: "broken" };
  const url = new URL(given);
  if (!shop.hosts.includes(url.host)) return { problem: "host" };
  if (url.protocol !== "https:" && !isLocal(url.hostname)) return { problem: "insecure" };
  // Shops that go on to a path take this one for another host.
  if (url.pathname.startsWith("//")) return { problem: "broken" };
  const kept = queryOf(url.search).filter((pair) => {
    const name = foldName(nameOf(pair));
    return !shop.owned.has(name) && !name.startsWith("utm_");
  });
  const query = [...kept.map(withoutVariables), ...shop.carried].join("&");
  const page = withoutVariables(`${url.origin}${url.pathname}`);
  return { url: `${page}${query === "" ? "" : `?${query}`}${withoutVariables(url.hash)}` };
}

/** A destination as people read it: its host and path. `url` is one without variables. */
export function shownAddress(url: string): { host: string; path: string } {
  const { host, pathname, searchParams } = new URL(url);
  // Such a link only passes the shop's page for discounts.
  const onward = pathname.startsWith("/discount/") ? searchParams.get("redirect") : null;
  const path = onward?.startsWith("/") === true ? new URL(onward, "https://shop.invalid").pathname : pathname;
  return { host, path: path === "/" ? "" : readable(path) };
}

/** Most characters of a path that are shown. */
const MAX_SHOWN = 80;

/** A path with its letters in place of their codes, unless those hide something. */
function readable(path: string): string {
  let text = path;
  try {
    const decoded = decodeURIComponent(path);
    if (!/[\p{C}\p{Z}]/u.test(decoded)) text = decoded;
  } catch {
    // Not of UTF-8: it stays as it is.
  }
  const characters = Array.from(text);
  return characters.length > MAX_SHOWN ? `${characters.slice(0, MAX_SHOWN).join("")}…` : text;
}

/** An address as people type it: the host of a shop needs no `https://` before it. */
function withScheme(text: string, hosts: readonly string[]): string {
  const [head = ""] = text.toLowerCase().split(/[/?#]/, 1);
  return hosts.includes(head) ? `https://${text}` : text;
}

/** As in a store's origins: what is not in the internet may do without encryption. `URL` writes each IP address in one way. */
function isLocal(hostname: string): boolean {
  return hostname === "localhost" || /^\d+\.\d+\.\d+\.\d+$/.test(hostname) || hostname.startsWith("[");
}

/** The pairs of an address's query, as they are written. */
function queryOf(address: string): string[] {
  const [, query = ""] = /^[^?#]*\?([^#]*)/.exec(address) ?? [];
  return query.split("&").filter((pair) => pair !== "");
}

function nameOf(pair: string): string {
  return pair.split("=", 1)[0] ?? "";
}

/** Braces of a page's own are no variable. */
function withoutVariables(text: string): string {
  return text.replaceAll("{", "%7B").replaceAll("}", "%7D");
}
