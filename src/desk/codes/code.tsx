import type { Code, CodeDetail } from "../../programme/code/schema.ts";
import { FiguresNote, figureColumns, type WithFigures } from "../figures/figures.tsx";
import { besideFigures, readFigures } from "../figures/figures-load.ts";
import { FiguresPanel } from "../figures/panel.tsx";
import { wordsOf } from "../form/field.ts";
import type { Desk } from "../frame/desk-load.ts";
import { Chip, Copy, Moment, Named } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import { oneByOne } from "../resource/bulk-run.ts";
import type { Resource } from "../resource/resource.ts";
import { LeakOf } from "./leak.tsx";
import { IN_SHOP, STATES } from "./states.ts";

/** A code as its list and its page have it. */
export type ShownCode = WithFigures<Code & Partial<Pick<CodeDetail, "earlier">>>;

/** Where a code stands in its store's shop, with what stands in the way. */
function InShop({ code: { store } }: { code: Code }) {
  const { tone, label } = IN_SHOP[store.state];
  return (
    <>
      <Chip tone={tone}>{label}</Chip>
      {store.failure === null ? null : (
        <>
          <br />
          <small>{store.failure.detail}</small>
        </>
      )}
    </>
  );
}

const readCode = (desk: Desk, id: string): Promise<ShownCode> =>
  desk.api.get<ShownCode>(`/codes/${encodeURIComponent(id)}`);

