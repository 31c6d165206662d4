import type { Campaign, Member } from "../../programme/campaign/schema.ts";
import { besideFigures, readFigures } from "../figures/figures-load.ts";
import { figureColumns, FiguresNote, type WithFigures } from "../figures/figures.tsx";
import { FiguresPanel } from "../figures/panel.tsx";
import type { Page } from "../frame/api-load.ts";
import { Card, Empty, Moment, Named, Progress } from "../frame/parts.tsx";
import { oneByOne } from "../resource/bulk-run.ts";
import { Table } from "../resource/table.tsx";
import type { Resource, View } from "../resource/resource.ts";
import { CampaignStatusChip } from "./chips.tsx";
import { EDIT_FIELDS, planStepFields } from "./fields.ts";
import { memberColumns } from "./member.tsx";
import { plansToChoose } from "./plans-load.ts";
import { EarnsNothing } from "./earns-load.tsx";

/** A campaign with the numbers of the last 30 days beside it. */
type Row = WithFigures<Campaign>;

/** Creators that a campaign's page shows. */
const SHOWN_MEMBERS = 10;

const OPTIONS = {
  status: [
    { value: "draft", label: "Draft" },
    { value: "launched", label: "Launched" },
    { value: "archived", label: "Archived" },
  ],
  waiting: [
    { value: "applied", label: "Creators who applied" },
    { value: "failed", label: "Codes that failed" },
  ],
};

/** `/admin/campaigns`: creators who work under one tracking plan. */
export const CAMPAIGNS: Resource<Row> = {
  place: "campaigns",
  one: "Campaign",
  many: "Campaigns",
  api: "/campaigns",
  read: "plans:read",
  title: ({ name }) => name,
  list: {
    byStore: true,
    expand: true,
    csv: "desk",
    filters: [
      { kind: "text", name: "q", label: "Name" },
      { kind: "choice", name: "status", label: "Status", options: OPTIONS.status },
      { kind: "ref", of: "plan", name: "plan", label: "Plan" },
      { kind: "choice", name: "waiting", label: "Waiting", options: OPTIONS.waiting },
    ],
    empty: {
      title: "There is no campaign yet.",
      text: "A campaign brings creators under a tracking plan: each gets a code and links of their own.",
    },
    intro: (desk) => <FiguresNote desk={desk} />,
    beside: besideFigures<Campaign>("campaigns"),
    columns: [
      { label: "Campaign", main: true, cell: ({ name }) => name, csv: ({ name }) => name },
      { label: "Status", cell: ({ status }) => <CampaignStatusChip status={status} />, csv: ({ status }) => status },
      {
        label: "Plan",
        cell: ({ planId }, { names }) => <Named id={planId} names={names} />,
        csv: ({ planId }, { names }) => (planId === null ? null : (names[planId] ?? planId)),
      },
      {
        label: "Creators",
        num: true,
        cell: (campaign, { desk }) => (
          <>
            <a href={`/admin/campaigns/${campaign.id}/creators`}>{desk.formats.count(campaign.generation.total)}</a>
            {campaign.generation.failed === 0 ? null : (
              <>
                ,{" "}
                <a href={`/admin/campaigns/${campaign.id}/creators?state=failed`}>
                  {desk.formats.count(campaign.generation.failed)} failed
                </a>
              </>
            )}
          </>
        ),
        csv: ({ generation }) => generation.total,
      },
      ...figureColumns<Campaign>({
        clicks: ({ id }) => `/admin/campaigns/${id}/performance`,
        sales: ({ id }) => `/admin/campaigns/${id}/performance?sort=-conversions`,
      }),
    ],
    bulk: [
      {
        name: "archive",
        label: "Archive",
        scope: "plans:write",
        run: oneByOne(
          (desk, id) => desk.api.get<Campaign>(`/campaigns/${id}`),
          ({ name }) => name,
          ({ id, status }) =>
            status === "launched"
              ? { method: "POST", path: `/campaigns/${id}/archive`, text: "launched → archived" }
              : { skip: status === "archived" ? "is archived already" : "is a draft, which can be deleted" },
        ),
      },
      {
        name: "delete",
        label: "Delete drafts",
        scope: "plans:write",
        risky: true,
        run: oneByOne(
          (desk, id) => desk.api.get<Campaign>(`/campaigns/${id}`),
          ({ name }) => name,
          ({ id, status }) =>
            status === "draft"
              ? { method: "DELETE", path: `/campaigns/${id}`, text: "draft → deleted" }
              : { skip: "only a draft can be deleted" },
        ),
      },
    ],
  },
  page: {
    query: { expand: "names" },
    busy: ({ generation, tracking, status }) => tracking && status !== "archived" && generation.queued > 0,
    head: (campaign, { desk, names }) => (
      <>
        <EarnsNothing desk={desk} planId={campaign.planId} />
        {campaign.status === "draft" ? <DraftNote campaign={campaign} /> : null}
        {campaign.warnings.map(({ code, detail, campaignIds }) => (
          <p class="warn">
            {code === "plan_shared" ? (
              <>
                Other campaigns have the same plan:{" "}
                {campaignIds.map((id, index) => (
                  <>
                    {index === 0 ? "" : ", "}
                    <Named id={id} names={names} />
                  </>
                ))}
                . An order shows in each, and is paid once.
              </>
            ) : (
              detail
            )}
          </p>
        ))}
        {campaign.generation.queued > 0 && campaign.tracking ? (
          <Progress
            label="Codes and links made"
            done={campaign.generation.done}
            of={campaign.generation.done + campaign.generation.queued}
          />
        ) : null}
        {campaign.generation.failed > 0 ? (
          <p class="warn">
            {campaign.generation.failed === 1
              ? "The code of one creator"
              : `The codes of ${campaign.generation.failed} creators`}{" "}
            couldn’t be made.{" "}
            <a href={`/admin/campaigns/${campaign.id}/creators?state=failed`}>See why, and try again</a>
          </p>
        ) : null}
      </>
    ),
    facts: (campaign, { desk, names }) => [
      ["Status", <CampaignStatusChip status={campaign.status} />],
      ["Plan", campaign.planId === null ? "none yet" : <Named id={campaign.planId} names={names} />],
      [
        "Codes and links",
        campaign.tracking
          ? `are made ${campaign.generateOn === "approval" ? "on approval" : "as creators are added"}`
          : campaign.status === "draft"
            ? "are made from the launch on"
            : "are not made",
      ],
      ["Creators see their performance", campaign.creatorsSeePerformance ? "yes" : "no"],
      ["Launched", campaign.launchedAt && <Moment desk={desk} time={campaign.launchedAt} />],
      ["Archived", campaign.archivedAt && <Moment desk={desk} time={campaign.archivedAt} />],
      ["Made", <Moment desk={desk} time={campaign.createdAt} />],
      ["Changed", <Moment desk={desk} time={campaign.updatedAt} />],
    ],
    panels: [
      { title: "Creators", show: showMembers },
      { title: "The last 30 days", scope: "reports:read", fits: ({ status }) => status !== "draft", show: showFigures },
    ],
  },
  // The page of it is the first step of setting one up.
  create: {
    scope: "plans:write",
    fields: async (desk) => planStepFields(desk, await plansToChoose(desk, null), true, null),
  },
  edit: {
    scope: "plans:write",
    fields: EDIT_FIELDS,
  },
  actions: [
    {
      name: "launch",
      label: "Launch",
      scope: "plans:write",
      fits: ({ status }) => status === "draft",
      api: ({ id }) => `/campaigns/${id}/launch`,
      done: "Campaign launched.",
    },
    {
      name: "archive",
      label: "Archive",
      scope: "plans:write",
      fits: ({ status }) => status === "launched",
      api: ({ id }) => `/campaigns/${id}/archive`,
      text: "Its codes and links go on working and being tracked, but creators can’t be added or decided on any more. It can’t be taken back.",
      risky: true,
      done: "Campaign archived.",
    },
    {
      name: "delete",
      label: "Delete",
      scope: "plans:write",
      fits: ({ status }) => status === "draft",
      risky: true,
      method: "DELETE",
      api: ({ id }) => `/campaigns/${id}`,
      text: "Only a draft without codes and links can be deleted.",
      done: "Campaign deleted.",
    },
  ],
};

