import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { Campaign, Member } from "../../programme/campaign/schema.ts";
import type { PlanPreview } from "../../programme/plan/preview-run.ts";
import type { TrackingPlan } from "../../programme/plan/schema.ts";
import type { Page } from "../frame/api-load.ts";
import { type Desk, deskOf } from "../frame/desk-load.ts";
import { Card, Chip, Empty, Named } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import { answerPage } from "../frame/shell-page.tsx";
import { Fields } from "../form/fields.tsx";
import type { Field } from "../form/field.ts";
import { readForm } from "../form/read.ts";
import { showForm } from "../form/show.ts";
import { ORDER_FIELDS } from "../plans/preview-fields.ts";
import { currencyOf } from "../plans/draft-preview.tsx";
import { LinkText } from "../plans/plan-preview.tsx";
import { previewOf } from "../plans/preview-load.ts";
import type { SampleOrder } from "../plans/sample.ts";
import { SampleEarns } from "../plans/sample-order.tsx";
import { commissionTexts } from "../plans/words.ts";
import { MemberStatusChip } from "./chips.tsx";
import { pathOfStep, Steps } from "./steps.tsx";
import { EarnsNothing } from "./earns-load.tsx";

/** Creators of a page: each is previewed by the API itself. */
const SHOWN = 10;

const ORDER: readonly Field[] = [{ kind: "group", name: "order", label: "A sample order", fields: ORDER_FIELDS }];

/** A creator with what they would get; `null`: the API can't say, and the problem has why. */
interface Previewed {
  member: Member;
  preview: PlanPreview | null;
  problem: string | null;
}

/** Answers the third step: which code and links each creator would get, and what an order would earn. Nothing is made. */
export async function previewStepPage(c: Context<AppTypes>, id: string): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["plans:read"]);
  const campaign = await desk.api.get<Campaign>(`/campaigns/${encodeURIComponent(id)}`);
  const cursor = desk.url.searchParams.get("cursor");
  const { planId } = campaign;
  const [members, plan] = await Promise.all([
    desk.api.get<Page<Member>>(`/campaigns/${campaign.id}/creators`, { limit: SHOWN, cursor, expand: "names" }),
    planId === null ? null : desk.api.get<TrackingPlan>(`/tracking-plans/${planId}`),
  ]);
  const rows =
    planId === null
      ? []
      : await Promise.all(members.data.map((member) => previewed(desk, planId, campaign.id, member)));
  const here = pathOfStep(campaign.id, "preview");
  const mayWrite = desk.may("plans:write");
  return answerPage(
    c,
    {
      title: campaign.status === "draft" ? `Set up ${campaign.name}` : `Preview of ${campaign.name}`,
      trail: [{ name: "Campaigns", path: "/admin/campaigns" }],
    },
    <>
      {mayWrite && campaign.status === "draft" ? <Steps id={campaign.id} current="preview" /> : null}
      {plan === null ? (
        <Empty
          title="There is no plan yet."
          action={
            mayWrite ? (
              <a class="button" href={pathOfStep(campaign.id, "plan")}>
                Choose a plan, or make one
              </a>
            ) : null
          }
        >
          Codes and links are made of the campaign’s plan.
        </Empty>
      ) : (
        <>
          <Card
            title="What each creator gets"
            note={
              <>
                By <Named id={plan.id} names={{ [plan.id]: plan.name }} />. Nothing of this is made yet, unless a short
                address stands there.
              </>
            }
          >
            {rows.length === 0 ? (
              <Empty
                title="Nobody takes part yet."
                action={
                  mayWrite ? (
                    <a class="button" href={pathOfStep(campaign.id, "creators")}>
                      Add creators
                    </a>
                  ) : null
                }
              />
            ) : (
              <PreviewTable rows={rows} names={members.names ?? {}} />
            )}
            {cursor === null && members.nextCursor === null ? null : (
              <nav class="row" aria-label="Pages">
                {cursor === null ? null : <a href={here}>First creators</a>}
                {members.nextCursor === null ? null : (
                  <a rel="next" href={withQuery(here, { cursor: members.nextCursor })}>
                    Next creators
                  </a>
                )}
              </nav>
            )}
          </Card>
          <EarnsNothing desk={desk} planId={plan.id} />
          <Earns desk={desk} plan={plan} />
        </>
      )}
      <p class="row">
        {mayWrite && campaign.status === "draft" ? (
          <a class="button main" href={pathOfStep(campaign.id, "launch")}>
            Go on to the launch
          </a>
        ) : null}
        <a href={`/admin/campaigns/${campaign.id}`}>
          {campaign.status === "draft" ? "Leave it for now" : "To the campaign"}
        </a>
      </p>
    </>,
  );
}

async function previewed(desk: Desk, planId: string, campaignId: string, member: Member): Promise<Previewed> {
  try {
    const preview = await previewOf(desk, planId, { creatorId: member.creatorId, campaignId });
    return { member, preview, problem: null };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { member, preview: null, problem: error.message };
  }
}

function PreviewTable({ rows, names }: { rows: readonly Previewed[]; names: Readonly<Record<string, string>> }) {
  return (
    <table class="stack">
      <caption class="off">The code and links of each creator</caption>
      <thead>
        <tr>
          <th scope="col">Creator</th>
          <th scope="col">Status</th>
          <th scope="col">Code</th>
          <th scope="col">Link</th>
          <th scope="col">To mend</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ member: { creatorId, status }, preview, problem }) => (
          <tr>
            <th scope="row">
              <Named id={creatorId} names={names} />
            </th>
            <td data-label="Status">
              <span>
                <MemberStatusChip status={status} />
              </span>
            </td>
            <td data-label="Code">
              <span>
                {preview?.code === null || preview === null ? "–" : <code class="nowrap">{preview.code.example}</code>}
                {preview?.code?.taken === true ? <small> ({preview.code.text} is taken)</small> : null}
              </span>
            </td>
            <td data-label="Link">
              <span>
                <LinkText link={preview?.link ?? preview?.trackingLink ?? null} />
              </span>
            </td>
            <td data-label="To mend">
              <span>
                {preview?.failure == null ? (
                  (problem ?? <span class="nowrap">nothing</span>)
                ) : (
                  <>
                    <Chip tone="bad">Nothing can be made</Chip> {preview.failure.detail}{" "}
                    <a href={`/admin/creators/${creatorId}/edit`}>Complete the profile</a>
                  </>
                )}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Earns({ desk, plan }: { desk: Desk; plan: TrackingPlan }) {
  const { searchParams } = desk.url;
  const typed = new Map([...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]));
  const { body, faults } = readForm(ORDER, typed, true);
  const order = (body["order"] ?? {}) as SampleOrder;
  const currency = currencyOf(desk, plan);
  return (
    <Card title="What an order would earn">
      <SampleEarns
        desk={desk}
        commission={plan.commission}
        order={order}
        currency={currency ?? order.currency ?? "EUR"}
      />
      <ul>
        {commissionTexts(desk.formats, plan.commission, currency).map((text) => (
          <li>{text}</li>
        ))}
      </ul>
      <details open={typed.has("order.total")}>
        <summary>Try another order</summary>
        <form class="form" aria-label="A sample order">
          <Fields
            fields={ORDER}
            state={{ filled: faults.length > 0 ? typed : showForm(ORDER, body), faults, free: true }}
          />
          <div class="row">
            <button>Reckon</button>
          </div>
        </form>
      </details>
    </Card>
  );
}
