import type { ConversionValue } from "../../ground/model/conversion.ts";

/** What a script for a page is made of. */
export interface SnippetParts {
  /** The definition's key. */
  key: string;
  /** Where `/t/ast.js` comes from. */
  origin: string;
  /** The store's public key. */
  storeKey: string;
  mode: ConversionValue["mode"];
  /** ISO 4217. */
  currency: string;
  /** A decimal that was checked, or `null`: the page has to say it. */
  value: string | null;
}

/** What a text in a script may not hold, wherever the script is put: a tag's start or end, and old line ends. */
const UNSAFE = /[<>&\u2028\u2029]/g;

/** A text as a literal of JavaScript that is safe within HTML. */
function literal(text: string): string {
  return JSON.stringify(text).replaceAll(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A text as the value of an attribute. */
function attribute(text: string): string {
  return `"${text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? "")}"`;
}

/** Collects calls until the snippet is there: it changes nothing where it stands a second time. */
const STUB = "window.wm=window.wm||function(){(wm.q=wm.q||[]).push(arguments)};";

/**
 * The script that says a definition's key, for a page as it is and for where scripts run. Each execution is a
 * conversion of its own, as far as the definition's limit goes.
 */
export function snippetOf({ key, origin, storeKey, mode, currency, value }: SnippetParts): {
  html: string;
  js: string;
} {
  const js = `${STUB}\n${callOf(key, mode, currency, value)}`;
  const source = attribute(`${origin}/t/ast.js?s=${encodeURIComponent(storeKey)}`);
  return { js, html: `<script async src=${source}></script>\n<script>\n${js}\n</script>` };
}

function callOf(key: string, mode: ConversionValue["mode"], currency: string, value: string | null): string {
  const name = literal(key);
  if (mode !== "event") return `wm("conversion", ${name});`;
  if (value !== null) return `wm("conversion", ${name}, { value: ${literal(value)}, currency: ${literal(currency)} });`;
  return [
    `var wmValue = null; // What it is worth in ${currency}, such as "12.50", if your page knows.`,
    `wm("conversion", ${name}, wmValue === null ? {} : { value: wmValue, currency: ${literal(currency)} });`,
  ].join("\n");
}
