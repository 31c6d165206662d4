import type { CheckoutPlan, PagePlan, TaggingRule } from "../../ground/model/visit.ts";
import { pathPattern } from "../../ground/path-pattern.ts";
import {
  PART_NAMES,
  type PartName,
  type SnippetConfig,
  type SnippetPlan,
  type SnippetRule,
} from "../snippet/config.ts";

/** What of a store's tagging plan decides what its pages carry. */
export interface TaggedBy {
  number: number;
  pages: PagePlan;
  rules: readonly TaggingRule[];
  checkout: CheckoutPlan;
  visitMinutes: number;
}

/** What pages are told of a tagging plan. Neither its name nor what its events are called is any shopper's business. */
export function snippetPlanOf({ number, pages, rules, checkout, visitMinutes }: TaggedBy): SnippetPlan {
  return {
    n: number,
    minutes: visitMinutes,
    ...(pages.engagement && { engage: true }),
    ...(pages.scroll && { scroll: true }),
    ...(pages.heatmap && { heat: true }),
    ...(rules.length > 0 && { rules: rules.map(snippetRule) }),
    ...(checkout.steps.length > 0 && {
      steps: checkout.steps.map(({ name, page }) => [name, sourceOf(page)] as const),
    }),
  };
}

function snippetRule({ id, kind, selector, extensions, page, label }: TaggingRule): SnippetRule {
  return [id, kind, selector, kind === "download" ? extensions : null, sourceOf(page), label];
}

function sourceOf(pattern: string | null): string | null {
  return pattern === null ? null : pathPattern(pattern);
}

/** The parts that pages need under a plan: visits and banners always, so that each figure says what share it is of. */
export function partsOf({ heat, rules, steps }: SnippetPlan): PartName[] {
  const needed: Readonly<Record<PartName, boolean>> = {
    visit: true,
    rules: rules !== undefined,
    heat: heat === true,
    checkout: steps !== undefined,
    banner: true,
    // Whatever the plan: see below.
    number: false,
    preview: false,
  };
  return PART_NAMES.filter((name) => needed[name]);
}

/** The parts that the pages of a store need, with a plan or without one. */
export function partsFor({ plan, numbers }: Pick<SnippetConfig, "plan" | "numbers">): PartName[] {
  return [...(plan === undefined ? [] : partsOf(plan)), ...(numbers === undefined ? [] : (["number"] as const))];
}
