import { toAscii } from "../../programme/code/ascii.ts";

/** Longest key that is made of a name, characters: there is room for a number behind it. */
const LONGEST = 50;

/** The key of a definition whose name says nothing that is read aloud. */
const NAMELESS = "goal";

/** What a page may call a definition by, made of its name: "Demande d’été" is `demande-dete`. */
export function keyOf(name: string): string {
  const words = toAscii(name)
    .toLowerCase()
    .replaceAll(/['’]/g, "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, LONGEST)
    .replaceAll(/^-+|-+$/g, "");
  return words === "" ? NAMELESS : words;
}

/** A key as it is, or with the first number behind it that no other has. */
export function freeKey(key: string, taken: ReadonlySet<string>): string {
  if (!taken.has(key)) return key;
  let number = 2;
  while (taken.has(`${key}-${number}`)) number += 1;
  return `${key}-${number}`;
}
