import type { Link } from "../../links/link/schema.ts";
import { FiguresNote, figureColumns, type WithFigures } from "../figures/figures.tsx";
import { besideFigures, readFigures } from "../figures/figures-load.ts";
import { FiguresPanel } from "../figures/panel.tsx";
import { type Option, optionsOf } from "../form/field.ts";
import { Chip, Copy, Moment, Named } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import type { Resource } from "../resource/resource.ts";
import { LINK_BULK } from "./bulk.ts";
import { fieldsFor } from "./fields.ts";
import { lastClicks } from "./last-clicks.tsx";
import { QrPanel } from "./qr.tsx";
import { conditionText } from "./rule-text.ts";

/** Who made a link, as the list's filter says it. */
const MADE_BY: readonly Option[] = [
  { value: "plan", label: "Its plan" },
  { value: "admin", label: "An admin" },
  { value: "creator", label: "Its creator" },
];

function makerText(madeBy: Link["madeBy"]): string {
  return MADE_BY.find(({ value }) => value === madeBy)?.label ?? madeBy;
}

/** `/admin/links`: short links. */
export const LINKS: Resource<WithFigures<Link>> = {
  place: "links",
  one: "Link",
  many: "Links",
  api: "/links",
  read: "links:read",
  title: (link) => link.slug,
  list: {
    byStore: true,
    expand: true,
    csv: "/links/export.csv",
    filters: [
      { kind: "text", name: "q", label: "Slug or destination" },
      { kind: "ref", of: "creator", name: "creator", label: "Creator" },
      { kind: "ref", of: "campaign", name: "campaign", label: "Campaign" },
      { kind: "ref", of: "plan", name: "plan", label: "Plan" },
      { kind: "choice", name: "kind", label: "Kind", options: optionsOf(["affiliate", "tracking"]) },
      { kind: "choice", name: "madeBy", label: "Made by", options: MADE_BY },
      { kind: "text", name: "tag", label: "Tag" },
      { kind: "text", name: "domain", label: "Domain" },
    ],
    empty: {
      title: "There is no link yet.",
      text: "A link leads shoppers to a page of a shop, counts each tap, and says which creator a sale came by.",
    },
    columns: [
      { label: "Link", main: true, cell: ({ slug }) => slug },
      { label: "Leads to", cell: ({ url }) => url },
      { label: "Creator", cell: ({ creatorId }, { names }) => <Named id={creatorId} names={names} /> },
      { label: "Campaign", cell: ({ campaignId }, { names }) => <Named id={campaignId} names={names} /> },
      { label: "Made by", cell: ({ madeBy }) => makerText(madeBy) },
      { label: "State", cell: (link, { desk }) => <State link={link} now={desk.now} /> },
      ...figureColumns<Link>({
        clicks: ({ id }) => withQuery("/admin/clicks", { link: id }),
        sales: ({ id }) => withQuery("/admin/reports", { by: "links", link: id }),
      }),
    ],
    beside: besideFigures("links"),
    intro: (desk) => <FiguresNote desk={desk} />,
    actions: (desk) =>
      desk.may("links:write") ? (
        <a class="button" href="/admin/links/import">
          Import
        </a>
      ) : null,
    bulk: LINK_BULK,
  },
  page: {
    query: { expand: "names" },
    facts: (link, { desk, names }) => [
      ["Short address", <Copy text={link.shortUrl} label="the short address" />],
      ["Leads to", <code>{link.url}</code>],
      ["State", <State link={link} now={desk.now} />],
      ["Kind", link.kind],
      ["Creator", link.creatorId && <Named id={link.creatorId} names={names} />],
      ["Campaign", link.campaignId && <Named id={link.campaignId} names={names} />],
      ["Plan", link.planId && <Named id={link.planId} names={names} />],
      ["Code", link.codeId && <Named id={link.codeId} names={names} />],
      ["Store", link.storeId && <Named id={link.storeId} names={names} />],
      ["Domain", link.domain],
      ["Tags", link.tags.join(", ")],
      [
        "UTM",
        Object.entries(link.utm)
          .map(([name, value]) => `utm_${name}=${value}`)
          .join(", "),
      ],
      ["From", link.startsAt && <Moment desk={desk} time={link.startsAt} />],
      ["Until", link.endsAt && <Moment desk={desk} time={link.endsAt} />],
      ["Clicks at most", link.maxClicks === null ? null : desk.formats.count(link.maxClicks)],
      ["Leads otherwise to", link.fallbackUrl && <code>{link.fallbackUrl}</code>],
      ["Made by", makerText(link.madeBy)],
      ["Made", <Moment desk={desk} time={link.createdAt} />],
      ["Changed", <Moment desk={desk} time={link.updatedAt} />],
    ],
    head: ({ id }) => (
      <p class="row">
        <a class="button" href={`/admin/links/${id}/simulate`}>
          Try as a visitor
        </a>
      </p>
    ),
    panels: [
      {
        title: "The last 30 days",
        scope: "reports:read",
        show: async ({ desk }, { id }) => (
          <FiguresPanel
            desk={desk}
            figures={(await readFigures(desk, "links", [id], true)).get(id)}
            report={withQuery("/admin/reports", { by: "links", link: id })}
          />
        ),
      },
      {
        title: "Other destinations",
        fits: ({ rules }) => rules.length > 0,
        show: async (_view, { rules, url }) => <Rules rules={rules} url={url} />,
      },
      { title: "QR code", show: async (_view, link) => <QrPanel link={link} /> },
      { title: "Last clicks", scope: "reports:read", show: lastClicks },
    ],
  },
  create: { scope: "links:write", fields: fieldsFor },
  edit: { scope: "links:write", fields: fieldsFor },
  actions: [
    {
      name: "delete",
      label: "Delete",
      scope: "links:write",
      risky: true,
      method: "DELETE",
      api: ({ id }) => `/links/${id}`,
      text: "The link stops working at once, and its slug is free. Its clicks and reports stay.",
      done: "Link deleted.",
    },
  ],
};

function State({ link, now }: { link: Link; now: number }) {
  if (link.disabled) return <Chip tone="bad">Off</Chip>;
  if (link.startsAt !== null && Date.parse(link.startsAt) > now) return <Chip tone="wait">Not yet</Chip>;
  if (link.endsAt !== null && Date.parse(link.endsAt) <= now) return <Chip>Ended</Chip>;
  return <Chip tone="good">Live</Chip>;
}

/** Where a link leads whom, in the order in which its rules are gone through. */
function Rules({ rules, url }: Pick<Link, "rules" | "url">) {
  return (
    <ol>
      {rules.map(({ when, url: to }) => (
        <li>
          {conditionText(when)}: <code>{to}</code>
        </li>
      ))}
      <li>
        everyone else: <code>{url}</code>
      </li>
    </ol>
  );
}
