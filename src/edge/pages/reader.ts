import { type Language, languageFor } from "../../ground/language/language.ts";
import type { Say } from "../../ground/language/say.ts";
import type { EdgeEvent } from "../click/edge.ts";
import type { EN } from "./words/en.ts";
import { pageWords } from "./words.ts";

/** Who reads a page, and in which language. */
export interface Reader {
  say: Say<typeof EN>;
  language: Language;
  /** The query of the address, as it came. */
  query: string;
  /** What keeps a language that was asked for by the address, for links to other pages of this site: `?lang=fr`, or empty. */
  kept: string;
}

/** Reads in which language a request wants its page: by its address, else as its browser says. */
export async function readerOf({ address, request }: Pick<EdgeEvent, "address" | "request">): Promise<Reader> {
  const asked = new URLSearchParams(address.query).get("lang");
  const language = languageFor({ asked, accepted: request.headers.get("accept-language") });
  return {
    say: await pageWords(language),
    language,
    query: address.query,
    kept: language === asked ? `?lang=${language}` : "",
  };
}
