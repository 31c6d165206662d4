import type { FieldError } from "../../ground/http/problem.ts";
import type { PageAlias, TaggingRule } from "../../ground/model/visit.ts";
import { patternFault } from "../../ground/path-pattern.ts";
import { selectorFault } from "./selector.ts";
import type { PlanRow } from "./store.ts";

/** What is checked of a plan. */
export type Planned = Pick<PlanRow, "pages" | "rules" | "checkout">;

/** All that is wrong with a plan beyond the form of each field, with paths and words that say what to do instead. */
export function planFaults({ pages, rules, checkout }: Planned): FieldError[] {
  return [
    ...pages.aliases.flatMap((alias, index) => within(`pages.aliases.${index}`, aliasFaults(alias))),
    ...repeated(pages.aliases, ({ pattern }) => pattern).map(({ index, first }) => ({
      path: `pages.aliases.${index}.pattern`,
      message: `is that of pages.aliases.${first}, which comes first and wins; take one of them out`,
    })),
    ...rules.flatMap((rule, index) => within(`rules.${index}`, ruleFaults(rule))),
    ...repeated(rules, ({ id }) => id).map(({ index, first }) => ({
      path: `rules.${index}.id`,
      message: `is that of rules.${first} already; give it another, or leave it out`,
    })),
    ...mixedEvents(rules),
    ...checkout.steps.flatMap(({ page }, index) => within(`checkout.steps.${index}`, pageFaults(page))),
    ...repeated(checkout.steps, ({ name }) => name.toLowerCase()).map(({ index, first }) => ({
      path: `checkout.steps.${index}.name`,
      message: `is that of checkout.steps.${first} already; each step has a name of its own`,
    })),
  ];
}

function within(path: string, faults: readonly FieldError[]): FieldError[] {
  return faults.map((fault) => ({ path: `${path}.${fault.path}`, message: fault.message }));
}

/** Entries that say again what an earlier one said, and which that was. */
function repeated<Entry>(entries: readonly Entry[], keyOf: (entry: Entry) => string) {
  const keys = entries.map(keyOf);
  return keys.flatMap((key, index) => {
    const first = keys.indexOf(key);
    return first < index ? [{ index, first }] : [];
  });
}

function aliasFaults({ pattern, alias }: PageAlias): FieldError[] {
  const fault = patternFault(pattern);
  return [
    ...(fault === null ? [] : [{ path: "pattern", message: fault }]),
    ...(/^\/[^?#]*$/.test(alias)
      ? []
      : [{ path: "alias", message: "must be a path such as /products, without query and fragment" }]),
  ];
}

function pageFaults(page: string | null): FieldError[] {
  const fault = page === null ? null : patternFault(page);
  return fault === null ? [] : [{ path: "page", message: fault }];
}

function ruleFaults({ kind, selector, extensions, page }: TaggingRule): FieldError[] {
  const faults = pageFaults(page);
  if (selector !== null) {
    const fault = selectorFault(selector);
    if (fault !== null) faults.push({ path: "selector", message: fault });
  } else if (kind === "click" || kind === "visible") {
    faults.push({ path: "selector", message: `is missing: a ${kind} is counted of chosen elements alone` });
  }
  if (kind !== "download" && extensions.length > 0) {
    faults.push({ path: "extensions", message: "are of downloads alone; leave them out, or make it kind download" });
  }
  return faults;
}

/** Rules whose event is that of an earlier one of another kind: their sums would be of different things. */
function mixedEvents(rules: readonly TaggingRule[]): FieldError[] {
  return rules.flatMap(({ event, kind }, index) => {
    const first = rules.findIndex((other) => other.event === event);
    const before = rules[first];
    if (before === undefined || before.kind === kind) return [];
    const message = `is the event of rules.${first}, a ${before.kind}, already; name a ${kind} otherwise`;
    return [{ path: `rules.${index}.event`, message }];
  });
}