/** `/admin/codes`: creators' discount codes. */
export const CODES: Resource<ShownCode> = {
  place: "codes",
  one: "Code",
  many: "Codes",
  api: "/codes",
  read: "plans:read",
  title: ({ code }) => code,
  list: {
    byStore: true,
    expand: true,
    csv: "desk",
    filters: [
      { kind: "text", name: "q", label: "Part of the code" },
      { kind: "ref", of: "creator", name: "creator", label: "Creator" },
      { kind: "ref", of: "campaign", name: "campaign", label: "Campaign" },
      { kind: "ref", of: "plan", name: "plan", label: "Plan" },
      {
        kind: "choice",
        name: "state",
        label: "State",
        options: Object.entries(STATES).map(([value, { label }]) => ({ value, label })),
      },
      {
        kind: "choice",
        name: "storeState",
        label: "In the shop",
        options: Object.entries(IN_SHOP).map(([value, { label }]) => ({ value, label })),
      },
    ],
    empty: {
      title: "There is no code yet.",
      text: "A code is a creator’s own discount at a store. Campaigns make one for each creator that they approve; one can be given by hand, too.",
    },
    intro: (desk) => <FiguresNote desk={desk} epc={false} />,
    actions: (desk) => (
      <>
        <a class="button" href={withQuery("/admin/codes/leaks", { store: desk.store?.id })}>
          Leaks
        </a>
        {desk.may("orders:write") ? (
          <a class="button" href="/admin/codes/uses">
            Report uses
          </a>
        ) : null}
      </>
    ),
    columns: [
      { label: "Code", main: true, cell: ({ code }) => code, csv: ({ code }) => code },
      {
        label: "Creator",
        cell: ({ creatorId }, { names }) => <Named id={creatorId} names={names} />,
        csv: ({ creatorId }, { names }) => names[creatorId] ?? creatorId,
      },
      {
        label: "Plan",
        cell: ({ planId }, { names }) => <Named id={planId} names={names} />,
        csv: ({ planId }, { names }) => names[planId] ?? planId,
      },
      {
        label: "Campaign",
        cell: ({ campaignId }, { names }) => <Named id={campaignId} names={names} />,
        csv: ({ campaignId }, { names }) => (campaignId === null ? null : (names[campaignId] ?? campaignId)),
      },
      {
        label: "State",
        cell: ({ state }) => <Chip tone={STATES[state].tone}>{STATES[state].label}</Chip>,
        csv: ({ state }) => state,
      },
      { label: "In the shop", cell: (code) => <InShop code={code} />, csv: ({ store }) => store.state },
      {
        label: "Uses",
        num: true,
        cell: ({ figures }, { desk }) =>
          figures === null || figures === undefined ? (
            <span class="none">–</span>
          ) : (
            desk.formats.count(figures.codeUses)
          ),
        csv: ({ figures }) => figures?.codeUses,
      },
      ...figureColumns<ShownCode>({
        clicks: () => null,
        sales: ({ code, storeId }) => withQuery("/admin/orders", { code, store: storeId }),
      }).filter(({ label }) => label === "Sales" || label === "Commission"),
    ],
    beside: besideFigures<ShownCode>("codes"),
    bulk: [
      {
        name: "sync",
        label: "Bring into line with the shop",
        scope: "plans:write",
        run: oneByOne(
          readCode,
          ({ code }) => code,
          ({ id, store }) =>
            store.state === "none"
              ? { skip: "its store isn’t connected" }
              : { method: "POST", path: `/codes/${id}/sync`, text: `${wordsOf(store.state)} → under way` },
        ),
      },
      {
        name: "retire",
        label: "Retire",
        scope: "plans:write",
        risky: true,
        run: oneByOne(
          readCode,
          ({ code }) => code,
          ({ id, state }) =>
            state === "retired"
              ? { skip: "is retired already" }
              : { method: "DELETE", path: `/codes/${id}`, text: `${STATES[state].label} → retired, for good` },
        ),
      },
    ],
  },
  page: {
    query: { expand: "names" },
    busy: ({ store }) => store.state === "pending" && store.failure === null,
    head: ({ store }) =>
      store.failure === null ? null : (
        <p class="warn">
          {store.state === "failed" ? "The shop doesn’t have it: " : "It isn’t in the shop yet, and is tried again: "}
          {store.failure.detail}
        </p>
      ),
    facts: (code, { desk, names }) => [
      ["Code", <Copy text={code.code} label="the code" />],
      ["State", <Chip tone={STATES[code.state].tone}>{STATES[code.state].label}</Chip>],
      ["In the shop", <Chip tone={IN_SHOP[code.store.state].tone}>{IN_SHOP[code.store.state].label}</Chip>],
      ["The shop’s own id", code.store.externalId && <code>{code.store.externalId}</code>],
      ["In line with the shop", code.store.syncedAt && <Moment desk={desk} time={code.store.syncedAt} />],
      ["Creator", <Named id={code.creatorId} names={names} />],
      ["Campaign", code.campaignId && <Named id={code.campaignId} names={names} />],
      ["Plan", <Named id={code.planId} names={names} />],
      ["Store", <Named id={code.storeId} names={names} />],
      ["Made by", code.origin === "hand" ? "hand" : "the plan’s pattern"],
      ["Made", <Moment desk={desk} time={code.createdAt} />],
      ["Changed", <Moment desk={desk} time={code.updatedAt} />],
    ],
    panels: [
      {
        title: "The last 30 days",
        scope: "reports:read",
        show: async ({ desk }, { id, code, storeId }) => (
          <>
            <FiguresPanel
              desk={desk}
              figures={(await readFigures(desk, "codes", [id], true)).get(id)}
              report={withQuery("/admin/reports", { by: "codes", code: id })}
              uses
            />
            {desk.may("orders:read") ? (
              <p>
                <a href={withQuery("/admin/orders", { code, store: storeId })}>Orders in which it was typed</a>
              </p>
            ) : null}
          </>
        ),
      },
      {
        title: "Leak watch",
        fits: ({ state }) => state !== "retired",
        show: ({ desk }, code) => LeakOf({ desk, code }),
      },
      {
        title: "Earlier texts",
        fits: ({ earlier }) => (earlier ?? []).length > 0,
        show: async ({ desk }, { earlier }) => (
          <>
            <p class="note">They stay its own: a late order with one of them is still credited to the creator.</p>
            <ul>
              {earlier?.map(({ code, retiredAt }) => (
                <li>
                  <code>{code}</code>, until <Moment desk={desk} time={retiredAt} />
                </li>
              ))}
            </ul>
          </>
        ),
      },
    ],
  },
  create: {
    scope: "plans:write",
    intro: () => (
      <p class="note">
        A text belongs to one code of a store for good, whatever its case. Links that the plan asks for and the creator
        lacks are made along with it.
      </p>
    ),
    fields: [
      { kind: "ref", of: "plan", name: "planId", label: "Tracking plan", required: true },
      { kind: "ref", of: "creator", name: "creatorId", label: "Creator", required: true },
      { kind: "text", name: "code", label: "Code", required: true, max: 255, hint: "As it is typed at the checkout." },
      { kind: "ref", of: "campaign", name: "campaignId", label: "Campaign" },
    ],
  },
  edit: {
    scope: "plans:write",
    fits: ({ state }) => state !== "retired",
    intro: () => (
      <p class="note">
        The text that it has now stays its own, so that late orders are credited, and may come back by another edit.
      </p>
    ),
    fields: [{ kind: "text", name: "code", label: "Code", required: true, max: 255 }],
  },
  actions: [
    {
      name: "rotate",
      label: "Rotate",
      scope: "plans:write",
      fits: ({ state }) => state !== "retired",
      text: "For a code that leaked: it gets another text. Its links lead with the new one. The old one still credits late orders, and its use is reported as a leak. A connected shop switches at once; in any other, switching the old one off is yours to do.",
      fields: [
        { kind: "text", name: "code", label: "New text", empty: "omit", max: 255, hint: "Made up where it is empty." },
      ],
      api: ({ id }) => `/codes/${id}/rotate`,
      done: "The code has another text.",
    },
    {
      name: "sync",
      label: "Sync",
      scope: "plans:write",
      fits: ({ store }) => store.state !== "none",
      text: "Makes, changes or withdraws the code in the shop, as it should be by now. What the shop has of it is written over.",
      api: ({ id }) => `/codes/${id}/sync`,
      done: "The shop is asked for it again.",
    },
    {
      name: "delete",
      label: "Retire",
      scope: "plans:write",
      risky: true,
      fits: ({ state }) => state !== "retired",
      method: "DELETE",
      api: ({ id }) => `/codes/${id}`,
      text: "For good. Its texts stay its own, so nobody else ever gets them. A link that leads with it goes on doing so until the creator has a new code under the plan.",
      onwards: ({ id }) => `/admin/codes/${id}`,
      done: "The code is retired.",
    },
  ],
};
