import type { TrackingPlan } from "../../programme/plan/schema.ts";
import { Chip, Moment, Named } from "../frame/parts.tsx";
import type { FormSpec, Resource } from "../resource/resource.ts";
import { draftOf, planBody, shownPlan } from "./body.ts";
import { currencyOf, draftPreview } from "./draft-preview.tsx";
import { planForm } from "./fields.ts";
import { showCampaigns, showCommission, showFigures, showPreview, showProvider, showRates } from "./plan-panels.tsx";
import { discountText, earnText, limitTexts } from "./words.ts";

const whomOf = (read: Readonly<Record<string, unknown>>) => (read["preview"] ?? {}) as Record<string, unknown>;

const CREATE: FormSpec<TrackingPlan> = {
  scope: "plans:write",
  fields: (desk) => planForm(desk, true),
  toBody: (read) => planBody(read, true),
  preview: (desk, body, _row, read) => draftPreview(desk, body, whomOf(read)),
};

const EDIT: FormSpec<TrackingPlan> = {
  scope: "plans:write",
  intro: () => (
    <p class="note">
      Links that the plan made follow within a minute. A commission that is changed here holds for orders from now on;
      for an earlier day, make a version of it.
    </p>
  ),
  fields: (desk) => planForm(desk, false),
  shown: shownPlan,
  toBody: (read) => planBody(read, false),
  preview: async (desk, body, row, read) =>
    row === null ? null : draftPreview(desk, draftOf(row, body), whomOf(read)),
};

/** `/admin/plans`: what creators offer and earn, and what their codes and links are made of. */
export const PLANS: Resource<TrackingPlan> = {
  place: "plans",
  one: "Plan",
  many: "Plans",
  api: "/tracking-plans",
  read: "plans:read",
  title: ({ name }) => name,
  list: {
    byStore: true,
    csv: "desk",
    filters: [{ kind: "text", name: "q", label: "Name" }],
    intro: (desk) => (
      <nav class="tabs" aria-label="About plans">
        <a href="/admin/plans/providers">What each platform can do</a>
        {desk.may("orders:read") ? <a href="/admin/plans/simulate">Simulate attribution</a> : null}
      </nav>
    ),
    empty: {
      title: "There is no tracking plan yet.",
      text: "A plan says what creators offer shoppers, what their codes and links are made of, and what they earn by an order.",
    },
    columns: [
      { label: "Plan", main: true, cell: ({ name }) => name, csv: ({ name }) => name },
      {
        label: "Store",
        cell: ({ storeId }, { names }) => <Named id={storeId} names={names} />,
        csv: ({ storeId }, { names }) => names[storeId] ?? storeId,
      },
      {
        label: "Shoppers get",
        cell: (plan, { desk }) => discountText(desk.formats, plan),
        csv: (plan, { desk }) => discountText(desk.formats, plan),
      },
      {
        label: "Codes",
        cell: ({ codePattern }) => (codePattern === null ? "none" : <code>{codePattern}</code>),
        csv: ({ codePattern }) => codePattern,
      },
      {
        label: "Creators earn",
        cell: ({ commission }, { desk }) => earnText(desk.formats, commission),
        csv: ({ commission }, { desk }) => earnText(desk.formats, commission),
      },
      { label: "State", cell: (plan, { desk }) => <PlanState plan={plan} now={desk.now} /> },
    ],
  },
  page: {
    head: ({ commission, id }) =>
      commission.value === 0 && commission.tiers.length === 0 && commission.special.length === 0 ? (
        <p class="warn">
          Nobody earns anything by this plan.{" "}
          <a href={`/admin/plans/${id}/edit#f-commission-value`}>Say what creators earn</a>
        </p>
      ) : null,
    facts: (plan, { desk, names }) => [
      ["Store", <Named id={plan.storeId} names={names} />],
      ["State", <PlanState plan={plan} now={desk.now} />],
      ["Shoppers get", discountText(desk.formats, plan)],
      ["Codes are made of", plan.codePattern === null ? "no codes" : <code>{plan.codePattern}</code>],
      ["Landing page", plan.landingUrl === null ? "the store’s home page" : <code>{plan.landingUrl}</code>],
      ["Otherwise leads to", plan.fallbackUrl && <code>{plan.fallbackUrl}</code>],
      ["Link that earns", plan.affiliateLink ? "yes" : "no"],
      ["Link that counts clicks", plan.trackClicks ? "yes" : "no"],
      ["Links of creators’ own", plan.creatorLinks ? "yes" : "no"],
      [
        "UTM",
        Object.entries(plan.utm)
          .map(([name, value]) => `utm_${name}=${value}`)
          .join(", "),
      ],
      ["Limits", limitTexts(desk.formats, plan, currencyOf(desk, plan)).join("; ") || "none"],
      ["From", plan.startsAt && <Moment desk={desk} time={plan.startsAt} />],
      ["Until", plan.endsAt && <Moment desk={desk} time={plan.endsAt} />],
      ["Made", <Moment desk={desk} time={plan.createdAt} />],
      ["Changed", <Moment desk={desk} time={plan.updatedAt} />],
    ],
    panels: [
      { title: "What creators earn", show: showCommission },
      { title: "What a creator gets", show: showPreview },
      { title: "Paid for conversions", show: showRates },
      { title: "Campaigns", show: showCampaigns },
      { title: "The last 30 days", scope: "reports:read", show: showFigures },
      { title: "What its platform can do", scope: "settings:read", show: showProvider },
    ],
  },
  create: CREATE,
  edit: EDIT,
  actions: [
    {
      name: "delete",
      label: "Delete",
      scope: "plans:write",
      risky: true,
      method: "DELETE",
      api: ({ id }) => `/tracking-plans/${id}`,
      text: "It is refused while a campaign, a code that isn’t retired, or a link has the plan. Its history stays.",
      done: "Plan deleted.",
    },
  ],
};

/** Whether a plan holds now. */
function PlanState({ plan, now }: { plan: TrackingPlan; now: number }) {
  if (plan.startsAt !== null && Date.parse(plan.startsAt) > now) return <Chip tone="wait">Not yet</Chip>;
  if (plan.endsAt !== null && Date.parse(plan.endsAt) <= now) return <Chip>Ended</Chip>;
  return <Chip tone="good">Holds</Chip>;
}
