import type { Creator } from "../../programme/creator/schema.ts";
import type { PortalLinksMade } from "../../portal/access/schema.ts";
import { FiguresNote, figureColumns, type WithFigures } from "../figures/figures.tsx";
import { besideFigures, readFigures } from "../figures/figures-load.ts";
import { FiguresPanel } from "../figures/panel.tsx";
import { type Field, wordsOf } from "../form/field.ts";
import type { Desk } from "../frame/desk-load.ts";
import { Moment } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import type { BulkAction, Resource } from "../resource/resource.ts";
import { creatorName } from "./name.ts";
import { balancePanel, campaignsPanel, codesPanel, linksPanel, payoutPanel, portalPanel } from "./panels.tsx";
import { PORTAL_FIELDS, PortalUrl } from "./portal.tsx";

/** What a creator is made and changed by. */
export const CREATOR_FIELDS: readonly Field[] = [
  { kind: "text", name: "firstName", label: "First name", empty: "text", max: 80 },
  { kind: "text", name: "lastName", label: "Last name", empty: "text", max: 80 },
  { kind: "email", name: "email", label: "E-mail address", max: 254 },
  {
    kind: "map",
    name: "handles",
    label: "Handles",
    hint: "One a line: the network, =, and the handle, such as instagram = lea.makes.",
  },
  { kind: "text", name: "externalId", label: "External id", hint: "The id in your own system.", max: 120 },
];

/** A map that was emptied is an empty one: the API knows no creator without handles. */
function withHandles(body: Record<string, unknown>): Record<string, unknown> {
  return body["handles"] === null ? { ...body, handles: {} } : body;
}

const readCreator = (desk: Desk, id: string): Promise<Creator> =>
  desk.api.get<Creator>(`/creators/${encodeURIComponent(id)}`);

const PORTAL_LINKS: BulkAction<Creator> = {
  name: "portal-links",
  label: "Make portal links",
  scope: "reports:write",
  fields: [
    ...PORTAL_FIELDS,
    {
      kind: "switch",
      name: "replace",
      label: "Revoke the links that they have",
      hint: "So that the new one alone works.",
    },
  ],
  run: async (desk, ids, body, dryRun) => {
    if (dryRun) {
      return Promise.all(
        ids.map(async (id) => {
          const name = await readCreator(desk, id).then(creatorName, () => id);
          return { id, name, text: "gets a link, whose address is shown once: on the next page", ok: true };
        }),
      );
    }
    const sent = await desk.api.send<PortalLinksMade>("POST", "/creators/portal-links", { ...body, creatorIds: ids });
    if (!sent.ok) throw sent.problem;
    return sent.body.results.map(({ creatorId, name, link, error }) => ({
      id: creatorId,
      name: name ?? creatorId,
      text: link?.url ?? error?.detail ?? "It was refused.",
      ok: link !== undefined,
    }));
  },
};

