import { type AstRule, type AstSelector, createParser } from "css-selector-parser";

type Simple = AstRule["items"][number];

/**
 * What selectors of rules may be made of: what browsers of years past find an element by, wherever it is. No states,
 * which say what a shopper is doing or has typed; no pseudo-elements, which nobody clicks.
 */
const parse = createParser({
  strict: true,
  syntax: {
    tag: { wildcard: true },
    ids: true,
    classNames: true,
    combinators: [" ", ">", "+", "~"],
    attributes: {
      operators: ["=", "~=", "|=", "^=", "$=", "*="],
      unknownCaseSensitivityModifiers: "reject",
      caseSensitivityModifiers: ["i", "s"],
    },
    pseudoClasses: {
      unknown: "reject",
      definitions: {
        NoArgument: [
          "first-child",
          "last-child",
          "only-child",
          "first-of-type",
          "last-of-type",
          "only-of-type",
          "empty",
          "link",
          "any-link",
        ],
        Formula: ["nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type"],
        String: ["lang"],
        Selector: ["is", "where", "not", "has"],
      },
    },
  },
});

/** Attributes that may hold what a shopper typed or chose: what is looked for there is read there. */
const VALUES: ReadonlySet<string> = new Set(["value", "checked", "selected"]);

/** Attributes that nearly every element has, so that their being there tells none from others. */
const COMMON: ReadonlySet<string> = new Set(["class", "id", "style", "lang", "dir"]);

/** Elements that everything else on a page is in. */
const WHOLE_PAGE: ReadonlySet<string> = new Set(["html", "body"]);

/** What is wrong with a rule's selector, in words that say what to write instead; `null`: nothing. */
export function selectorFault(selector: string): string | null {
  let rules: readonly AstRule[];
  try {
    ({ rules } = parse(selector));
  } catch (error) {
    return `is no CSS selector that rules can use (${reasonOf(error)}); write one such as .add-to-basket or #order a[href]`;
  }
  if (rules.some(readsValue)) {
    return "must not ask for value, checked or selected: what shoppers type and choose is never read. Name the element by its class or id";
  }
  if (!rules.every(isNarrow)) {
    return "would match nearly everything on a page. Name what is meant by a tag, class, id or attribute of its own";
  }
  return null;
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : "";
  return text.replace(/^css-selector-parser parse error: /, "").replace(/\.?\s*Pos: -?\d+\.$/, "");
}

/** A selector's parts from left to right, and those within its pseudo-classes. */
function* simplesOf(rule: AstRule): Generator<Simple> {
  for (const item of rule.items) {
    yield item;
    for (const inner of innerOf(item)) yield* simplesOf(inner);
  }
  if (rule.nestedRule !== undefined) yield* simplesOf(rule.nestedRule);
}

function innerOf(item: Simple): readonly AstRule[] {
  if (item.type !== "PseudoClass") return [];
  if (item.argument?.type === "FormulaOfSelector") return [item.argument.selector];
  return (item.argument as AstSelector | undefined)?.type === "Selector" ? (item.argument as AstSelector).rules : [];
}

function readsValue(rule: AstRule): boolean {
  return [...simplesOf(rule)].some((item) => item.type === "Attribute" && VALUES.has(item.name.toLowerCase()));
}

/** Whether what a selector is about, its last part, tells some elements from nearly all. */
function isNarrow({ items, nestedRule }: AstRule): boolean {
  return nestedRule === undefined ? items.some(tellsApart) : isNarrow(nestedRule);
}

function tellsApart(item: Simple): boolean {
  switch (item.type) {
    case "TagName":
      return !WHOLE_PAGE.has(item.name.toLowerCase());
    case "ClassName":
    case "Id":
      return true;
    case "Attribute":
      if (item.operator === undefined) return !COMMON.has(item.name.toLowerCase());
      return item.value?.type === "String" && item.value.value !== "";
    case "PseudoClass":
      return (item.name === "is" || item.name === "where") && innerOf(item).every(isNarrow);
    default:
      return false;
  }
}
