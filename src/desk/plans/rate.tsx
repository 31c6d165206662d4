import type { ConversionRate } from "../../books/conversion/rate-schema.ts";
import type { TrackingPlan } from "../../programme/plan/schema.ts";
import type { Page } from "../frame/api-load.ts";
import type { Desk } from "../frame/desk-load.ts";
import { Amount, Moment, Named } from "../frame/parts.tsx";
import type { Field } from "../form/field.ts";
import type { FormSpec, Resource } from "../resource/resource.ts";
import { holdText } from "./plan-panels.tsx";

/** What a plan pays for a kind of conversion; its id is the definition's. */
export type RateRow = ConversionRate & { id: string };

/** What a plan pays for conversions, one page for each definition. */
export function ratesOf(plan: TrackingPlan): Resource<RateRow> {
  const api = `/tracking-plans/${plan.id}/conversion-rates`;
  return {
    place: `plans/${plan.id}/conversion-rates`,
    one: "Rate",
    many: "Paid for conversions",
    trail: [
      { name: "Plans", path: "/admin/plans" },
      { name: plan.name, path: `/admin/plans/${plan.id}` },
    ],
    api,
    read: "plans:read",
    list: null,
    title: ({ name }) => name ?? "A definition that was deleted",
    page: {
      pick: (answer) => {
        const rate = answer as ConversionRate;
        return { ...rate, id: rate.definitionId };
      },
      facts: ({ current, definitionId, name }, { desk }) => [
        ["Conversion", <Named id={definitionId} names={{ [definitionId]: name ?? "deleted" }} />],
        ["Plan", <a href={`/admin/plans/${plan.id}`}>{plan.name}</a>],
        [
          "Earns now",
          current === null ? (
            "nothing"
          ) : (
            <Amount desk={desk} minor={current.amount.amountMinor} currency={current.amount.currency} />
          ),
        ],
        ["Approved", current && holdText(current.holdDays)],
        [
          "Change",
          <a href={`/admin/plans/${plan.id}/conversion-rates/new?definitionId=${definitionId}`}>
            Say what it earns from now on
          </a>,
        ],
      ],
      panels: [
        { title: "Versions", show: async ({ desk }, { versions }) => <Versions desk={desk} versions={versions} /> },
      ],
    },
    actions: [
      {
        name: "delete",
        label: "Pay nothing any more",
        scope: "orders:write",
        fits: ({ current }) => current !== null,
        risky: true,
        method: "DELETE",
        api: ({ id }) => `${api}/${id}`,
        onwards: () => `/admin/plans/${plan.id}`,
        text: "From now on nothing is paid for this conversion. What happened before is paid as it was agreed.",
        done: "Nothing is paid for it from now on.",
      },
    ],
  };
}

function Versions({ desk, versions }: { desk: Desk; versions: ConversionRate["versions"] }) {
  return (
    <table class="stack">
      <caption class="off">What was agreed when, the latest first</caption>
      <thead>
        <tr>
          <th scope="col">Holds from</th>
          <th scope="col" class="num">
            Earns
          </th>
          <th scope="col">Approved</th>
          <th scope="col">Made</th>
          <th scope="col">By</th>
        </tr>
      </thead>
      <tbody>
        {versions.map(({ effectiveFrom, amount, holdDays, createdAt, actor }) => (
          <tr>
            <th scope="row">
              <Moment desk={desk} time={effectiveFrom} />
            </th>
            <td data-label="Earns" class="num">
              <span>
                <Amount desk={desk} minor={amount.amountMinor} currency={amount.currency} />
              </span>
            </td>
            <td data-label="Approved">
              <span>{holdText(holdDays)}</span>
            </td>
            <td data-label="Made">
              <span>
                <Moment desk={desk} time={createdAt} />
              </span>
            </td>
            <td data-label="By">
              <span>
                <code>{actor}</code>
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The form by which a plan says what it pays for conversions of a definition. */
export const NEW_RATE: FormSpec<TrackingPlan> = {
  title: "Pay for a conversion",
  scope: "orders:write",
  method: "PUT",
  whole: true,
  api: (plan, { definitionId }) => `/tracking-plans/${plan?.id}/conversion-rates/${String(definitionId)}`,
  intro: () => (
    <p class="note">
      It holds for conversions from now on, or from a later time. What happened before earns what was agreed then.
    </p>
  ),
  fields: async (desk, plan) => [
    await definitionField(desk, plan),
    { kind: "decimal", name: "amount", label: "Each one earns", required: true, hint: "0: nothing from then on." },
    {
      kind: "text",
      name: "currency",
      label: "Currency",
      empty: "omit",
      max: 3,
      short: true,
      hint: "Empty: the store’s.",
    },
    {
      kind: "whole",
      name: "holdDays",
      label: "Days until it is approved by itself",
      least: 0,
      most: 365,
      empty: "null",
      hint: "Once a server confirmed it. Empty: by hand only.",
    },
    { kind: "moment", name: "effectiveFrom", label: "Holds from (UTC)", empty: "omit", hint: "Empty: from now on." },
  ],
  shown: (_plan, desk) => ({ definitionId: desk.url.searchParams.get("definitionId"), holdDays: 30 }),
  toBody: ({ definitionId: _definition, ...body }) => body,
};

/** The definitions of the plan's store to choose from; their ids or names to type for a key that may not list them. */
async function definitionField(desk: Desk, plan: TrackingPlan | null): Promise<Field> {
  const typed: Field = { kind: "ref", of: "definition", name: "definitionId", label: "Conversion", required: true };
  if (plan === null || !desk.may("reports:read")) return typed;
  const { data, nextCursor } = await desk.api.get<Page<{ id: string; name: string; status: string }>>(
    "/conversion-definitions",
    { store: plan.storeId, limit: 200 },
  );
  if (nextCursor !== null) return typed;
  return {
    kind: "choice",
    name: "definitionId",
    label: "Conversion",
    required: true,
    options: data.filter(({ status }) => status !== "archived").map(({ id, name }) => ({ value: id, label: name })),
  };
}
