import type { Child } from "hono/jsx";
import type { Proposal, ShownProposal } from "../../books/proposal/schema.ts";
import { METHODS } from "../creators/payout-facts.tsx";
import type { Page } from "../frame/api-load.ts";
import { Chip, Moment, Named, type Tone } from "../frame/parts.tsx";
import type { Resource, View } from "../resource/resource.ts";
import { Table } from "../resource/table.tsx";
import { Differing } from "./differing.tsx";
import { keyName } from "./key-name.ts";

/** A proposal, of which its own page knows more than the list. */
export type ProposalRow = Proposal & Partial<Omit<ShownProposal, keyof Proposal>>;

/** Earlier proposals that a page shows. */
const EARLIER = 10;

const STATES: Readonly<Record<Proposal["state"], { label: string; tone: Tone }>> = {
  open: { label: "Waits", tone: "wait" },
  confirmed: { label: "Confirmed", tone: "good" },
  refused: { label: "Refused", tone: "bad" },
  replaced: { label: "Replaced by a later one", tone: "plain" },
};

function State({ state }: { state: Proposal["state"] }) {
  return <Chip tone={STATES[state].tone}>{STATES[state].label}</Chip>;
}

/** What a portal link is called, with what became of it. */
function LinkName({ link, view: { desk } }: { link: Proposal["portalLink"]; view: View }) {
  if (link === null) return <span class="none">–</span>;
  return (
    <>
      {link.label ?? "without a label"}, made <Moment desk={desk} time={link.createdAt} />
      {link.revokedAt === null ? null : (
        <>
          {" "}
          <Chip tone="bad">
            Revoked <Moment desk={desk} time={link.revokedAt} />
          </Chip>
        </>
      )}
    </>
  );
}

/** `/admin/payout-detail-proposals`: accounts that creators entered on their own page, to be confirmed or refused. */
export const PROPOSALS: Resource<ProposalRow> = {
  place: "payout-detail-proposals",
  one: "Change of payout details",
  many: "Payout details to confirm",
  api: "/payout-detail-proposals",
  read: "orders:read",
  title: ({ creatorId }, { names }) => `Account entered by ${names[creatorId] ?? creatorId}`,
  list: {
    csv: "desk",
    expand: true,
    start: { state: "open" },
    filters: [
      {
        kind: "choice",
        name: "state",
        label: "State",
        options: Object.entries(STATES).map(([value, { label }]) => ({ value, label })),
      },
      { kind: "ref", of: "creator", name: "creator", label: "Creator" },
    ],
    empty: {
      title: "No change of payout details waits.",
      text: "Creators enter on their own page where they want to be paid. Nothing changes by that before it is confirmed here.",
    },
    columns: [
      {
        label: "Creator",
        main: true,
        cell: ({ creatorId }, { names }) => names[creatorId] ?? creatorId,
        csv: ({ creatorId }, { names }) => names[creatorId] ?? creatorId,
      },
      { label: "Way", cell: ({ method }) => METHODS[method], csv: ({ method }) => method },
      {
        label: "Entered",
        cell: ({ createdAt }, { desk }) => <Moment desk={desk} time={createdAt} />,
        csv: ({ createdAt }) => createdAt,
      },
      {
        label: "By the portal link",
        cell: ({ portalLink }, view) => <LinkName link={portalLink} view={view} />,
        csv: ({ portalLink }) => portalLink?.label,
      },
      { label: "State", cell: ({ state }) => <State state={state} />, csv: ({ state }) => state },
    ],
  },
  page: {
    query: { expand: "names" },
    head: warningOf,
    facts: (row, { desk, names }) => [
      ["State", <State state={row.state} />],
      ["Creator", <Named id={row.creatorId} names={names} />],
      ["Entered", <Moment desk={desk} time={row.createdAt} />],
      ["By the portal link", <LinkName link={row.portalLink} view={{ desk, names }} />],
      ["Decided", row.decidedAt && <Moment desk={desk} time={row.decidedAt} />],
      [
        "Decided by",
        row.decidedBy && (row.state === "replaced" ? "the creator’s page" : keyName(row.decidedBy, names)),
      ],
      ["Reason, as the creator reads it", row.reason],
    ],
    panels: [
      { title: "In force, and entered", show: async (view, row) => <Differing view={view} row={row} /> },
      { title: "Earlier ones", show: earlier },
    ],
  },
  actions: [
    {
      name: "confirm",
      label: "Confirm",
      scope: "orders:write",
      allStores: true,
      fits: ({ state, stale, details }) => state === "open" && stale !== true && details !== null,
      api: ({ id }) => `/payout-detail-proposals/${id}/confirm`,
      preview: async (desk, row) => <Differing view={{ desk, names: {} }} row={row} />,
      text: "From then on the creator is paid to this account, by draft runs too. Ask them first by another way than their page or an address that they gave there: by a phone number or a meeting that you know of. Have them say the last four characters.",
      done: "The account is in force.",
    },
    {
      name: "refuse",
      label: "Refuse",
      scope: "orders:write",
      allStores: true,
      risky: true,
      fits: ({ state }) => state === "open",
      api: ({ id }) => `/payout-detail-proposals/${id}/refuse`,
      text: "What is in force stays. If it wasn’t the creator who entered it, revoke their portal links, and hand them a new one.",
      fields: [
        {
          kind: "textarea",
          name: "reason",
          label: "Reason",
          required: true,
          rows: 2,
          hint: "The creator reads it on their page; so does whoever else has its address.",
        },
      ],
      done: "Refused: what was in force stays.",
    },
  ],
};

