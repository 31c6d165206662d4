import { foldName } from "../../edge/link/compile.ts";

/** Longest tag, characters: a destination with it is what every browser takes. */
export const MAX_TAG = 500;

/** What Amazon's console puts beside a tag's value; the order in which it writes them. */
const BESIDE = "&ref_=aa_maas&tag=maas";

/** Names that Amazon reads in an address, and that are taken from a whole one. */
const NAMES = new Set(["maas", "ref_", "tag", "aa_campaignid", "aa_adgroupid", "aa_creativeid"]);

/** What a value may be made of: Amazon's own values, and ids of the advertiser's choice, percent-encoded. */
const VALUE = /^[\w.~%+-]{1,200}$/;

/** What a text is as a tag. */
export interface Tag {
  /** Pairs of a query, as destinations carry them. */
  tag: string;
  /** The ids that it has, by the name of its pair, decoded. */
  ids: Readonly<Record<string, string>>;
}

/**
 * Reads a tag of Amazon Attribution as an admin pastes it: its pairs (`?maas=…&ref_=aa_maas&tag=maas`), an address
 * that has them, whose other pairs are no part of it, or the value of `maas` alone. What is wrong with it comes as
 * a text that follows the field's name.
 */
export function readTag(text: string): Tag | string {
  const given = text.trim();
  if (given.length > MAX_TAG * 4) return `must have ${MAX_TAG} characters at most`;
  const isAddress = /^https?:\/\//i.test(given);
  const query = isAddress ? (/\?([^#]*)/.exec(given)?.[1] ?? "") : given.replace(/^\?/, "");
  const pairs = query.includes("=") ? query : `maas=${query}${BESIDE}`;
  const kept: string[] = [];
  const ids: Record<string, string> = {};
  for (const pair of pairs.split("&")) {
    const [, name = "", value = ""] = /^([^=]*)=?(.*)$/s.exec(pair) ?? [];
    const plain = name.toLowerCase();
    if (!NAMES.has(plain)) {
      if (isAddress || pair === "") continue;
      return `must have the pairs of a tag (${[...NAMES].join(", ")}), not ${name.slice(0, 40)}`;
    }
    if (Object.hasOwn(ids, plain)) return `has ${plain} twice`;
    if (/[{}]/.test(value)) return `needs a value of your own for ${value.slice(0, 40)}: Amazon counts by it`;
    if (!VALUE.test(value)) return `has a value that can't be in a tag (${plain})`;
    const decoded = decodedValue(value);
    if (decoded === null) return `has a value that can't be in a tag (${plain})`;
    ids[plain] = decoded;
    kept.push(`${plain}=${value}`);
  }
  if (!/^maas_\w/i.test(ids["maas"] ?? "")) return "must have the maas that Amazon gave: maas=maas_adg_api_…";
  const tag = kept.join("&");
  return tag.length > MAX_TAG ? `must have ${MAX_TAG} characters at most` : { tag, ids };
}

function decodedValue(value: string): string | null {
  try {
    return decodeURIComponent(value.replaceAll("+", " "));
  } catch {
    return null;
  }
}

/**
 * A destination, which may hold link variables, with a tag in its query: what it has of the same names gives way,
 * so that no creator's clicks count as another's. `null` leaves it as it is.
 */
export function taggedUrl(template: string, tag: string | null): string {
  if (tag === null) return template;
  const [, base = "", query, fragment = ""] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(template) ?? [];
  const own = new Set(tag.split("&").map(nameOf));
  const others = (query ?? "").split("&").filter((pair) => pair !== "" && !own.has(nameOf(pair)));
  return `${base}?${[...others, tag].join("&")}${fragment}`;
}

/** A destination as it was before it carried a tag; what came after the tag was put there stays. */
export function untaggedUrl(template: string, tag: string): string {
  const [, base = "", query = "", fragment = ""] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(template) ?? [];
  const own = new Set(tag.split("&"));
  const others = query.split("&").filter((pair) => pair !== "" && !own.has(pair));
  return `${base}${others.length === 0 ? "" : `?${others.join("&")}`}${fragment}`;
}

/** A name as whoever reads it takes it: percent-encoded, it is the same. */
function nameOf(pair: string): string {
  return foldName(pair.split("=", 1)[0] ?? "");
}
