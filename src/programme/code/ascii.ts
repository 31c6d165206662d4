import { CHARACTERS, SOUNDS } from "./ascii.generated.ts";

/** Hangul syllables are put together of these, in the order of Unicode (section 3.12). */
const INITIALS = "g kk n d tt l m b pp s ss  j jj ch k t p h".split(" ");
const VOWELS = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split(" ");
const FINALS = " g kk gs n nj nh d l lg lm lb ls lt lp lh m b bs s ss ng j ch k t p h".split(" ");
const FIRST_SYLLABLE = 0xac00;

const IDEOGRAPH = /^\p{Unified_Ideograph}$/u;

interface Sounds {
  compare: (a: string, b: string) => number;
  /** In the order of {@link compare}; each sound holds up to the next one's first. */
  firsts: string[];
  names: string[];
  last: string;
}

let characters: Map<string, string> | null = null;
let sounds: Sounds | null = null;

/**
 * A text in ASCII, as it is read aloud: `Łukasz` is `Lukasz`, `Мария` `Mariya`, `북경` `BugGyeong`, `北京` `BeiJing`.
 * Ideographs are read as in Mandarin. What nobody reads aloud, such as pictures, is left out, and so are the few scripts
 * without a reading here (docs/tracking-plans.md). Of signs it has `-` and `_`, beside those that are ASCII already.
 */
export function toAscii(text: string): string {
  return Array.from(text.normalize("NFC"), asciiOf).join("");
}

function asciiOf(character: string): string {
  if (character < "\x80") return character;
  characters ??= unpacked();
  const known = characters.get(character);
  if (known !== undefined) return known;
  // Before its parts: what a letter with a mark is known by, its capital is too.
  const lower = characters.get(character.toLowerCase());
  if (lower !== undefined) return capitalised(lower);
  if (IDEOGRAPH.test(character)) return soundOf(character);
  const syllable = (character.codePointAt(0) ?? 0) - FIRST_SYLLABLE;
  if (syllable >= 0 && syllable < INITIALS.length * VOWELS.length * FINALS.length) return hangul(syllable);
  const parts = character.normalize("NFKD");
  return parts === character ? "" : Array.from(parts, asciiOf).join("");
}

function hangul(syllable: number): string {
  const final = syllable % FINALS.length;
  const vowel = ((syllable - final) / FINALS.length) % VOWELS.length;
  const initial = Math.floor(syllable / (FINALS.length * VOWELS.length));
  return capitalised(`${INITIALS[initial]}${VOWELS[vowel]}${FINALS[final]}`);
}

/** The runtime knows the order of ideographs by their sounds (CLDR's collation `pinyin`), so no table needs to. */
function soundOf(ideograph: string): string {
  sounds ??= knownSounds();
  const { compare, firsts, names, last } = sounds;
  if (compare(ideograph, last) > 0) return "";
  let low = 0;
  let high = firsts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(firsts[middle] ?? "", ideograph) <= 0) low = middle + 1;
    else high = middle;
  }
  return capitalised(names[low - 1] ?? "");
}

function knownSounds(): Sounds {
  const { compare } = new Intl.Collator("zh-Hans-CN-u-co-pinyin");
  const pieces = [...SOUNDS.matchAll(/([a-z]+)([^a-z])/gu)];
  return {
    compare,
    names: pieces.map(([, name = ""]) => name),
    firsts: pieces.map(([, , first = ""]) => first),
    last: Array.from(SOUNDS).at(-1) ?? "",
  };
}

function unpacked(): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of CHARACTERS.split("\n")) {
    const [first = "", ...texts] = line.split(" ");
    for (const [index, text] of texts.entries()) {
      if (text !== "") found.set(String.fromCodePoint(Number.parseInt(first, 36) + index), text);
    }
  }
  return found;
}

/** A word of ASCII with a capital at its beginning. */
export function capitalised(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
