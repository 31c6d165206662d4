import type { PlanVersion } from "../plan/store.ts";

/** Something that data is expected of under a plan. */
export interface Expected {
  kind: string;
  /** The rule's id, or the step's name; empty: the kind has none. */
  rule: string;
  /** What it is counted as; `null`: it is of every page. */
  event: string | null;
}

/** All that a plan asks pages to tell, in the plan's order. */
export function expectedOf({ pages, rules, checkout }: Pick<PlanVersion, "pages" | "rules" | "checkout">): Expected[] {
  const always = (kind: string): Expected => ({ kind, rule: "", event: null });
  return [
    always("page"),
    ...(pages.engagement || pages.scroll ? [always("engage")] : []),
    ...(pages.heatmap ? [always("zones")] : []),
    ...rules.map(({ id, kind, event }) => ({ kind, rule: id, event })),
    ...checkout.steps.map(({ name }) => ({ kind: "step", rule: name, event: name })),
    ...(checkout.steps.length > 0 ? [always("cart")] : []),
    always("banner"),
  ];
}
