import type { ShownRule } from "../../programme/plan/rule-schema.ts";
import type { TrackingPlan } from "../../programme/plan/schema.ts";
import { Moment } from "../frame/parts.tsx";
import type { FormSpec, Resource } from "../resource/resource.ts";
import { commissionBody, shownCommission } from "./body.ts";
import { COMMISSION_FIELDS } from "./fields.ts";
import { ORDER_FIELDS } from "./preview-fields.ts";
import { currencyOf } from "./draft-preview.tsx";
import { RuleStart } from "./plan-panels.tsx";
import type { SampleOrder } from "./sample.ts";
import { SampleEarns } from "./sample-order.tsx";
import { commissionTexts } from "./words.ts";

/** A version of a commission in a list. */
export type RuleRow = ShownRule & { id: string };

/** The versions of a plan's commission. */
export function rulesOf(plan: TrackingPlan): Resource<RuleRow> {
  return {
    place: `plans/${plan.id}/commission-rules`,
    one: "Version",
    many: `Commission of ${plan.name}`,
    trail: [
      { name: "Plans", path: "/admin/plans" },
      { name: plan.name, path: `/admin/plans/${plan.id}` },
    ],
    api: `/tracking-plans/${plan.id}/commission-rules`,
    read: "plans:read",
    title: ({ version }) => `Version ${version}`,
    page: null,
    create: { scope: "orders:write", fields: [] },
    list: {
      filters: [],
      csv: "desk",
      row: (rule: ShownRule) => ({ ...rule, id: `version ${rule.version}` }),
      empty: { title: "There is no version.", text: "A plan has one from the beginning." },
      columns: [
        { label: "Version", main: true, cell: ({ version }) => version, csv: ({ version }) => version },
        {
          label: "Holds from",
          cell: ({ effectiveFrom }, { desk }) => <RuleStart desk={desk} time={effectiveFrom} />,
          csv: ({ effectiveFrom }) => effectiveFrom,
        },
        {
          label: "Pays",
          cell: ({ commission }, { desk }) =>
            commissionTexts(desk.formats, commission, currencyOf(desk, plan)).join(" "),
          csv: ({ commission }, { desk }) =>
            commissionTexts(desk.formats, commission, currencyOf(desk, plan)).join(" "),
        },
        { label: "Why", cell: ({ reason }) => reason ?? "the plan was made or changed", csv: ({ reason }) => reason },
        {
          label: "Made",
          cell: ({ createdAt }, { desk }) => <Moment desk={desk} time={createdAt} />,
          csv: ({ createdAt }) => createdAt,
        },
        { label: "By", cell: ({ actor }) => <code>{actor}</code>, csv: ({ actor }) => actor },
      ],
    },
  };
}

/** The form by which a plan gets a new version of its commission. It begins with the one that holds. */
export const NEW_RULE: FormSpec<TrackingPlan> = {
  title: "New version of the commission",
  scope: "orders:write",
  method: "POST",
  whole: true,
  button: "Add version",
  api: (plan) => `/tracking-plans/${plan?.id}/commission-rules`,
  intro: () => (
    <p class="note">
      A version is never changed or deleted. What orders placed since its beginning earn is computed anew, and the
      difference goes to the ledger.
    </p>
  ),
  fields: [
    {
      kind: "text",
      name: "reason",
      label: "Reason",
      required: true,
      max: 500,
      hint: "Is kept with the version.",
    },
    {
      kind: "moment",
      name: "effectiveFrom",
      label: "Holds from (UTC)",
      empty: "omit",
      hint: "Empty: from now on. In the past: orders since then are computed anew.",
    },
    { kind: "group", name: "commission", label: "What a creator earns by an order", fields: COMMISSION_FIELDS },
    {
      kind: "group",
      name: "order",
      label: "A sample order for the preview",
      folded: true,
      optional: true,
      fields: ORDER_FIELDS,
    },
  ],
  shown: ({ commission }) => ({ commission: shownCommission(commission) }),
  toBody: ({ order: _order, commission, ...body }) => ({
    ...body,
    commission: commissionBody(commission as Record<string, unknown>),
  }),
  preview: async (desk, { commission }, plan, { order }) =>
    plan === null ? null : (
      <>
        <h3>What an order would earn</h3>
        {(
          [
            ["Now", plan.commission],
            ["Then", commission],
          ] as const
        ).map(([title, rule]) => (
          <>
            <h4>{title}</h4>
            <SampleEarns
              desk={desk}
              commission={rule as Record<string, unknown>}
              order={(order ?? {}) as SampleOrder}
              currency={currencyOf(desk, plan) ?? "EUR"}
            />
          </>
        ))}
      </>
    ),
};
