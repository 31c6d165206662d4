import { ID_PREFIXES, type IdKind } from "../../ground/id.ts";
import { ID_LENGTH } from "../../ground/id-text.ts";

/** An id that a request names. */
export interface NamedId {
  id: string;
  kind: IdKind;
  /** Where: `creatorIds.3`. */
  path: string;
}

/** A value of a body. */
export interface ValueAt {
  path: string;
  value: unknown;
}

const KINDS: ReadonlyMap<string, IdKind> = new Map(
  Object.entries(ID_PREFIXES).map(([kind, prefix]) => [prefix, kind as IdKind]),
);

/** Anywhere in a text, for a field may have a whole file; also where one begins within another, so that none hides. */
const IDS = new RegExp(`(?=((?:${[...KINDS.keys()].join("|")})[0-9a-hjkmnp-tv-z]{${ID_LENGTH}}))`, "g");

/** Ids of any kind in a text, whatever is around them. */
export function idsInText(text: string, path: string): NamedId[] {
  return [...text.matchAll(IDS)].flatMap(([, id = ""]) => {
    const kind = KINDS.get(id.slice(0, -ID_LENGTH));
    return kind === undefined ? [] : [{ id, kind, path }];
  });
}

/** Whether a value is an id and nothing else. */
export function isId(value: unknown): boolean {
  return typeof value === "string" && idsInText(value, "")[0]?.id === value;
}

/** Ids in the parts of a path, as it was sent and as its escapes say. */
export function idsInPath(path: string): NamedId[] {
  return path.split("/").flatMap((part) => [...idsInText(part, ""), ...idsInText(unescaped(part), "")]);
}

/** Ids anywhere in a JSON value, however deep, names of fields included. */
export function idsInValue(body: unknown): NamedId[] {
  const found: NamedId[] = [];
  // By hand: a body may be nested deeper than calls may be.
  const open: ValueAt[] = [{ path: "", value: body }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { path, value } = next;
    if (typeof value === "string") found.push(...idsInText(value, path));
    if (typeof value !== "object" || value === null) continue;
    for (const [name, inner] of Object.entries(value)) {
      const at = below(path, name);
      if (!Array.isArray(value)) found.push(...idsInText(name, at));
      open.push({ path: at, value: inner });
    }
  }
  return found;
}

/**
 * What a body has at a place such as `links.*.storeId`, with where that is; `undefined` where it is lacking. Rows that
 * aren't there have none.
 */
export function valuesAt(body: unknown, place: string): ValueAt[] {
  let found: ValueAt[] = [{ path: "", value: body }];
  for (const name of place.split(".")) {
    found = found.flatMap(({ path, value }): ValueAt[] => {
      if (name === "*") {
        return Array.isArray(value)
          ? value.map((row, index) => ({ path: below(path, String(index)), value: row }))
          : [];
      }
      const inner: unknown =
        typeof value === "object" && value !== null && Object.hasOwn(value, name)
          ? Reflect.get(value, name)
          : undefined;
      return [{ path: below(path, name), value: inner }];
    });
  }
  return found;
}

function below(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // What can't be read as a whole can't be an id as a whole.
    return part;
  }
}