/** `/admin/creators`: the people who post links. */
export const CREATORS: Resource<WithFigures<Creator>> = {
  place: "creators",
  one: "Creator",
  many: "Creators",
  api: "/creators",
  read: "plans:read",
  title: creatorName,
  list: {
    byStore: true,
    csv: "desk",
    filters: [
      { kind: "text", name: "q", label: "Name, e-mail or handle" },
      { kind: "text", name: "externalId", label: "External id" },
    ],
    empty: {
      title: "There is no creator yet.",
      text: "A creator is somebody who posts links and codes. They come here one by one, from a table, or over the API.",
    },
    intro: (desk) => <FiguresNote desk={desk} />,
    actions: (desk) => (
      <>
        {desk.may("reports:write") && desk.may("plans:read") ? (
          <a class="button" href="/admin/creators/portal-links">
            Portal links
          </a>
        ) : null}
        {desk.may("plans:write") ? (
          <a class="button" href="/admin/creators/import">
            Import
          </a>
        ) : null}
      </>
    ),
    columns: [
      { label: "Creator", main: true, cell: creatorName, csv: creatorName },
      { label: "E-mail address", cell: ({ email }) => email ?? "–", csv: ({ email }) => email },
      {
        label: "Handles",
        cell: ({ handles }) => handlesText(handles) || "–",
        csv: ({ handles }) => handlesText(handles),
      },
      { label: "External id", cell: ({ externalId }) => externalId ?? "–", csv: ({ externalId }) => externalId },
      ...figureColumns<Creator>({
        clicks: ({ id }) => withQuery("/admin/reports", { by: "links", creator: id }),
        sales: ({ id }) => withQuery("/admin/orders", { creator: id }),
      }),
    ],
    beside: besideFigures<Creator>("creators"),
    bulk: [PORTAL_LINKS],
  },
  page: {
    facts: (creator, { desk }) => [
      ["E-mail address", creator.email],
      ...Object.entries(creator.handles).map(([network, handle]) => [wordsOf(network), `@${handle}`] as const),
      ["External id", creator.externalId],
      ["Made", <Moment desk={desk} time={creator.createdAt} />],
      ["Changed", <Moment desk={desk} time={creator.updatedAt} />],
    ],
    head: ({ id }, { desk }) => (
      <p class="row">
        {desk.may("links:write") ? (
          <a class="button" href={withQuery("/admin/links/new", { creatorId: id })}>
            New link
          </a>
        ) : null}
        {desk.may("plans:write") ? (
          <a class="button" href={withQuery("/admin/codes/new", { creatorId: id })}>
            New code
          </a>
        ) : null}
        {desk.may("orders:read") ? (
          <a class="button" href={withQuery("/admin/orders", { creator: id })}>
            Orders
          </a>
        ) : null}
      </p>
    ),
    panels: [
      {
        title: "The last 30 days",
        scope: "reports:read",
        show: async ({ desk }, { id }) => (
          <FiguresPanel
            desk={desk}
            figures={(await readFigures(desk, "creators", [id], true)).get(id)}
            report={`/admin/creators/${id}/report`}
          />
        ),
      },
      { title: "Campaigns", scope: "reports:read", show: campaignsPanel },
      { title: "Links", scope: "links:read", show: linksPanel },
      { title: "Codes", show: codesPanel },
      { title: "Balance", scope: "orders:read", show: balancePanel },
      { title: "Where they are paid", scope: "orders:read", show: payoutPanel },
      { title: "Portal links", scope: "reports:read", show: portalPanel },
    ],
  },
  said: { account: "The payout details are kept.", revoke: "The portal link is revoked." },
  create: { scope: "plans:write", fields: CREATOR_FIELDS },
  edit: { scope: "plans:write", fields: CREATOR_FIELDS, toBody: withHandles },
  actions: [
    {
      name: "portal-link",
      label: "Make portal link",
      scope: "reports:write",
      text: "The address of a page on which the creator sees their own links, codes, numbers and balance. Whoever has it sees them, and it is shown only once. Numbers are of campaigns that let their creators see them.",
      fields: PORTAL_FIELDS,
      api: ({ id }) => `/creators/${id}/portal-links`,
      done: "The link is made.",
      answer: (_desk, body) => <PortalUrl url={(body as { url: string }).url} />,
    },
    {
      name: "delete",
      label: "Delete",
      scope: "plans:write",
      risky: true,
      method: "DELETE",
      api: ({ id }) => `/creators/${id}`,
      text: "Refused while a link, a code or a phone number is credited to them, or a campaign has them. Name, e-mail address, handles, external id and bank details are erased at once and for good, and portal links end. Orders, the ledger and reports keep the id.",
      done: "The creator is deleted.",
    },
    {
      // Offered where the details are shown.
      name: "forget-account",
      label: "Delete payout details",
      scope: "orders:write",
      fits: () => false,
      risky: true,
      method: "DELETE",
      api: ({ id }) => `/creators/${id}/payout-details`,
      onwards: ({ id }) => `/admin/creators/${id}`,
      text: "Where this creator is paid is forgotten for good. Payouts that are paid already stay as they are.",
      done: "The payout details are deleted.",
    },
  ],
};

function handlesText(handles: Creator["handles"]): string {
  return Object.entries(handles)
    .map(([network, handle]) => `${network} @${handle}`)
    .join(", ");
}
