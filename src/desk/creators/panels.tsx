import type { Child } from "hono/jsx";
import type { ShownDetails } from "../../books/account/schema.ts";
import type { Balances } from "../../books/ledger/schema.ts";
import type { Proposal } from "../../books/proposal/schema.ts";
import type { Link } from "../../links/link/schema.ts";
import type { Member } from "../../programme/campaign/schema.ts";
import type { Code } from "../../programme/code/schema.ts";
import type { Creator } from "../../programme/creator/schema.ts";
import type { PortalLink } from "../../portal/access/schema.ts";
import { IN_SHOP, STATES } from "../codes/states.ts";
import { type Figures, figureColumns, type WithFigures } from "../figures/figures.tsx";
import { besideFigures } from "../figures/figures-load.ts";
import { wordsOf } from "../form/field.ts";
import type { Page } from "../frame/api-load.ts";
import { Amount, Chip, Empty, Moment, type Tone } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import { isProblem } from "../frame/problem.ts";
import { Table } from "../resource/table.tsx";
import type { View } from "../resource/resource.ts";
import { PayoutFacts } from "./payout-facts.tsx";

/** Rows that a part of the page shows; the rest is in the list. */
const SHOWN = 10;

const MEMBER_TONES: Readonly<Record<string, Tone>> = { approved: "good", applied: "wait", rejected: "bad" };

/** A row of the creator's report: a campaign with its numbers. */
type CampaignRow = Figures & { campaignId: string | null; name: string | null };

/** Campaigns that a creator is in or has sold under, with their numbers of the last 30 days. */
export async function campaignsPanel(view: View, { id }: Creator): Promise<Child> {
  const { desk } = view;
  const { data } = await desk.api.get<Page<CampaignRow>>(`/creators/${id}/report`, { store: desk.store?.id });
  const rows = await Promise.all(
    data
      .filter(({ campaignId }) => campaignId !== null)
      .slice(0, SHOWN)
      .map(async (figures) => {
        const campaignId = figures.campaignId ?? "";
        const path = `/campaigns/${campaignId}/creators/${id}`;
        // Who was in it once and isn't any more has sold under it all the same.
        const member = desk.may("plans:read") ? await desk.api.get<Member>(path).catch(() => null) : null;
        return { id: campaignId, name: figures.name ?? campaignId, member, figures };
      }),
  );
  if (rows.length === 0) {
    return <Empty title="They are in no campaign yet.">Creators are added on a campaign’s page.</Empty>;
  }
  return (
    <Table
      caption="Campaigns"
      rows={rows}
      view={view}
      columns={[
        { label: "Campaign", main: true, cell: ({ name }) => name },
        {
          label: "State",
          cell: ({ member }) =>
            member === null ? (
              <span class="none">–</span>
            ) : (
              <Chip tone={MEMBER_TONES[member.status] ?? "plain"}>{wordsOf(member.status)}</Chip>
            ),
        },
        ...figureColumns<(typeof rows)[number]>({
          clicks: () => null,
          sales: ({ id: campaign }) => withQuery("/admin/orders", { creator: id, campaign }),
        }),
      ]}
    />
  );
}

/** The newest links of a creator, with their numbers. */
export async function linksPanel(view: View, { id }: Creator): Promise<Child> {
  const { desk } = view;
  const page = await desk.api.get<Page<WithFigures<Link>>>("/links", { creator: id, limit: SHOWN });
  if (page.data.length === 0) {
    return (
      <Empty title="They have no link yet.">
        Campaigns make links for their creators; one can be made by hand, too.
      </Empty>
    );
  }
  const rows = await besideFigures<Link>("links")(desk, page.data).catch(() => page.data);
  return (
    <>
      <Table
        caption="Links"
        rows={rows}
        view={view}
        columns={[
          { label: "Link", main: true, cell: ({ slug }) => slug },
          { label: "Leads to", cell: ({ url }) => url },
          ...figureColumns<Link>({
            clicks: ({ id: link }) => withQuery("/admin/clicks", { link }),
            sales: ({ id: link }) => withQuery("/admin/reports", { by: "links", link }),
          }),
        ]}
      />
      <p>
        <a href={withQuery("/admin/links", { creator: id })}>All links</a>
      </p>
    </>
  );
}

/** The newest codes of a creator, with their numbers. */
export async function codesPanel(view: View, { id }: Creator): Promise<Child> {
  const { desk } = view;
  const page = await desk.api.get<Page<WithFigures<Code>>>("/codes", { creator: id, limit: SHOWN });
  if (page.data.length === 0) {
    return (
      <Empty title="They have no code yet.">Campaigns give their creators one each, if their plan has codes.</Empty>
    );
  }
  const rows = await besideFigures<Code>("codes")(desk, page.data).catch(() => page.data);
  return (
    <>
      <Table
        caption="Codes"
        rows={rows}
        view={view}
        columns={[
          { label: "Code", main: true, cell: ({ code }) => code },
          {
            label: "State",
            cell: ({ state }) => <Chip tone={STATES[state].tone}>{STATES[state].label}</Chip>,
          },
          {
            label: "In the shop",
            cell: ({ store }) => <Chip tone={IN_SHOP[store.state].tone}>{IN_SHOP[store.state].label}</Chip>,
          },
          ...figureColumns<Code>({
            clicks: () => null,
            sales: ({ code, storeId }) => withQuery("/admin/orders", { code, store: storeId }),
          }).filter(({ label }) => label === "Sales" || label === "Commission"),
        ]}
      />
      <p>
        <a href={withQuery("/admin/codes", { creator: id })}>All codes</a>
      </p>
    </>
  );
}

