import { messages } from "../../ground/language/say.ts";
import type { EN } from "./words/en.ts";

/** Says what all of a creator's pages say. */
export const frameWords = messages<typeof EN>({
  en: async () => (await import("./words/en.ts")).EN,
  fr: async () => (await import("./words/fr.ts")).FR,
  de: async () => (await import("./words/de.ts")).DE,
  es: async () => (await import("./words/es.ts")).ES,
});
