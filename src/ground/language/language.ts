import { acceptedLanguages } from "./accepted.ts";

/** The languages that pages for creators and shoppers are written in (BCP 47). */
export const LANGUAGES = ["en", "fr", "de", "es"] as const;

/** One of {@link LANGUAGES}. */
export type Language = (typeof LANGUAGES)[number];

/** What each language is called by those who speak it. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: "English",
  fr: "Français",
  de: "Deutsch",
  es: "Español",
};

/** Languages of a browser that are looked at: nobody sends more in earnest. */
const MAX_LANGUAGES = 10;

/** The languages that a browser takes (`Accept-Language`), best first, lower case: no more of them than a reader has. */
export function readLanguages(accepted: string | null | undefined): string[] {
  return acceptedLanguages(accepted ?? null).slice(0, MAX_LANGUAGES);
}

/** Whether a text is one of {@link LANGUAGES}. */
export function isLanguage(text: unknown): text is Language {
  return typeof text === "string" && (LANGUAGES as readonly string[]).includes(text);
}

/** What tells which language somebody reads. */
export interface LanguageSigns {
  /** What the address asks for, such as `?lang=fr`; anybody's text. */
  asked: string | null | undefined;
  /** What they chose earlier. */
  kept?: string | null;
  /** `Accept-Language` (RFC 9110, section 12.5.4). */
  accepted: string | null | undefined;
}

/** The language to answer in: what is asked for, else what was chosen earlier, else the first that the browser takes, else English. */
export function languageFor({ asked, kept, accepted }: LanguageSigns): Language {
  if (isLanguage(asked)) return asked;
  if (isLanguage(kept)) return kept;
  return (
    readLanguages(accepted)
      .map((tag) => tag.split("-")[0])
      .find(isLanguage) ?? "en"
  );
}

/**
 * In which form of a language its reader writes numbers and days: that of the country which their browser names, such
 * as `fr-CA`, else the language's own.
 */
export function localeFor(language: Language, accepted: string | null | undefined): string {
  const tag = readLanguages(accepted).find((tag) => new RegExp(`^${language}-[a-z]{2}$`).test(tag));
  return tag === undefined ? language : `${language}-${tag.slice(-2).toUpperCase()}`;
}
