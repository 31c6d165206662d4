import type { Campaign, Member } from "../../programme/campaign/schema.ts";
import { namesOf } from "../frame/names-load.ts";
import type { Desk } from "../frame/desk-load.ts";
import { Copy, Moment, Named } from "../frame/parts.tsx";
import type { Field } from "../form/field.ts";
import { wordsOf } from "../form/field.ts";
import type { BulkAction, BulkResult, Column, Resource } from "../resource/resource.ts";
import { MemberStateChip, MemberStatusChip } from "./chips.tsx";

/** A creator in a campaign; the id is the creator's. */
export type MemberRow = Member & { id: string };

/** What can be decided on creators of a campaign, as the API names it. */
export type Decision = "approve" | "reject" | "retry-code";

/** What each decision is called. */
export const DECISIONS: readonly { action: Decision; label: string; risky?: boolean }[] = [
  { action: "approve", label: "Approve" },
  { action: "reject", label: "Reject", risky: true },
  { action: "retry-code", label: "Make code and links again" },
];

const REASON: Field = {
  kind: "text",
  name: "reason",
  label: "Reason",
  max: 500,
  empty: "omit",
  hint: "Is kept with the creator until the next decision, and in the audit log.",
};

/** What the API answers of creators that it decided on. */
export interface Decided {
  counts: { changed: number; refused: number };
  results: readonly {
    id: string;
    change: { from: string; to: string } | null;
    error?: { detail: string };
  }[];
  /** Whether there are others of whom the same was asked. */
  more: boolean;
}

/** Results of a decision with what each creator is called. */
export async function namedResults(desk: Desk, { results }: Decided): Promise<BulkResult[]> {
  const names = await namesOf(
    desk,
    results.map(({ id }) => id),
  );
  return results.map(({ id, change, error }) => ({
    id,
    name: names[id] ?? id,
    text:
      change === null
        ? (error?.detail ?? "It was refused.")
        : `${wordsOf(change.from)} → ${wordsOf(change.to).toLowerCase()}`,
    ok: change !== null,
  }));
}

/** Columns of a campaign's creators. */
export function memberColumns(campaignId: string): Column<MemberRow>[] {
  const here = (id: string): string => `/admin/campaigns/${campaignId}/creators/${id}`;
  return [
    {
      label: "Creator",
      main: true,
      cell: ({ id }, { names }) => names[id] ?? id,
      csv: ({ id }, { names }) => names[id] ?? id,
    },
    { label: "Status", cell: ({ status }) => <MemberStatusChip status={status} />, csv: ({ status }) => status },
    {
      label: "Code and links",
      cell: ({ state, failure }) => (
        <>
          <MemberStateChip state={state} />
          {failure === undefined ? null : <small> {failure.detail}</small>}
        </>
      ),
      csv: ({ state }) => state,
    },
    {
      label: "Code",
      cell: ({ code, codeId }) =>
        code === undefined ? (
          <span class="none">–</span>
        ) : codeId === undefined ? (
          <code>{code}</code>
        ) : (
          <a href={`/admin/codes/${codeId}`}>
            <code>{code}</code>
          </a>
        ),
      csv: ({ code }) => code,
    },
    {
      label: "Link",
      cell: ({ link }) => (link === undefined ? <span class="none">–</span> : <Copy text={link} label="the link" />),
      csv: ({ link }) => link,
    },
    {
      label: "In the campaign",
      cell: ({ id, status, state }) => (
        <a href={here(id)}>{status === "applied" ? "Decide" : state === "failed" ? "Mend" : "Open"}</a>
      ),
    },
  ];
}

