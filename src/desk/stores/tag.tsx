import { SOURCE_KINDS } from "../../ground/model/attribution-report.ts";
import type { AttributionTag } from "../../shops/amazon/tag-schema.ts";
import type { Desk } from "../frame/desk-load.ts";
import { Moment, Named } from "../frame/parts.tsx";
import { type Field, optionsOf } from "../form/field.ts";
import { findInList } from "../resource/find-load.ts";
import type { Resource } from "../resource/resource.ts";

/** A creator's tag as a row: known by the creator. */
export type TagRow = AttributionTag & { id: string };

const FIELDS: readonly Field[] = [
  {
    kind: "textarea",
    name: "tag",
    label: "Tag",
    required: true,
    rows: 3,
    hint: "As Amazon gives it: its pairs, a whole address that has them, or the value of maas alone.",
  },
  {
    kind: "list",
    name: "matches",
    label: "By what rows of reports are known to be the creator’s",
    item: "Name",
    most: 10,
    empty: "omit",
    hint: "None: the tag’s ad group, else its creative, its campaign, or its maas.",
    of: [
      { kind: "choice", name: "by", label: "What of a row", options: optionsOf(SOURCE_KINDS) },
      { kind: "text", name: "value", label: "Value", max: 200 },
    ],
  },
];

const WRITE = { scope: "plans:write", also: ["orders:write"] } as const;

/** `/admin/stores/{id}/tags`: by what Amazon counts for creators. */
export async function tagsOf(desk: Desk, storeId: string): Promise<Resource<TagRow>> {
  const id = encodeURIComponent(storeId);
  const api = `/stores/${id}/attribution-tags`;
  const idOf = ({ creatorId }: AttributionTag): string => creatorId;
  const name = desk.stores.find((store) => store.id === storeId)?.name ?? "Store";
  const at = (creatorId: string): string => `/admin/stores/${id}/tags/${encodeURIComponent(creatorId)}`;
  return {
    place: `stores/${id}/tags`,
    one: "Tag",
    many: "Creators’ tags",
    trail: [
      { name: "Stores", path: "/admin/stores" },
      { name, path: `/admin/stores/${id}` },
    ],
    api,
    read: "plans:read",
    title: ({ creatorId }, { names }) => names[creatorId] ?? creatorId,
    find: findInList<TagRow>(api, "tag of", { idOf }),
    list: {
      filters: [
        {
          kind: "choice",
          name: "lacking",
          label: "Show",
          options: [
            { value: "false", label: "Creators with a tag" },
            { value: "true", label: "Creators who lack one" },
          ],
        },
      ],
      csv: "desk",
      expand: true,
      idOf,
      empty: {
        title: "No creator has a tag yet.",
        text: "Make one for each creator in Amazon’s console, and enter it here, or import a file of all.",
      },
      actions: (desk) =>
        desk.may("plans:write") && desk.may("orders:write") && desk.actor.storeIds === null ? (
          <a class="button" href={`/admin/stores/${id}/tags/import`}>
            Import a file
          </a>
        ) : null,
      columns: [
        {
          label: "Creator",
          main: true,
          cell: ({ creatorId }, { names }) => names[creatorId] ?? creatorId,
          csv: ({ creatorId }, { names }) => names[creatorId],
        },
        {
          label: "Tag",
          cell: ({ tag }) => (tag === null ? <span class="none">None</span> : <code>{tag}</code>),
          csv: ({ tag }) => tag,
        },
        {
          label: "Known by",
          cell: ({ matches }) => matches.map(({ by, value }) => `${by} ${value}`).join(", "),
          csv: ({ matches }) => matches.map(({ by, value }) => `${by}=${value}`).join("; "),
        },
        { label: "Changed", cell: ({ updatedAt }, { desk }) => <Moment desk={desk} time={updatedAt} /> },
        {
          label: "Do",
          cell: ({ creatorId, tag }, { desk }) =>
            !desk.may("plans:write") || !desk.may("orders:write") ? null : tag === null ? (
              <a class="button" href={`/admin/stores/${id}/tags/new?creatorId=${creatorId}`}>
                Enter a tag
              </a>
            ) : (
              <span class="row">
                <a class="button" href={`${at(creatorId)}/edit`}>
                  Edit
                </a>
                <a class="button" href={`${at(creatorId)}/delete`}>
                  Delete
                </a>
              </span>
            ),
        },
      ],
    },
    page: null,
    create: {
      ...WRITE,
      title: "Enter a tag",
      button: "Enter the tag",
      method: "PUT",
      fields: [{ kind: "ref", of: "creator", name: "creatorId", label: "Creator", required: true }, ...FIELDS],
      api: (_row, { creatorId }) => `${api}/${encodeURIComponent(typeof creatorId === "string" ? creatorId : "none")}`,
      toBody: ({ creatorId: _creatorId, ...body }) => body,
      answer: (_desk, body) => <Entered body={body} id={id} />,
    },
    edit: {
      ...WRITE,
      whole: true,
      method: "PUT",
      fields: FIELDS,
      toBody: ({ matches, ...body }) => (Array.isArray(matches) && matches.length > 0 ? { ...body, matches } : body),
      answer: (_desk, body) => <Entered body={body} id={id} />,
    },
    actions: [
      {
        ...WRITE,
        name: "delete",
        label: "Delete the tag",
        risky: true,
        method: "DELETE",
        api: ({ creatorId }) => `${api}/${creatorId}`,
        text: (row, { names }) => (
          <>
            Links of <Named id={row.creatorId} names={names} /> lead on without it, and rows of reports that were known
            by it are nobody’s.
          </>
        ),
        done: "The tag is deleted.",
      },
    ],
  };
}

/** A tag that was entered, and who lacks one still. */
function Entered({ body, id }: { body: unknown; id: string }) {
  const { tag, lacking } = body as AttributionTag & { lacking: { count: number } };
  return (
    <section class="card" aria-label="The tag">
      <p>
        The tag is entered: <code>{tag}</code>. The creator’s links carry it at once.
      </p>
      <p>
        {lacking.count === 0 ? (
          "No creator with links of this store lacks one."
        ) : (
          <a href={`/admin/stores/${id}/tags?lacking=true`}>
            {lacking.count === 1 ? "One creator lacks one still." : `${lacking.count} creators lack one still.`}
          </a>
        )}
      </p>
      <p>
        <a class="button" href={`/admin/stores/${id}/tags`}>
          All tags
        </a>
      </p>
    </section>
  );
}