/** What there is to fear, said before anything else. */
function warningOf(row: ProposalRow, { desk }: View): Child {
  const { state, stale, changed, inForceSince, portalLink, details } = row;
  if (state !== "open") return null;
  if (details === null) {
    return <p class="warn">It was sealed under another VISITOR_KEY, and can’t be opened. Refuse it.</p>;
  }
  if (stale === true) {
    return (
      <p class="warn">
        Where the creator is paid was changed after they entered this, so it can’t be confirmed. Refuse it, and have
        them enter it again if it still holds.
      </p>
    );
  }
  const isOther = changed?.includes("iban") === true || changed?.includes("method") === true;
  return (
    <div class="problem" role="alert">
      <p>
        <b>
          {inForceSince === null || inForceSince === undefined
            ? "This is the first account of this creator."
            : isOther
              ? "This is another account than the one in force."
              : "The account is the one in force; other details differ."}
        </b>{" "}
        Whoever has the address of the creator’s page can enter one: ask the creator by another way whether it is theirs
        before you confirm.
      </p>
      {portalLink?.revokedAt ? (
        <p>
          <b>The portal link by which it came is revoked</b> since <Moment desk={desk} time={portalLink.revokedAt} />.
        </p>
      ) : null}
    </div>
  );
}

async function earlier(view: View, { id, creatorId }: ProposalRow): Promise<Child> {
  const { desk } = view;
  const { data, nextCursor } = await desk.api.get<Page<Proposal>>("/payout-detail-proposals", {
    creator: creatorId,
    limit: EARLIER,
  });
  const rows = data.filter((row) => row.id < id);
  if (rows.length === 0 && nextCursor === null) {
    return <p>There is none: it is the first that this creator entered.</p>;
  }
  return (
    <>
      {rows.length === 0 ? (
        <p>So many came after it that they aren’t shown here.</p>
      ) : (
        <Table
          caption="Earlier ones"
          rows={rows}
          view={view}
          columns={[
            { label: "Entered", main: true, cell: ({ createdAt }) => <Moment desk={desk} time={createdAt} /> },
            { label: "By the portal link", cell: ({ portalLink }) => <LinkName link={portalLink} view={view} /> },
            { label: "State", cell: ({ state }) => <State state={state} /> },
          ]}
        />
      )}
      <p>
        <a href={`/admin/payout-detail-proposals?creator=${creatorId}&state=`}>All of this creator</a>
      </p>
    </>
  );
}
