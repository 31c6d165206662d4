import { slugProblem } from "../../edge/link/slug.ts";
import { toAscii } from "../../programme/code/ascii.ts";
import { codeKey } from "../../programme/code/text.ts";

/** The fewest characters of an ending that a creator chooses: shorter ones are the shop’s to give. */
export const LEAST_ENDING = 3;
/** The most. */
export const MOST_ENDING = 40;

/** Why a creator's choice can't be the ending of a link's address. */
export type EndingProblem = "short" | "long" | "characters" | "reserved";

/** Checks an ending as an admin's slug is, with bounds of its own, and no letters that pass for those of another script. */
export function endingProblem(ending: string): EndingProblem | null {
  const characters = Array.from(ending.normalize("NFC"));
  if (characters.length < LEAST_ENDING) return "short";
  if (characters.length > MOST_ENDING) return "long";
  const problem = slugProblem(ending);
  if (problem !== null) return problem === "reserved" ? "reserved" : "characters";
  const letters = characters.filter((character) => /\p{L}/u.test(character));
  const latin = letters.filter((letter) => /\p{Script=Latin}/u.test(letter));
  return latin.length === 0 || latin.length === letters.length ? null : "characters";
}

/** Capitals of other scripts that look like Latin ones, and which. A whole word of them passes for one in Latin letters. */
const LOOKALIKES: ReadonlyMap<string, string> = new Map(
  [
    ["АВЕЅІЈКМНОРСТУХԌԚԜҮ", "ABESIJKMHOPCTYXGQWY"],
    ["ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"],
  ].flatMap(([others = "", latin = ""]) =>
    Array.from(others, (letter, index): [string, string] => [letter, latin.charAt(index)]),
  ),
);

/** What codes (see `codeKey`) an ending could be taken for, so that it isn't given to anybody but whose they are. */
export function codesLike(ending: string): string[] {
  const ascii = toAscii(ending);
  const seen = Array.from(ending.toUpperCase(), (letter) => LOOKALIKES.get(letter) ?? letter).join("");
  return [...new Set([ending, ascii, seen].flatMap((text) => [text, text.replaceAll(/[-_]/g, "")]).map(codeKey))];
}