/** A campaign's creators: the list, a page for each, and what can be decided. */
export function membersOf(campaign: Campaign, names: Readonly<Record<string, string>> = {}): Resource<MemberRow> {
  const api = `/campaigns/${campaign.id}/creators`;
  const isOpen = campaign.status !== "archived";
  return {
    place: `campaigns/${campaign.id}/creators`,
    one: "Creator",
    many: `Creators of ${campaign.name}`,
    trail: [
      { name: "Campaigns", path: "/admin/campaigns" },
      { name: campaign.name, path: `/admin/campaigns/${campaign.id}` },
    ],
    api,
    read: "plans:read",
    title: ({ id }, view) => view.names[id] ?? names[id] ?? id,
    list: {
      expand: true,
      csv: "desk",
      row: (member: Member) => ({ ...member, id: member.creatorId }),
      filters: [
        {
          kind: "choice",
          name: "status",
          label: "Status",
          options: [
            { value: "applied", label: "Applied" },
            { value: "approved", label: "Approved" },
            { value: "rejected", label: "Rejected" },
          ],
        },
        {
          kind: "choice",
          name: "state",
          label: "Code and links",
          options: [
            { value: "waiting", label: "Not due yet" },
            { value: "queued", label: "Being made" },
            { value: "ready", label: "Made" },
            { value: "failed", label: "Failed" },
            { value: "withdrawn", label: "Withdrawn" },
          ],
        },
      ],
      intro: (desk) =>
        isOpen && desk.may("plans:write") ? (
          <p class="row">
            <a class="button" href={`/admin/campaigns/${campaign.id}/setup/creators`}>
              Add creators
            </a>
            <a class="button" href={`/admin/campaigns/${campaign.id}/creators/all`}>
              Decide on all who wait
            </a>
          </p>
        ) : null,
      empty: { title: "Nobody takes part yet.", text: "Add creators by search, by pasting them, or all at once." },
      columns: memberColumns(campaign.id),
      bulk: isOpen ? DECISIONS.map((decision) => bulkOf(campaign.id, decision)) : [],
    },
    page: {
      query: { expand: "names" },
      pick: (answer) => {
        const member = answer as Member;
        return { ...member, id: member.creatorId };
      },
      busy: ({ state }) => state === "queued",
      head: ({ failure, id, state }) =>
        state === "failed" ? (
          <p class="warn">
            The code couldn’t be made: {failure?.detail} <a href={`/admin/creators/${id}/edit`}>Complete the profile</a>
            , then have it made again.
          </p>
        ) : null,
      facts: (member, { desk, names: called }) => [
        ["Creator", <Named id={member.id} names={called} />],
        ["Campaign", <a href={`/admin/campaigns/${campaign.id}`}>{campaign.name}</a>],
        ["Status", <MemberStatusChip status={member.status} />],
        ["Reason", member.reason],
        ["Code and links", <MemberStateChip state={member.state} />],
        ["Code", member.code && <Copy text={member.code} label="the code" />],
        ["Code’s page", member.codeId && <a href={`/admin/codes/${member.codeId}`}>{member.code}</a>],
        ["Link to post", member.link && <Copy text={member.link} label="the link" />],
        ["Link’s page", member.linkId && <Named id={member.linkId} names={called} />],
        ["Link that counts", member.trackingLink && <Copy text={member.trackingLink} label="the link that counts" />],
        ["Its page", member.trackingLinkId && <Named id={member.trackingLinkId} names={called} />],
        ["Added", <Moment desk={desk} time={member.createdAt} />],
        ["Changed", <Moment desk={desk} time={member.updatedAt} />],
      ],
    },
    actions: [
      {
        name: "approve",
        label: "Approve",
        scope: "plans:write",
        fits: ({ status }) => isOpen && status !== "approved",
        api: ({ id }) => `${api}/${id}/approve`,
        fields: [REASON],
        text: "What was withdrawn when they were rejected comes back.",
        done: "Approved.",
      },
      {
        name: "reject",
        label: "Reject",
        scope: "plans:write",
        fits: ({ status }) => isOpen && status !== "rejected",
        risky: true,
        api: ({ id }) => `${api}/${id}/reject`,
        fields: [REASON],
        text: "Their code is withdrawn and their links are switched off, unless they are due in another campaign of the same plan.",
        done: "Rejected.",
      },
      {
        name: "retry-code",
        label: "Make code and links again",
        scope: "plans:write",
        fits: ({ state }) => isOpen && (state === "failed" || state === "ready"),
        api: ({ id }) => `${api}/${id}/retry-code`,
        text: "After a failure, or where the code was retired or a link deleted.",
        done: "Code and links are being made.",
      },
    ],
  };
}

function bulkOf(campaignId: string, { action, label, risky }: (typeof DECISIONS)[number]): BulkAction<MemberRow> {
  return {
    name: action,
    label,
    scope: "plans:write",
    ...(risky === true && { risky }),
    ...(action !== "retry-code" && { fields: [REASON] }),
    run: async (desk, creatorIds, body, dryRun) => {
      const sent = await desk.api.send<Decided>("POST", `/campaigns/${campaignId}/creators/bulk`, {
        ...body,
        action,
        creatorIds,
        dryRun,
      });
      if (!sent.ok) throw sent.problem;
      return namedResults(desk, sent.body);
    },
  };
}
