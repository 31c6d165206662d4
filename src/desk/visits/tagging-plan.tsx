import type { Preview, TaggingPlanBody } from "../../visits/plan/schema.ts";
import { Chip, Copy, Empty, Moment, Named, type Tone } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import { optionsOf } from "../form/field.ts";
import { TAGGING_FIELDS, TAGGING_KINDS } from "./tagging-fields.ts";
import type { Resource } from "../resource/resource.ts";

const STATUS: Readonly<Record<TaggingPlanBody["status"], readonly [string, Tone]>> = {
  draft: ["Draft", "wait"],
  active: ["Active", "good"],
  retired: ["Retired", "plain"],
};

/** `/admin/tagging-plans`: what is counted of what visitors do. */
export const TAGGING_PLANS: Resource<TaggingPlanBody> = {
  place: "tagging-plans",
  one: "Tagging plan",
  many: "Tagging plans",
  api: "/tagging-plans",
  read: "settings:read",
  title: ({ name, version }) => `${name}, version ${version}`,
  list: {
    byStore: true,
    expand: true,
    csv: "desk",
    filters: [{ kind: "choice", name: "status", label: "State", options: optionsOf(["draft", "active", "retired"]) }],
    empty: {
      title: "There is no tagging plan yet.",
      text: "A tagging plan says what of visitors’ behaviour is counted, with their consent, and what a checkout’s steps are.",
    },
    columns: [
      { label: "Plan", main: true, cell: ({ name }) => name, csv: ({ name }) => name },
      { label: "Version", num: true, cell: ({ version }) => String(version), csv: ({ version }) => version },
      {
        label: "Store",
        cell: ({ storeId }, { names }) => <Named id={storeId} names={names} />,
        csv: ({ storeId }, { names }) => names[storeId] ?? storeId,
      },
      {
        label: "State",
        cell: ({ status }) => <Chip tone={STATUS[status][1]}>{STATUS[status][0]}</Chip>,
        csv: ({ status }) => status,
      },
      { label: "Rules", num: true, cell: ({ rules }) => String(rules.length), csv: ({ rules }) => rules.length },
      {
        label: "Active since",
        cell: ({ activatedAt }, { desk }) => <Moment desk={desk} time={activatedAt} />,
        csv: ({ activatedAt }) => activatedAt,
      },
    ],
  },
  page: {
    query: { expand: "names" },
    facts: (plan, { desk, names }) => [
      ["State", <Chip tone={STATUS[plan.status][1]}>{STATUS[plan.status][0]}</Chip>],
      ["Store", <Named id={plan.storeId} names={names} />],
      [
        "Pages",
        [
          plan.pages.engagement ? "time" : "",
          plan.pages.scroll ? "scrolling" : "",
          plan.pages.heatmap ? "heat map" : "",
        ]
          .filter((each) => each !== "")
          .join(", ") || "nothing",
      ],
      ["A visit ends after", `${plan.visitMinutes} minutes without a page`],
      [
        "Cart abandoned after",
        plan.checkout.steps.length === 0 ? null : `${plan.checkout.abandonedAfterMinutes} minutes`,
      ],
      ["Active since", plan.activatedAt && <Moment desk={desk} time={plan.activatedAt} />],
      ["Retired", plan.retiredAt && <Moment desk={desk} time={plan.retiredAt} />],
      ["Copy of", plan.copiedFrom && <a href={`/admin/tagging-plans/${plan.copiedFrom}`}>an earlier plan</a>],
      [
        "Quality",
        plan.status === "active" ? (
          <a href={withQuery("/admin/quality", { store: plan.storeId })}>What became of what pages told</a>
        ) : null,
      ],
    ],
    panels: [
      { title: "What is counted", show: async (_view, plan) => <Rules plan={plan} /> },
      {
        title: "Checkout",
        fits: ({ checkout }) => checkout.steps.length > 0,
        show: async (_view, { checkout }) => (
          <ol>
            {checkout.steps.map(({ name, page }) => (
              <li>
                {name} {page === null ? <small>told by the shop</small> : <code>{page}</code>}
              </li>
            ))}
          </ol>
        ),
      },
      {
        title: "What pages carry with it",
        show: async ({ desk }, { snippet }) => (
          <>
            <p>
              {desk.formats.count(snippet.gzipBytes)} bytes compressed, {desk.formats.count(snippet.bytes)} in all.
            </p>
            <ul>
              {snippet.parts.map(({ name, gzipBytes, because }) => (
                <li>
                  {name}: {desk.formats.count(gzipBytes)} bytes, {because}
                </li>
              ))}
            </ul>
          </>
        ),
      },
    ],
  },
  create: {
    scope: "settings:write",
    fields: [{ kind: "ref", of: "store", name: "storeId", label: "Store", required: true }, ...TAGGING_FIELDS],
  },
  edit: { scope: "settings:write", fields: TAGGING_FIELDS, fits: ({ status }) => status === "draft" },
  actions: [
    {
      name: "preview",
      label: "Preview on a page",
      scope: "settings:write",
      text: "A link to one of the store’s pages, good for an hour: there the snippet shows what it would send, and sends nothing.",
      fields: [{ kind: "url", name: "page", label: "Page of the store", required: true }],
      api: ({ id }) => `/tagging-plans/${id}/preview`,
      done: "The link is ready.",
      answer: (desk, body) => {
        const { url, expiresAt } = body as Preview;
        return (
          <section class="card" aria-label="Preview">
            <p>
              <a href={url} rel="noreferrer">
                Open the preview
              </a>
              . It works until <Moment desk={desk} time={expiresAt} />, for whoever has the link.
            </p>
            <Copy text={url} label="the link" />
          </section>
        );
      },
    },
    {
      name: "activate",
      label: "Activate",
      scope: "settings:write",
      fits: ({ status }) => status !== "active",
      text: "The store’s pages are counted by it from now on, and the plan before is retired. Pages have it within a quarter of an hour.",
      api: ({ id }) => `/tagging-plans/${id}/activate`,
      done: "The plan is active.",
    },
    {
      name: "retire",
      label: "Retire",
      scope: "settings:write",
      risky: true,
      fits: ({ status }) => status === "active",
      text: "Nothing is counted by it any more; what was counted stays.",
      api: ({ id }) => `/tagging-plans/${id}/retire`,
      done: "The plan is retired.",
    },
    {
      name: "copy",
      label: "Copy",
      scope: "settings:write",
      text: "Makes a draft that says the same. What is active never changes: change the copy, and activate that.",
      fields: [{ kind: "text", name: "name", label: "Name of the copy", max: 120 }],
      api: ({ id }) => `/tagging-plans/${id}/copy`,
      done: "This is the copy.",
      onwards: (_row, { body }) => `/admin/tagging-plans/${(body as TaggingPlanBody).id}`,
    },
    {
      name: "delete",
      label: "Delete",
      scope: "settings:write",
      risky: true,
      method: "DELETE",
      fits: ({ status }) => status === "draft",
      text: "Only a draft can be deleted.",
      api: ({ id }) => `/tagging-plans/${id}`,
      done: "Draft deleted.",
    },
  ],
};

