import type { Creator } from "../../programme/creator/schema.ts";
import { type EntryResult, EntryResults, type ImportSpec } from "../import/import-page.tsx";
import { CREATOR_FIELDS } from "./creator.tsx";
import { creatorName } from "./name.ts";

/** Creators out of a table. */
export const CREATOR_IMPORT: ImportSpec = {
  title: "Import creators",
  back: { name: "Creators", path: "/admin/creators" },
  scope: "plans:write",
  api: "/creators/bulk",
  list: "creators",
  most: 1_000,
  fields: () => CREATOR_FIELDS,
  intro:
    "Each row makes a creator, by itself: one that is refused stops no other. Handles are written as instagram = lea.makes, one a line of their cell.",
  sample: "firstName,lastName,email,handles,externalId\n",
  results: (_desk, body, rows) => (
    <EntryResults
      results={(body as { results: (EntryResult & { creator?: Creator })[] }).results}
      name={(index, { creator }) =>
        creator === undefined ? [rows[index]?.["firstName"], rows[index]?.["lastName"]].join(" ") : creatorName(creator)
      }
      idOf={({ creator }) => creator?.id}
    />
  ),
};
