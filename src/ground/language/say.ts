import { html } from "hono/html";
import { IntlMessageFormat } from "intl-messageformat";
import type { Html } from "../http/html.ts";
import type { Language } from "./language.ts";

/** Messages of some pages in one language, by their keys: texts in ICU's MessageFormat. */
export type Words<Key extends string = string> = Readonly<Record<Key, string>>;

/** The names of a message's arguments: `{name}`, `{count, plural, …}`. A branch of one word alone would be taken for one. */
type ArgumentName<Text extends string> = Text extends `${string}{${infer Rest}`
  ? Rest extends `${infer Head}}${string}`
    ? Named<Head extends `${infer Name},${string}` ? Name : Head> | ArgumentName<Rest>
    : never
  : never;
type Named<Name extends string> = Name extends "" | `${string} ${string}` | `${string}<${string}` ? never : Name;

/** The names of a message's tags: `<link>…</link>`. */
type TagName<Text extends string> = Text extends `${string}</${infer Name}>${infer Rest}`
  ? Name | TagName<Rest>
  : never;

type Arguments<Text extends string, Value> = [ArgumentName<Text>] extends [never]
  ? []
  : [values: Readonly<Record<ArgumentName<Text>, Value>>];
type Parts<Text extends string> = [ArgumentName<Text> | TagName<Text>] extends [never]
  ? []
  : [
      values: {
        readonly [Name in ArgumentName<Text> | TagName<Text>]: Name extends TagName<Text>
          ? (inner: Html) => Html
          : string | number | Html;
      },
    ];

/** Says messages of a family in one language. */
export interface Say<Family extends Words> {
  /** A message as text. */
  <Key extends keyof Family & string>(key: Key, ...values: Arguments<Family[Key], string | number>): string;
  /** A message as HTML: texts are escaped, arguments may be HTML, and a tag is what its function makes of what is in it. */
  html: <Key extends keyof Family & string>(key: Key, ...values: Parts<Family[Key]>) => Html;
  language: Language;
  /** BCP 47, perhaps with a country: as numbers and days are written. */
  locale: string;
}

/** Forms of a language by country that are kept ready: more than there are, and an end to what senders can make up. */
export const MAX_KEPT = 40;

/**
 * A family of messages, of which each language loads when it is first read. `Family` is the English one, whose texts
 * tell the compiler which arguments each message takes.
 */
export function messages<Family extends Words>(
  loads: Readonly<Record<Language, () => Promise<Words<keyof Family & string>>>>,
): (language: Language, locale?: string) => Promise<Say<Family>> {
  const kept = new Map<string, Say<Family>>();
  return async (language, locale = language) => {
    const ready = kept.get(locale);
    if (ready !== undefined) return ready;
    const made = sayerOf<Family>(await loads[language](), language, locale);
    // Countries that somebody made up must not keep those that there are out for good.
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(locale, made);
    return made;
  };
}

/** Says the messages of one language; `locale` is the form of it in which numbers are written. */
export function sayerOf<Family extends Words>(
  words: Words<keyof Family & string>,
  language: Language,
  locale: string = language,
): Say<Family> {
  const formats = new Map<string, IntlMessageFormat>();
  const formatOf = (key: keyof Family & string): IntlMessageFormat => {
    const found = formats.get(key);
    if (found !== undefined) return found;
    const made = new IntlMessageFormat(words[key], locale);
    formats.set(key, made);
    return made;
  };
  const say = (key: keyof Family & string, values?: Readonly<Record<string, string | number>>): string =>
    formatOf(key).format<string>(values) as string;
  const sayHtml = (key: keyof Family & string, values: Readonly<Record<string, unknown>> = {}): Html => {
    const asHtml = Object.entries(values).map(([name, value]) => [
      name,
      // What stands in a tag arrives in pieces.
      typeof value === "function"
        ? (pieces: readonly unknown[]) => ({ part: (value as (inner: Html) => Html)(html`${pieces.map(pieceOf)}`) })
        : typeof value === "object"
          ? { part: value as Html }
          : value,
    ]);
    const said = formatOf(key).format<Piece>(Object.fromEntries(asHtml) as Record<string, Piece>);
    return html`${Array.isArray(said) ? said.map(pieceOf) : pieceOf(said)}`;
  };
  return Object.assign(say, { html: sayHtml, language, locale }) as Say<Family>;
}

/** HTML within a message. */
interface Piece {
  part: Html;
}

function pieceOf(piece: unknown): Html | string {
  return typeof piece === "object" && piece !== null ? (piece as Piece).part : String(piece);
}
