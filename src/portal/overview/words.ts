import type { Formats } from "../../ground/language/formats.ts";
import { messages, type Say } from "../../ground/language/say.ts";
import type { EN } from "./words/en.ts";

/** Says what the creator's first page says, in one language. */
export type OverviewSay = Say<typeof EN>;

/** How a visitor is told of it: their words, and their numbers and days. */
export interface Voice {
  say: OverviewSay;
  formats: Formats;
}

/** Says what the creator's first page says. */
export const overviewWords = messages<typeof EN>({
  en: async () => (await import("./words/en.ts")).EN,
  fr: async () => (await import("./words/fr.ts")).FR,
  de: async () => (await import("./words/de.ts")).DE,
  es: async () => (await import("./words/es.ts")).ES,
});
