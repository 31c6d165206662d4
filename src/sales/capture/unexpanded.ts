/** What a value is of which only the template came, for the reason of a refusal. */
export const UNEXPANDED = {
  code: "unexpanded_macro",
  detail:
    "is a placeholder that nobody filled in, such as {order_id}: have the system that sends it put the value there, or leave the field out",
} as const;

/** Characters of a placeholder that came percent-encoded twice, so that one decoding left them. */
const ENCODED = /%(?:7[bd]|5[bd]|3[ce]|24|25)/gi;

/** Openings of templates that stand in no id, amount or code: `{{…}}` and `{% … %}` (Liquid, Twig), `${…}`, `#{…}`, `<% … %>`. */
const OPENING = /\{\{|\}\}|\{%|[$#@]\{|<%|<\?/;

/** `{order_id}` anywhere, which networks use most. */
const IN_BRACES = /\{\s{0,4}[a-z_][\w .:|-]{0,60}\}/i;

/** `[order_id]`, `%ORDER%`, `<order>`, `*|ORDER|*`, `__ORDER__`, `@@ORDER@@`, `$order`, `:order`: as the whole value, for parts of ids look so too. */
const WHOLE =
  /^(?:\[[a-z_][\w .:-]{0,60}\]|%{1,2}[a-z_][\w.-]{0,60}%{1,2}|<[a-z_][\w .-]{0,60}>|\*\|[\w:]{1,60}\|\*|__(?!proto__)[a-z]\w{0,60}__|@@\w{1,60}@@|[$:@][a-z_]\w{0,60}\$?)$/i;

/** The same within more, if it is a word that placeholders are made of: `SHOP-[order_id]`. */
const WORD =
  /[[%<](?:[a-z]{1,20}[_. -])?(?:order|transaction|checkout|amount|total|price|currency|click|coupon|code|customer|user)[\w .-]{0,40}[\]%>]/i;

/**
 * Whether a value is a template's placeholder that was sent as it stands, or holds one. Recorded, it would make
 * one order, or one customer, of all that come after it.
 */
export function isUnexpanded(value: unknown): boolean {
  if (typeof value !== "string" || value.length > 500) return false;
  const text = value.trim().replaceAll(ENCODED, (part) => String.fromCharCode(Number.parseInt(part.slice(1), 16)));
  return OPENING.test(text) || IN_BRACES.test(text) || WHOLE.test(text) || WORD.test(text);
}

/** Words that programs write for a value that they don't have. */
const NO_VALUE = /^(?:undefined|null|none|nil|nan|\[object \w{1,20}\])$/i;

/** Whether a text only says that there was no value, such as `undefined`. */
export function saysNothing(text: string): boolean {
  return NO_VALUE.test(text.trim());
}
