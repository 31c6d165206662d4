import type { Resource, Shown } from "./resource.ts";

/** What was just done, in a sentence: the address names it by a word, so that nobody can put words of their own on a page. */
export function flashOf<Row extends Shown>(url: URL, resource: Resource<Row>): string | null {
  const word = url.searchParams.get("done");
  if (word === null) return null;
  if (word === "created") return `${resource.one} made.`;
  if (word === "saved") return "Saved.";
  if (word === "unchanged") return "Nothing was different, so nothing was changed.";
  const { said = {} } = resource;
  if (Object.hasOwn(said, word)) return said[word] ?? null;
  return resource.actions?.find(({ name }) => name === word)?.done ?? null;
}
