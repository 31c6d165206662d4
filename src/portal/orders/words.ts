import { messages } from "../../ground/language/say.ts";
import type { EN } from "./words/en.ts";

/** Says what the page of a creator's orders says. */
export const ordersWords = messages<typeof EN>({
  en: async () => (await import("./words/en.ts")).EN,
  fr: async () => (await import("./words/fr.ts")).FR,
  de: async () => (await import("./words/de.ts")).DE,
  es: async () => (await import("./words/es.ts")).ES,
});
