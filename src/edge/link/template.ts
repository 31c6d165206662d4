import { LINK_VARIABLES, type LinkVariable } from "./link.ts";

const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** The names in a template that aren't variables, in order of appearance. */
export function unknownVariables(template: string): string[] {
  return [...template.matchAll(PLACEHOLDER)]
    .map((match) => match[1] ?? "")
    .filter((name) => !(LINK_VARIABLES as readonly string[]).includes(name));
}

/**
 * Fills `{{name}}` with the values given, each passed through `encode`. A variable without a value
 * becomes the empty text: a link without a creator still works.
 */
export function fillTemplate(
  template: string,
  values: Partial<Record<LinkVariable, string>>,
  encode: (value: string) => string = encodeURIComponent,
): string {
  return template.replaceAll(PLACEHOLDER, (_whole, name: string) => encode(values[name as LinkVariable] ?? ""));
}