function Rules({ plan: { rules, pages } }: { plan: TaggingPlanBody }) {
  if (rules.length === 0 && pages.aliases.length === 0)
    return <Empty title="No rules: only what the pages above say." />;
  return (
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">Counted as</th>
          <th scope="col">When</th>
          <th scope="col">What</th>
          <th scope="col">On pages</th>
        </tr>
      </thead>
      <tbody>
        {rules.map(({ event, label, kind, selector, extensions, page }) => (
          <tr>
            <th scope="row" class="main-cell">
              {event} {label === null ? null : <small>{label}</small>}
            </th>
            <td data-label="When">
              <span>{TAGGING_KINDS.find(({ value }) => value === kind)?.label}</span>
            </td>
            <td data-label="What">
              <span>{selector === null ? extensions.join(", ") || "any" : <code>{selector}</code>}</span>
            </td>
            <td data-label="On pages">
              <span>{page === null ? "all" : <code>{page}</code>}</span>
            </td>
          </tr>
        ))}
        {pages.aliases.map(({ pattern, alias }) => (
          <tr>
            <th scope="row" class="main-cell">
              {alias}
            </th>
            <td data-label="When">
              <span>Pages that count as one</span>
            </td>
            <td data-label="What">
              <code>{pattern}</code>
            </td>
            <td data-label="On pages">
              <span>–</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