function DraftNote({ campaign: { id } }: { campaign: Campaign }) {
  return (
    <Card title="This is a draft">
      <p>Nothing of what you said is lost: go on where you like.</p>
      <p class="row">
        <a class="button" href={`/admin/campaigns/${id}/setup`}>
          Plan
        </a>
        <a class="button" href={`/admin/campaigns/${id}/setup/creators`}>
          Creators
        </a>
        <a class="button" href={`/admin/campaigns/${id}/setup/preview`}>
          Preview
        </a>
        <a class="button main" href={`/admin/campaigns/${id}/launch`}>
          Launch
        </a>
      </p>
    </Card>
  );
}

async function showMembers({ desk }: View, campaign: Campaign) {
  const here = `/admin/campaigns/${campaign.id}/creators`;
  const { data, names = {} } = await desk.api.get<Page<Member>>(`/campaigns/${campaign.id}/creators`, {
    limit: SHOWN_MEMBERS,
    expand: "names",
  });
  const mayAdd = desk.may("plans:write") && campaign.status !== "archived";
  const add = mayAdd ? (
    <a class="button" href={`/admin/campaigns/${campaign.id}/setup/creators`}>
      Add creators
    </a>
  ) : null;
  if (data.length === 0) {
    return (
      <Empty title="Nobody takes part yet." action={add}>
        Add creators by search, by pasting them, or all at once.
      </Empty>
    );
  }
  return (
    <>
      <Table
        caption="Creators"
        columns={memberColumns(campaign.id)}
        rows={data.map((member) => ({ ...member, id: member.creatorId }))}
        view={{ desk, names }}
      />
      <p class="row">
        {add}
        <a href={here}>All {desk.formats.count(campaign.generation.total)} and those who were rejected</a>
        {mayAdd ? <a href={`${here}/all`}>Decide on all who wait</a> : null}
      </p>
    </>
  );
}

async function showFigures({ desk }: View, { id }: Campaign) {
  const figures = await readFigures(desk, "campaigns", [id], true);
  return <FiguresPanel desk={desk} figures={figures.get(id)} report={`/admin/campaigns/${id}/performance`} />;
}
