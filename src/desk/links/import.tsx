import type { Link } from "../../links/link/schema.ts";
import { type EntryResult, EntryResults, type ImportSpec } from "../import/import-page.tsx";
import { fieldsOf } from "./fields.ts";

/** Links out of a table. */
export const LINK_IMPORT: ImportSpec = {
  title: "Import links",
  back: { name: "Links", path: "/admin/links" },
  scope: "links:write",
  api: "/links/bulk",
  list: "links",
  most: 500,
  fields: () => fieldsOf(null),
  intro:
    "Each row makes a link, by itself: one that is refused stops no other. An empty cell says nothing. Creators, campaigns and plans go by name or id; rules are JSON, as in the API.",
  sample: "url,slug,tags\nhttps://shop.example/sale,,\n",
  results: (_desk, body, rows) => (
    <EntryResults
      results={(body as { results: (EntryResult & { link?: Link })[] }).results}
      name={(index, { link }) => {
        const url = rows[index]?.["url"];
        return link?.slug ?? (typeof url === "string" ? url : "");
      }}
      idOf={({ link }) => link?.id}
    />
  ),
};
