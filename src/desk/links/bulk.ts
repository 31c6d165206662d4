import type { Link } from "../../links/link/schema.ts";
import type { Desk } from "../frame/desk-load.ts";
import { oneByOne } from "../resource/bulk-run.ts";
import type { BulkAction } from "../resource/resource.ts";

const readLink = (desk: Desk, id: string): Promise<Link> => desk.api.get<Link>(`/links/${encodeURIComponent(id)}`);
const slugOf = ({ slug }: Link): string => slug;

/** What a link's tags come to when some are put on and others are taken off. */
export function tagged(tags: readonly string[], put: readonly string[], taken: readonly string[]): string[] {
  return [...new Set([...tags, ...put])].filter((tag) => !taken.includes(tag));
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

const listed = (tags: readonly string[]): string => (tags.length === 0 ? "none" : tags.join(", "));

/** What can be done to many links. */
export const LINK_BULK: readonly BulkAction<Link>[] = [
  {
    name: "tag",
    label: "Tag",
    scope: "links:write",
    fields: [
      { kind: "words", name: "put", label: "Tags to put on", hint: "With commas between them." },
      { kind: "words", name: "taken", label: "Tags to take off" },
    ],
    run: oneByOne(readLink, slugOf, ({ id, tags }, body) => {
      const after = tagged(tags, textsOf(body["put"]), textsOf(body["taken"]));
      if (after.join(",") === tags.join(",")) return { skip: `stays as it is: ${listed(tags)}` };
      return {
        method: "PATCH",
        path: `/links/${id}`,
        body: { tags: after },
        text: `${listed(tags)} → ${listed(after)}`,
      };
    }),
  },
  {
    name: "disable",
    label: "Switch off",
    scope: "links:write",
    risky: true,
    run: oneByOne(readLink, slugOf, ({ id, disabled }) =>
      disabled
        ? { skip: "is off already" }
        : { method: "PATCH", path: `/links/${id}`, body: { disabled: true }, text: "on → off" },
    ),
  },
  {
    name: "enable",
    label: "Switch on",
    scope: "links:write",
    run: oneByOne(readLink, slugOf, ({ id, disabled }) =>
      disabled
        ? { method: "PATCH", path: `/links/${id}`, body: { disabled: false }, text: "off → on" }
        : { skip: "is on already" },
    ),
  },
];
