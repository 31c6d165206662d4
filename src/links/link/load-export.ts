import type { Deps } from "../../ground/deps.ts";
import type { Link, LinkFilter } from "./schema.ts";
import { type LinkRow, listLinks } from "./store.ts";

/** Links read at once: a page's rows in memory, never the whole list. */
const EXPORT_PAGE = 500;

/** The columns of the export, in order. */
export const EXPORT_COLUMNS = [
  "id",
  "shortUrl",
  "domain",
  "slug",
  "url",
  "kind",
  "storeId",
  "creatorId",
  "campaignId",
  "planId",
  "codeId",
  "tags",
  "utm",
  "rules",
  "startsAt",
  "endsAt",
  "maxClicks",
  "fallbackUrl",
  "disabled",
  "madeBy",
  "createdAt",
  "updatedAt",
] as const;

/** All links that pass a filter, from new to old, a page at a time. */
export async function* exportRows(
  deps: Deps,
  filter: LinkFilter,
  present: (row: LinkRow) => Link,
): AsyncGenerator<unknown[][]> {
  let after: string | null = null;
  for (;;) {
    const rows: LinkRow[] = await listLinks(deps, { after, limit: EXPORT_PAGE }, filter);
    yield rows.map((row) => {
      const link = present(row);
      const cells = {
        ...link,
        // A tag may hold any mark that could part tags, so nothing less than JSON tells them apart.
        tags: JSON.stringify(link.tags),
        utm: new URLSearchParams(link.utm).toString(),
        rules: JSON.stringify(link.rules),
      };
      return EXPORT_COLUMNS.map((column) => cells[column]);
    });
    after = rows.at(-1)?.id ?? null;
    if (rows.length < EXPORT_PAGE || after === null) return;
  }
}
