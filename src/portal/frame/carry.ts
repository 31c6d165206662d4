import type { Language } from "../../ground/language/language.ts";

/** Of somebody at a page: what its ways on to others have to say. */
export interface Carried {
  token: string;
  /** The language that the address asks for (`?lang=`); `null`: none, so that nothing is carried on. */
  lang: Language | null;
}

/** The address of one of a creator's pages, such as `/money?done=details`, for whoever is to go on there. */
export function addressOf({ token, lang }: Carried, below: string): string {
  return withLanguage(`/creator/${token}${below}`, lang, "&");
}

/**
 * A page, or a part of one, whose links and forms to the same creator's pages ask for the language that it was asked for in.
 * All of them, by what they lead to: texts of people can't look like one, as their quotation marks are escaped. The choice
 * of another language asks for nothing, so that what is chosen holds.
 */
export function carryOn({ token, lang }: Carried, document: string): string {
  if (lang === null) return document;
  // From the root, beside this page's own path, or this page with another query.
  const own = new RegExp(` (href|action)="((?:/creator/)?${token}(?!/language")(?:[/?#][^"]*)?|\\?[^"]*)"`, "g");
  return document.replaceAll(own, (_all, name: string, to: string) => ` ${name}="${withLanguage(to, lang, "&amp;")}"`);
}

function withLanguage(address: string, language: Language | null, and: string): string {
  if (language === null) return address;
  const [path = "", fragment] = address.split("#", 2);
  const joint = path.endsWith("?") ? "" : path.includes("?") ? and : "?";
  return `${path}${joint}lang=${language}${fragment === undefined ? "" : `#${fragment}`}`;
}
