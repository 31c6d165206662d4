import type { PartName } from "../../sales/snippet/config.ts";
import type { PlanRow } from "./store.ts";

/** Names that one reason tells. */
const MAX_NAMES = 5;

/** Why pages carry each part of the snippet under a plan, in words. */
export function reasonsOf({
  pages,
  rules,
  checkout,
}: Pick<PlanRow, "pages" | "rules" | "checkout">): Readonly<Record<PartName | "core", string>> {
  const measured = [pages.engagement && "time on them", pages.scroll && "how far they are seen"].filter(Boolean);
  return {
    core: "Click ids, orders, events and consent: every page with a plan has it, with what the plan says",
    visit: `Visits and their pages${measured.map((what) => `, ${String(what)}`).join("")}: under any plan`,
    rules: `rules: ${listed(rules.map(({ id }) => id))}`,
    heat: "pages.heatmap: where pages are clicked",
    checkout: `checkout.steps: ${listed(checkout.steps.map(({ name }) => name))}; and carts`,
    banner: "How many answer the banner: under any plan, so that figures say what share they are of",
    number: "Numbers that calls are told apart by: under any plan, where the store has some",
    preview: "Shows what would be sent",
  };
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).join(", ");
  return names.length > MAX_NAMES ? `${shown} and ${names.length - MAX_NAMES} more` : shown;
}
