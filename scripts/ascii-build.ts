import anyAscii from "any-ascii";
import { capitalised } from "../src/programme/code/ascii.ts";

/** Past the letters of Plane 0 these scripts are written by living people; the others there are scholars'. */
const OF_PLANE_1 = /^[\p{Script=Adlam}\p{Script=Chakma}\p{Script=Hanifi_Rohingya}\p{Script=Osage}]$/u;

/** Scripts of Plane 0 that nobody's name is written in today (UAX #31, table 4). */
const OF_THE_PAST =
  /^[\p{Script=Buginese}\p{Script=Buhid}\p{Script=Coptic}\p{Script=Glagolitic}\p{Script=Hanunoo}\p{Script=Ogham}\p{Script=Phags_Pa}\p{Script=Rejang}\p{Script=Runic}\p{Script=Samaritan}\p{Script=Tagalog}\p{Script=Tagbanwa}]$/u;

/** Yi has a syllable each for a thousand characters, and its people's names are written in Han too; Hangul has its old letters. */
const TOO_MANY = /^[\p{Script=Yi}\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]$/u;

/** What names are made of, and the signs between. */
const NAMES = /^[\p{L}\p{M}\p{N}\p{P}\p{Sc}]$/u;

/** Letters in boxes, as handles are adorned with; the other signs of their kind are pictures. */
const BOXED = /^[🅐-🅩🅰-🆉]$/u;

/** Read by their place among their like. */
const ORDERED = /^[\p{Unified_Ideograph}가-힣]$/u;

/** The collation that orders ideographs by their sound. */
const PINYIN = new Intl.Collator("zh-Hans-CN-u-co-pinyin");

/** What of ASCII a code may have. */
const plain = (text: string): string => text.replaceAll(/[^A-Za-z0-9_-]/g, "");

/**
 * The module `src/programme/code/ascii.generated.ts`: of `any-ascii` what names are written with, without what a
 * compatibility decomposition (Unicode, UAX #15) tells as well, and at which ideograph each sound begins.
 */
export function buildAscii(): string {
  return `/** How characters are written in ASCII, made by \`npm run ascii\` from any-ascii (ISC, Hunter WB). See \`ascii.ts\`. */
export const CHARACTERS = \`${packed(characters())}\`;

/** Sounds of ideographs in the order of the alphabet, each with the first that has it; the last has the last of all. */
export const SOUNDS = \`${sounds()}\`;
`;
}

/** Code points with what can't be derived of them. */
function characters(): [codePoint: number, text: string][] {
  const known = new Map<string, string>();
  const derived = (character: string): string => {
    const lower = known.get(character.toLowerCase());
    if (lower !== undefined) return capitalised(lower);
    const parts = character.normalize("NFKD");
    if (parts === character) return "";
    return Array.from(parts, (part) => (part < "\x80" ? part : (known.get(part) ?? derived(part)))).join("");
  };
  const all = Array.from({ length: 0x20000 - 0x80 }, (_, index) => String.fromCodePoint(index + 0x80));
  const kept = all.filter((character) => {
    if (character.length > 1) return OF_PLANE_1.test(character) || BOXED.test(character);
    // `toAscii` reads canonical compositions, and counts out what is ordered.
    if (character.normalize("NFC") !== character || ORDERED.test(character)) return false;
    return NAMES.test(character) && !OF_THE_PAST.test(character) && !TOO_MANY.test(character);
  });
  // First what others are derived of.
  const depth = (character: string): number =>
    (character.normalize("NFKD") === character ? 0 : 2) + (character.toLowerCase() === character ? 0 : 1);
  for (const character of kept.toSorted((a, b) => depth(a) - depth(b))) {
    const text = plain(anyAscii(character));
    if (text !== "" && text !== plain(derived(character))) known.set(character, text);
  }
  return [...known]
    .map(([character, text]): [number, string] => [character.codePointAt(0) ?? 0, text])
    .toSorted(([a], [b]) => a - b);
}

/** Lines of a code point in base 36 and the texts from there on; each space more skips a code point. */
function packed(entries: readonly [number, string][]): string {
  let text = "";
  let last = -Infinity;
  for (const [codePoint, ascii] of entries) {
    const gap = codePoint - last;
    text += gap <= MAX_GAP ? " ".repeat(gap) : `${text === "" ? "" : "\n"}${codePoint.toString(36)} `;
    text += ascii;
    last = codePoint;
  }
  return text;
}

/** Code points that may be skipped within a line. */
const MAX_GAP = 6;

function sounds(): string {
  const ideographs = Array.from({ length: 0x9fff - 0x4e00 + 1 }, (_, index) => String.fromCodePoint(index + 0x4e00))
    .toSorted(PINYIN.compare)
    .map((character) => ({ character, sound: anyAscii(character).toLowerCase() }));
  const inOrder = longestRise(ideographs.map(({ sound }) => sound)).map((index) => ideographs[index]);
  let text = "";
  let last = "";
  for (const ideograph of inOrder) {
    if (ideograph === undefined || ideograph.sound === last) continue;
    last = ideograph.sound;
    text += `${ideograph.sound}${ideograph.character}`;
  }
  return text + (inOrder.at(-1)?.character ?? "");
}

/**
 * The places of the longest row of texts that never falls, in their order: the few ideographs of which the two
 * authorities say different sounds stand outside of it.
 */
function longestRise(texts: readonly string[]): number[] {
  /** By length less one: where the row of that length ends whose end is the least. */
  const ends: number[] = [];
  const before = texts.map((text, index) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((texts[ends[middle] ?? 0] ?? "") <= text) low = middle + 1;
      else high = middle;
    }
    ends[low] = index;
    return low === 0 ? -1 : (ends[low - 1] ?? -1);
  });
  const row: number[] = [];
  for (let index = ends.at(-1) ?? -1; index >= 0; index = before[index] ?? -1) row.push(index);
  return row.toReversed();
}
