import { optionsOf } from "../form/field.ts";
import { MoneyText } from "../frame/money.tsx";
import { Count, Moment, Named } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import type { Resource } from "../resource/resource.ts";
import { ACTIONS, CONFIRM, deleteMany, hasTrigger } from "./actions.tsx";
import { Begin, Live, previewBody, startOf } from "./begin.tsx";
import { editFields, NEW_FIELDS } from "./fields.ts";
import { backfillOf, previewOf, segmentOf, snippetOf, triggersOf, usesOf } from "./panels.tsx";
import { DefinitionState, limitText, type ShownDefinition, ValueText } from "./state.tsx";
import { shownTerms, termsBody } from "./terms.ts";

/** `/admin/definitions`: what a store counts as a conversion. */
export const DEFINITIONS: Resource<ShownDefinition> = {
  place: "definitions",
  one: "Definition",
  many: "Conversion definitions",
  api: "/conversion-definitions",
  read: "plans:read",
  title: ({ name }) => name,
  list: {
    byStore: true,
    csv: "desk",
    expand: true,
    intro: () => (
      <p class="note">
        What counts as a conversion, how often, and what it is worth.{" "}
        <a href="/admin/definitions/templates">Templates</a> to begin from;{" "}
        <a href="/admin/definitions/used-in">where an event, a page or a field is used</a>.
      </p>
    ),
    filters: [{ kind: "choice", name: "status", label: "Status", options: optionsOf(["draft", "active", "archived"]) }],
    empty: {
      title: "There is no definition yet.",
      text: "A definition says what counts: a sign-up, a lead, a download, a call, a first purchase. Begin from a template, see what the last 30 days would have made of it, and activate it.",
    },
    columns: [
      { label: "Definition", main: true, cell: ({ name }) => name, csv: ({ name }) => name },
      { label: "Status", cell: ({ status }) => <DefinitionState status={status} />, csv: ({ status }) => status },
      {
        label: "Converts when",
        cell: ({ summary: [first, ...others] }) => (
          <>
            {first}
            {others.length === 0 ? "" : ` (or ${others.length} more)`}
          </>
        ),
        csv: ({ summary }) => summary.join("; "),
      },
      { label: "Key", cell: ({ key }) => <code>{key}</code>, csv: ({ key }) => key },
      {
        label: "Conversions, 30 days",
        num: true,
        cell: ({ id, last30Days }, { desk }) => (
          <a
            href={withQuery("/admin/conversions", {
              definition: id,
              counted: "true",
              from: new Date(desk.now - 30 * 86_400_000).toISOString(),
            })}
          >
            <Count desk={desk} value={last30Days?.conversions} />
          </a>
        ),
        csv: ({ last30Days }) => last30Days?.conversions,
      },
      {
        label: "People",
        num: true,
        cell: ({ last30Days }, { desk }) => (
          <>
            <Count desk={desk} value={last30Days?.converters} />
            {last30Days === undefined || last30Days.notToldApart === 0 ? null : (
              <small> and {desk.formats.count(last30Days.notToldApart)} untold apart</small>
            )}
          </>
        ),
        csv: ({ last30Days }) => last30Days?.converters,
      },
      {
        label: "Value, 30 days",
        num: true,
        cell: ({ last30Days, currency, value }, { desk }) =>
          value.mode === "none" || last30Days === undefined ? (
            <span class="none">–</span>
          ) : (
            <MoneyText desk={desk} money={{ amountMinor: last30Days.valueMinor, currency }} />
          ),
        csvMoney: ({ last30Days, currency }) =>
          last30Days === undefined ? null : { amountMinor: last30Days.valueMinor, currency },
      },
    ],
    bulk: [
      {
        name: "delete",
        label: "Delete",
        scope: "plans:write",
        also: ["orders:write"],
        risky: true,
        fields: [CONFIRM],
        run: deleteMany,
      },
    ],
  },
  page: {
    query: { expand: "names" },
    head: ({ id, status }) => (
      <p>
        <DefinitionState status={status} />{" "}
        {status === "draft"
          ? "A draft counts nothing and changes freely."
          : status === "active"
            ? "It counts, and doesn’t change any more but for its name: copy it, change the copy, activate that, and archive this one."
            : "It counts nothing more; what it counted stays."}{" "}
        {status === "draft" ? null : (
          <a href={`/admin/definitions/${id}/preview`}>What the last 30 days would have made of it</a>
        )}
      </p>
    ),
    facts: (definition, { desk, names }) => [
      ["Store", <Named id={definition.storeId} names={names} />],
      ["Key", <code>{definition.key}</code>],
      ["Value", <ValueText desk={desk} value={definition.value} />],
      ["Currency", definition.currency],
      ["One contact converts", limitText(definition.limit)],
      ["What happened before", definition.appliesToPast ? "Is counted, too" : "Is not looked at"],
      ["In force from", definition.effectiveFrom && <Moment desk={desk} time={definition.effectiveFrom} />],
      ["Activated", definition.activatedAt && <Moment desk={desk} time={definition.activatedAt} />],
      ["Archived", definition.archivedAt && <Moment desk={desk} time={definition.archivedAt} />],
      ["Copy of", definition.copiedFrom && <Named id={definition.copiedFrom} names={names} />],
      ["Made", <Moment desk={desk} time={definition.createdAt} />],
      ["Changed", <Moment desk={desk} time={definition.updatedAt} />],
    ],
    panels: [
      { title: "Triggers", show: triggersOf },
      {
        title: "What the last 30 days would have made of it",
        scope: "orders:read",
        fits: ({ status }) => status === "draft",
        show: previewOf,
      },
      { title: "The script to paste", fits: hasTrigger("script"), show: snippetOf },
      { title: "Segments", fits: hasTrigger("segment"), show: segmentOf },
      { title: "The past", fits: ({ status }) => status !== "draft", show: backfillOf },
      { title: "What it is used by", show: usesOf },
    ],
  },
  create: {
    scope: "plans:write",
    fields: NEW_FIELDS,
    intro: (desk) => <Begin desk={desk} />,
    start: (desk) => startOf(desk.url),
    toBody: termsBody,
    preview: (desk, body) => previewBody(desk, body),
    islands: ["definition"],
    button: "Draft it",
  },
  edit: {
    scope: "plans:write",
    fields: (_desk, row) => editFields(row ?? { status: "draft" }),
    intro: (_desk, row) =>
      row !== null && row.status === "draft" ? <Live path={`/admin/definitions/live?of=${row.id}`} /> : null,
    shown: (row) => shownTerms(row),
    toBody: termsBody,
    preview: (desk, body, row) => (row?.status === "draft" ? previewBody(desk, body, row) : Promise.resolve(null)),
    islands: ["definition"],
  },
  actions: ACTIONS,
};