/** What a creator is owed, by currency. */
export async function balancePanel(view: View, { id }: Creator): Promise<Child> {
  const { desk } = view;
  const { data } = await desk.api.get<Balances>("/ledger/balances", { creator: id, store: desk.store?.id });
  if (data.length === 0) {
    return (
      <Empty title="Nothing was earned yet.">Commission stands here once an order that is theirs is approved.</Empty>
    );
  }
  return (
    <>
      {data.map(({ currency, balance, earned, paid, unapproved }) => (
        <dl class="figures">
          {(
            [
              ["Owed", balance],
              ["Earned", earned],
              ["Paid", paid],
              ["Not approved yet", unapproved],
            ] as const
          ).map(([label, sum]) => (
            <div>
              <dt>
                {label} <small>{currency}</small>
              </dt>
              <dd>
                <Amount desk={desk} minor={sum?.amountMinor} currency={sum?.currency} />
              </dd>
            </div>
          ))}
        </dl>
      ))}
      <p>
        <a href={withQuery("/admin/ledger", { creator: id, store: desk.store?.id })}>Every entry in the ledger</a>
      </p>
    </>
  );
}

/** Says that a creator entered another account, if one waits to be confirmed. */
async function proposedNote({ desk }: View, { id }: Creator): Promise<Child> {
  if (desk.actor.storeIds !== null) return null;
  const { data } = await desk.api.get<Page<Proposal>>("/payout-detail-proposals", { creator: id, state: "open" });
  const [open] = data;
  if (open === undefined) return null;
  return (
    <p class="warn">
      Another account was entered on their own page <Moment desk={desk} time={open.createdAt} /> and waits to be
      confirmed. <a href={`/admin/payout-detail-proposals/${open.id}`}>Look at it</a>
    </p>
  );
}

/** Where a creator is paid, with what identifies an account hidden, and whether another account waits. */
export async function payoutPanel(view: View, creator: Creator): Promise<Child> {
  return (
    <>
      {await proposedNote(view, creator)}
      {await inForce(view, creator)}
    </>
  );
}

async function inForce({ desk }: View, { id }: Creator): Promise<Child> {
  const here = `/admin/creators/${id}/payout-details`;
  const details = await desk.api.get<ShownDetails>(`/creators/${id}/payout-details`).catch((error: unknown) => {
    if (isProblem(error, "not_found")) return null;
    throw error;
  });
  const mayWrite = desk.may("orders:write");
  if (details === null) {
    return (
      <Empty
        title="Nobody said yet where they are paid."
        action={
          mayWrite ? (
            <a class="button" href={`${here}/edit`}>
              Enter payout details
            </a>
          ) : null
        }
      >
        With an IBAN, payouts can be handed to a bank as one file.
      </Empty>
    );
  }
  return (
    <>
      <PayoutFacts desk={desk} details={details} />
      {mayWrite ? (
        <form class="row" method="post" action={`${here}/reveal`}>
          <button>Show all of it</button>
          <a class="button" href={`${here}/edit`}>
            Replace
          </a>
          <a class="button risky" href={`/admin/creators/${id}/forget-account`}>
            Delete
          </a>
          <small>Showing it is written to the audit log.</small>
        </form>
      ) : null}
    </>
  );
}

/** The portal links of a creator, the newest first. */
export async function portalPanel(view: View, { id }: Creator): Promise<Child> {
  const { desk } = view;
  const { data, nextCursor } = await desk.api.get<Page<PortalLink>>(`/creators/${id}/portal-links`, { limit: 20 });
  if (data.length === 0) {
    return (
      <Empty title="There is no portal link yet.">
        By one, the creator sees their own links, codes, numbers and balance.
      </Empty>
    );
  }
  return (
    <>
      <Table
        caption="Portal links"
        rows={data}
        view={view}
        columns={[
          { label: "Label", main: true, cell: ({ label }) => label ?? "Portal link" },
          { label: "State", cell: (link) => <PortalState link={link} now={desk.now} /> },
          { label: "Made", cell: ({ createdAt }) => <Moment desk={desk} time={createdAt} /> },
          { label: "Ends", cell: ({ expiresAt }) => <Moment desk={desk} time={expiresAt} /> },
          { label: "Last used", cell: ({ lastUsedAt }) => <Moment desk={desk} time={lastUsedAt} /> },
          {
            label: "Action",
            cell: (link) =>
              desk.may("reports:write") && link.revokedAt === null ? (
                <a href={`/admin/creators/${id}/portal-links/${link.id}/revoke`}>
                  Revoke<span class="off"> {link.label ?? "portal link"}</span>
                </a>
              ) : null,
          },
        ]}
      />
      {nextCursor === null ? null : <p class="note">Older ones are left out here.</p>}
    </>
  );
}

function PortalState({ link: { revokedAt, expiresAt }, now }: { link: PortalLink; now: number }) {
  if (revokedAt !== null) return <Chip tone="bad">Revoked</Chip>;
  if (expiresAt !== null && Date.parse(expiresAt) <= now) return <Chip>Ended</Chip>;
  return <Chip tone="good">Works</Chip>;
}
