import { readableOn } from "./accent.ts";
import { GROUNDS } from "./dress.ts";
import type { PortalCampaign, PortalStore } from "./load-campaigns.ts";

/** The store whose brand a creator's pages have: that of all their campaigns, if it is one; else the pages have none. */
export function brandOf(campaigns: readonly Pick<PortalCampaign, "store">[]): PortalStore | null {
  const stores = new Map(campaigns.flatMap(({ store }) => (store === null ? [] : [[store.id, store] as const])));
  return stores.size === 1 ? ([...stores.values()][0] ?? null) : null;
}

/** Colours whose shades are kept: more than a deployment has stores. Working one out takes a millisecond or two. */
const MAX_KEPT = 500;

const kept = new Map<string, string>();

/** Style that has pages wear a brand's colour (`#rrggbb`), as far as it can be read on them in the light and in the dark. */
export function brandStyle(color: string): string {
  return accentOf(":root", color);
}

/** The same for what a selector of CSS chooses of a page, such as the part of it that is one store's of several. */
export function accentOf(selector: string, color: string): string {
  const known = kept.get(color);
  const [light = "", dark = ""] = (known ?? shadesOf(color)).split(" ");
  if (known === undefined && kept.size < MAX_KEPT) kept.set(color, `${light} ${dark}`);
  return `${selector}{--accent:${light}}\n@media(prefers-color-scheme:dark){${selector}{--accent:${dark}}}`;
}

/** How a colour is read in the light, and in the dark. */
function shadesOf(color: string): string {
  return `${readableOn(color, GROUNDS.light, "darker")} ${readableOn(color, GROUNDS.dark, "lighter")}`;
}
