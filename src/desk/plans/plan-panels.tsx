import type { ConversionRate } from "../../books/conversion/rate-schema.ts";
import type { Campaign } from "../../programme/campaign/schema.ts";
import type { ShownRule } from "../../programme/plan/rule-schema.ts";
import type { TrackingPlan } from "../../programme/plan/schema.ts";
import { CampaignStatusChip } from "../campaigns/chips.tsx";
import { type Figures, FigureTiles } from "../figures/figures.tsx";
import type { Page } from "../frame/api-load.ts";
import type { Desk } from "../frame/desk-load.ts";
import { Amount, Empty, Moment } from "../frame/parts.tsx";
import type { View } from "../resource/resource.ts";
import { currencyOf } from "./draft-preview.tsx";
import { PreviewFacts } from "./plan-preview.tsx";
import { forWhom, previewOf } from "./preview-load.ts";
import { ProviderTable } from "./provider.tsx";
import { readProviders } from "./provider-load.ts";
import { commissionTexts, days } from "./words.ts";

/** Versions of a commission that a plan's page shows. */
const SHOWN_VERSIONS = 5;

/** What creators earn by a plan, and its latest versions. Throws the API's `Problem`. */
export async function showCommission({ desk }: View, plan: TrackingPlan) {
  const { data } = await desk.api.get<Page<ShownRule>>(`/tracking-plans/${plan.id}/commission-rules`, {
    limit: SHOWN_VERSIONS,
  });
  const here = `/admin/plans/${plan.id}/commission-rules`;
  return (
    <>
      <ul>
        {commissionTexts(desk.formats, plan.commission, currencyOf(desk, plan)).map((text) => (
          <li>{text}</li>
        ))}
      </ul>
      <VersionTable desk={desk} plan={plan} rules={data} />
      <p class="row">
        {desk.may("plans:write") && desk.may("orders:write") ? (
          <a class="button" href={`${here}/new`}>
            New version
          </a>
        ) : null}
        <a href={here}>All versions</a>
      </p>
    </>
  );
}

function VersionTable({ desk, plan, rules }: { desk: Desk; plan: TrackingPlan; rules: readonly ShownRule[] }) {
  return (
    <table class="stack">
      <caption>Versions, the newest first</caption>
      <thead>
        <tr>
          <th scope="col">No.</th>
          <th scope="col">Holds from</th>
          <th scope="col">Pays</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {rules.map(({ version, commission, effectiveFrom, reason }) => (
          <tr>
            <th scope="row">{version}</th>
            <td data-label="Holds from">
              <span>
                <RuleStart desk={desk} time={effectiveFrom} />
              </span>
            </td>
            <td data-label="Pays">
              <span>{commissionTexts(desk.formats, commission, currencyOf(desk, plan)).join(" ")}</span>
            </td>
            <td data-label="Why">
              <span>{reason ?? "the plan was made or changed"}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Since when a version holds; 1970 stands for ever. */
export function RuleStart({ desk, time }: { desk: Desk; time: string }) {
  return Date.parse(time) === 0 ? <>the beginning</> : <Moment desk={desk} time={time} />;
}

/** What a creator would get by a plan. Throws the API's `Problem`. */
export async function showPreview({ desk }: View, plan: TrackingPlan) {
  const preview = await previewOf(desk, plan.id, forWhom({}));
  return (
    <>
      <p class="note">Of a creator who is imagined, Lea Sommer.</p>
      <PreviewFacts preview={preview} />
      <p>
        <a href={`/admin/plans/${plan.id}/preview`}>Preview for a creator and an order</a>
      </p>
    </>
  );
}

/** What a plan pays for conversions that are no orders. Throws the API's `Problem`. */
export async function showRates({ desk }: View, plan: TrackingPlan) {
  const { data } = await desk.api.get<{ data: ConversionRate[] }>(`/tracking-plans/${plan.id}/conversion-rates`);
  const here = `/admin/plans/${plan.id}/conversion-rates`;
  const add =
    desk.may("plans:write") && desk.may("orders:write") ? (
      <a class="button" href={`${here}/new`}>
        Pay for a conversion
      </a>
    ) : null;
  if (data.length === 0) {
    return (
      <Empty title="It pays for orders alone." action={add}>
        A plan can pay for other conversions too, such as a sign-up, by their definition.
      </Empty>
    );
  }
  return (
    <>
      <table class="stack">
        <caption class="off">What each conversion earns</caption>
        <thead>
          <tr>
            <th scope="col">Conversion</th>
            <th scope="col" class="num">
              Earns
            </th>
            <th scope="col">Approved</th>
            <th scope="col">Since</th>
          </tr>
        </thead>
        <tbody>
          {data.map(({ definitionId, name, current }) => (
            <tr>
              <th scope="row">
                <a href={`${here}/${definitionId}`}>{name ?? "A definition that was deleted"}</a>
              </th>
              <td data-label="Earns" class="num">
                <span>
                  {current === null ? (
                    "nothing now"
                  ) : (
                    <Amount desk={desk} minor={current.amount.amountMinor} currency={current.amount.currency} />
                  )}
                </span>
              </td>
              <td data-label="Approved">
                <span>{current === null ? "–" : holdText(current.holdDays)}</span>
              </td>
              <td data-label="Since">
                <span>
                  <Moment desk={desk} time={current?.effectiveFrom} />
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>{add}</p>
    </>
  );
}

/** How something is approved. */
export function holdText(holdDays: number | null): string {
  return holdDays === null ? "by hand" : `after ${days(holdDays)}`;
}

/** The campaigns that have a plan. Throws the API's `Problem`. */
export async function showCampaigns({ desk }: View, plan: TrackingPlan) {
  const { data, nextCursor } = await desk.api.get<Page<Campaign>>("/campaigns", { plan: plan.id, limit: 10 });
  if (data.length === 0) {
    return (
      <Empty
        title="No campaign has it yet."
        action={
          desk.may("plans:write") ? (
            <a class="button" href={`/admin/campaigns/new?planId=${plan.id}`}>
              New campaign
            </a>
          ) : null
        }
      >
        Creators get their codes and links by a campaign that has the plan.
      </Empty>
    );
  }
  return (
    <>
      <ul>
        {data.map(({ id, name, status }) => (
          <li>
            <a href={`/admin/campaigns/${id}`}>{name}</a> <CampaignStatusChip status={status} />
          </li>
        ))}
      </ul>
      {nextCursor === null ? null : <a href={`/admin/campaigns?plan=${plan.id}`}>All campaigns of the plan</a>}
    </>
  );
}

/** The numbers of a plan. Throws the API's `Problem`. */
export async function showFigures({ desk }: View, plan: TrackingPlan) {
  const { total } = await desk.api.get<{ total: Figures }>("/reports/plans", {
    plan: plan.id,
    limit: 1,
    compare: "previous",
  });
  return <FigureTiles desk={desk} figures={total} />;
}

/** What the platform of a plan’s store can do. Throws the API's `Problem`. */
export async function showProvider({ desk }: View, plan: TrackingPlan) {
  const [{ provider: id }, providers] = await Promise.all([
    desk.api.get<{ provider: string }>(`/stores/${plan.storeId}`),
    readProviders(desk),
  ]);
  const provider = providers.find((each) => each.id === id);
  return provider === undefined ? null : (
    <details>
      <summary>{provider.name}</summary>
      <ProviderTable provider={provider} />
    </details>
  );
}
