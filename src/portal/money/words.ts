import { messages } from "../../ground/language/say.ts";
import type { Say } from "../../ground/language/say.ts";
import type { EN } from "./words/en.ts";

/** Says what creators read of their money. */
export const moneyWords = messages<typeof EN>({
  en: async () => (await import("./words/en.ts")).EN,
  fr: async () => (await import("./words/fr.ts")).FR,
  de: async () => (await import("./words/de.ts")).DE,
  es: async () => (await import("./words/es.ts")).ES,
});

/** One that says it in a language. */
export type SayMoney = Say<typeof EN>;
