import type { Deletion } from "../../conversions/definition/schema.ts";
import type { Field } from "../form/field.ts";
import type { Desk } from "../frame/desk-load.ts";
import type { Action, BulkResult } from "../resource/resource.ts";
import type { ShownDefinition } from "./state.tsx";

/** How many conversions somebody says that it is about. */
export const CONFIRM: Field & { kind: "whole" } = {
  kind: "whole",
  name: "confirm",
  label: "Number of conversions that go too",
  least: 0,
  hint: "Type the number that is said above: it shows that you know what goes.",
};

/** Whether a definition has a trigger of one of these kinds. */
export const hasTrigger =
  (...types: string[]) =>
  ({ triggers }: ShownDefinition): boolean =>
    triggers.some(({ type }) => types.includes(type));

/** What can be done to a definition. */
export const ACTIONS: readonly Action<ShownDefinition>[] = [
  {
    name: "activate",
    label: "Activate",
    scope: "plans:write",
    fits: ({ status }) => status === "draft",
    text: ({ appliesToPast }) => (
      <>
        It counts from then on, and can’t be changed any more.
        {appliesToPast
          ? " It is applied to what is kept of the last 90 days at the same time: leave the number empty to be told how many conversions that makes, then type it."
          : ""}
      </>
    ),
    fields: (_desk, { appliesToPast }) =>
      appliesToPast ? [{ ...CONFIRM, label: "Number of conversions that it makes of the past", hint: "" }] : [],
    api: ({ id }) => `/conversion-definitions/${id}/activate`,
    done: "Active: it counts from now on.",
  },
  {
    name: "copy",
    label: "Copy",
    scope: "plans:write",
    text: "Makes a draft with the same terms and a key of its own.",
    fields: [{ kind: "text", name: "name", label: "Name of the copy", max: 120, hint: "Empty: the same, and (copy)." }],
    api: ({ id }) => `/conversion-definitions/${id}/copy`,
    done: "Copied: this is the copy, a draft.",
    onwards: (_row, { body }) => `/admin/definitions/${(body as { id: string }).id}`,
  },
  {
    name: "convert",
    label: "Record a conversion",
    scope: "orders:write",
    fits: (definition) => definition.status === "active" && hasTrigger("manual", "script", "event", "call")(definition),
    text: "Records one by hand. It is confirmed by that, whatever its trigger’s conditions; one over the limit is recorded, and doesn’t count.",
    fields: (_desk, definition) => handFields(definition),
    api: ({ id }) => `/conversion-definitions/${id}/conversions`,
    done: "Recorded.",
    onwards: (_row, { body }) => `/admin/conversions/${(body as { id: string }).id}`,
  },
  {
    name: "backfill",
    label: "Apply to the past",
    scope: "plans:write",
    also: ["orders:write"],
    fits: ({ status }) => status === "active",
    text: "What happened before it came into force is counted, as far as it is kept: events of 90 days, orders, and conversions that it waits for. These conversions earn nobody anything and take no place of a limit from others. Doing it again makes nothing twice. Leave the number empty to be told how many conversions that makes.",
    fields: [
      { kind: "moment", name: "from", label: "How far back (UTC)", hint: "Empty: 90 days." },
      { ...CONFIRM, label: "Number of conversions that it makes", hint: "" },
    ],
    api: ({ id }) => `/conversion-definitions/${id}/backfill`,
    done: "It has begun.",
    onwards: ({ id }) => `/admin/definitions/${id}/progress`,
  },
  {
    name: "archive",
    label: "Archive",
    scope: "plans:write",
    risky: true,
    fits: ({ status }) => status !== "archived",
    text: "It counts nothing more; what it counted stays. It can’t be made active again: copy it for that.",
    api: ({ id }) => `/conversion-definitions/${id}/archive`,
    done: "Archived.",
  },
  {
    name: "delete",
    label: "Delete",
    scope: "plans:write",
    also: ["orders:write"],
    risky: true,
    method: "DELETE",
    text: "All that was recorded for it goes too, for good; the ledger keeps its entries.",
    preview: async (desk, { id }) => {
      // Without the number it is refused, and says what goes.
      const sent = await desk.api.send<Deletion>("POST", "/conversion-definitions/delete", { ids: [id] });
      return sent.ok ? null : <p class="warn">{sent.problem.message}</p>;
    },
    fields: [CONFIRM],
    api: ({ id }) => `/conversion-definitions/${id}`,
    toQuery: ({ confirm }) => ({ confirm: confirm as number | undefined }),
    done: "Definition deleted, with its conversions.",
  },
];

/** What a conversion by hand is told with: a call's own facts for definitions that listen to calls. */
function handFields(definition: ShownDefinition): readonly Field[] {
  return [
    {
      kind: "text",
      name: "customerId",
      label: "Customer’s id",
      max: 320,
      hint: "What the store knows the customer by. Kept as a hash alone.",
    },
    {
      kind: "text",
      name: "eventId",
      label: "Event’s id",
      max: 64,
      hint: "Tells it from others: said again, it is the same conversion. That of an event which a page reported confirms that one.",
    },
    { kind: "text", name: "clickId", label: "Click id", max: 200, hint: "That the page was opened with." },
    { kind: "words", name: "codes", label: "Codes", hint: "With commas between them." },
    ...(definition.value.mode === "event"
      ? ([
          {
            kind: "decimal",
            name: "value",
            label: "Value",
            hint: `In ${definition.currency}, unless another is said.`,
          },
          { kind: "text", name: "currency", label: "Currency", short: true, max: 3 },
        ] satisfies Field[])
      : []),
    { kind: "moment", name: "time", label: "When it happened (UTC)", hint: "Empty: now. 90 days ago at most." },
    ...(hasTrigger("call")(definition)
      ? ([
          {
            kind: "group",
            name: "call",
            label: "The call",
            optional: true,
            fields: [
              { kind: "whole", name: "talkSeconds", label: "Seconds talked", least: 0, most: 86_400 },
              { kind: "text", name: "number", label: "Number that was called", max: 40 },
              { kind: "moment", name: "startedAt", label: "When it began (UTC)" },
            ],
          },
        ] satisfies Field[])
      : []),
    { kind: "textarea", name: "reason", label: "Reason", rows: 2, max: 500, hint: "Goes to the audit log." },
  ];
}

/** Says of each what goes with it, or deletes all of them together: the number that is confirmed is that of all. */
export async function deleteMany(
  desk: Desk,
  ids: readonly string[],
  { confirm }: Record<string, unknown>,
  dryRun: boolean,
): Promise<BulkResult[]> {
  if (!dryRun) {
    const sent = await desk.api.send<Deletion>("POST", "/conversion-definitions/delete", { ids, confirm });
    if (!sent.ok) throw sent.problem;
    return ids.map((id) => ({ id, name: id, text: "It went, with its conversions.", ok: true }));
  }
  // Without the number each is refused, and says what goes.
  return Promise.all(
    ids.map(async (id) => {
      const path = `/conversion-definitions/${encodeURIComponent(id)}`;
      const name = await desk.api.get<ShownDefinition>(path).then(
        (row) => row.name,
        () => id,
      );
      const sent = await desk.api.send<Deletion>("POST", "/conversion-definitions/delete", { ids: [id] });
      return {
        id,
        name,
        text: sent.ok ? "It went." : sent.problem.message,
        ok: !sent.ok && sent.problem.code === "confirm_needed",
      };
    }),
  );
}
