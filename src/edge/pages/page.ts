import { html, raw } from "hono/html";
import { cspHash } from "../../ground/http/csp.ts";
import type { Html } from "../../ground/http/html.ts";
import { type Language, LANGUAGE_NAMES, LANGUAGES } from "../../ground/language/language.ts";
import { STYLE } from "./style.ts";
import { pageWords } from "./words.ts";

/** Longest query that the choice of a language keeps: what is longer was put on by others, and is of no use here. */
const MAX_QUERY = 400;

/** By what the policy lets {@link STYLE} through, and no other: worked out once. */
let styleHash: Promise<string> | null = null;

/** What a page may have beside its text. */
export interface PageTerms {
  language?: Language;
  headers?: Readonly<Record<string, string>>;
  /** Whose page it is. */
  shop?: string | null;
  /**
   * The query of the page's address: given, the page ends in a choice of its language, which keeps it. Left out where the
   * address gives another page than this, as that of a form's answer does.
   */
  query?: string;
  /**
   * What a form has to do again to get this very page in another language, which must not do anything twice: given, the page
   * ends in a choice of its language that sends it.
   */
  again?: string;
}

/** A whole page; its policy lets nothing load but its own style, and forms go back to this site alone. */
export async function page(
  status: number,
  title: string,
  body: Html,
  { language = "en", headers = {}, shop = null, query, again }: PageTerms = {},
): Promise<Response> {
  styleHash ??= cspHash(STYLE);
  const document = await html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        ${raw(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <main>
          ${shop === null ? "" : html`<p class="by">${shop}</p>`}
          <h1>${title}</h1>
          ${body}
        </main>
        ${query === undefined ? "" : await renderLanguages(language, query)}
        ${again === undefined ? "" : await renderLanguageForm(language, again)}
      </body>
    </html>`;
  return new Response(compact(String(document)), {
    status,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Language": language,
      Vary: "Accept-Language, Accept",
      "Cache-Control": "private, no-store",
      "X-Robots-Tag": "noindex, nofollow",
      "Content-Security-Policy": `default-src 'none'; style-src '${await styleHash}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "no-referrer",
      ...headers,
    },
  });
}

/** Links, so that nothing has to be kept: the language stands in the address. */
async function renderLanguages(current: Language, query: string): Promise<Html> {
  const say = await pageWords(current);
  return html`<footer>
    <nav aria-label="${say("language")}">
      ${LANGUAGES.map(
        (language) =>
          html`<a
            href="${inLanguage(query, language)}"
            rel="nofollow"
            lang="${language}"
            hreflang="${language}"
            ${language === current ? raw('aria-current="true"') : ""}
            >${LANGUAGE_NAMES[language]}</a
          >`,
      )}
    </nav>
  </footer>`;
}

/** The same of a page that answers a form: it has no address of its own. */
async function renderLanguageForm(current: Language, again: string): Promise<Html> {
  const say = await pageWords(current);
  return html`<footer>
    <form method="post" aria-label="${say("language")}">
      <input type="hidden" name="do" value="${again}" />
      ${LANGUAGES.map(
        (language) =>
          html`<button
            formaction="?lang=${language}"
            lang="${language}"
            ${language === current ? raw('aria-current="true"') : ""}
          >
            ${LANGUAGE_NAMES[language]}
          </button>`,
      )}
    </form>
  </footer>`;
}

/** The same address in a language, as a reference that is relative to it. */
function inLanguage(query: string, language: Language): string {
  const fields = new URLSearchParams(query.length > MAX_QUERY ? "" : query);
  fields.set("lang", language);
  return `?${fields.toString()}`;
}

/** Without indentation, which would be a third of the page. The style has no line that begins with a space. */
function compact(document: string): string {
  return document.replaceAll(/\s*\n\s+/g, "\n");
}
