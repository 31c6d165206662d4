import type { PhoneNumber, ShownBinding } from "../../calls/number/schema.ts";
import type { RentalState } from "../../calls/number/rental.ts";
import type { Page } from "../frame/api-load.ts";
import { Chip, Count, Empty, Moment, Named, type Tone } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import { type Field, optionsOf } from "../form/field.ts";
import { oneByOne } from "../resource/bulk-run.ts";
import type { Resource, View } from "../resource/resource.ts";

/** What a number stands for. */
const SOURCE: readonly Field[] = [
  {
    kind: "text",
    name: "channel",
    label: "Channel",
    hint: "What its calls count for, such as poster. Left empty: creator, where it stands for one.",
    max: 60,
  },
  { kind: "ref", of: "creator", name: "creatorId", label: "Creator" },
  { kind: "ref", of: "campaign", name: "campaignId", label: "Campaign" },
  { kind: "ref", of: "link", name: "linkId", label: "Link", hint: "Its creator and campaign are the number’s then." },
  { kind: "switch", name: "offline", label: "It stands where there are no pages, such as on a poster" },
];

const COMMON: readonly Field[] = [
  { kind: "text", name: "label", label: "Label", max: 100, empty: "omit" },
  {
    kind: "tel",
    name: "target",
    label: "Number on the pages",
    hint: "The one that it is shown instead of, by the snippet. In a pool it is the pool’s.",
  },
  {
    kind: "tel",
    name: "forwardsTo",
    label: "Forwards to",
    hint: "Whom its calls are put through to, where Waymark answers the carrier.",
  },
  { kind: "date", name: "rentedFrom", label: "Rented from" },
  {
    kind: "date",
    name: "rentedUntil",
    label: "Rented until",
    hint: "The last day. No page shows it from the next day on.",
  },
];

const RENTAL: Readonly<Record<RentalState, readonly [string, Tone]>> = {
  none: ["No end", "plain"],
  upcoming: ["Not yet", "plain"],
  running: ["Running", "good"],
  ending: ["Ends soon", "wait"],
  ended: ["Ended", "bad"],
};

/** `/admin/numbers`: phone numbers. */
export const NUMBERS: Resource<PhoneNumber> = {
  place: "numbers",
  one: "Number",
  many: "Numbers",
  api: "/phone-numbers",
  read: "plans:read",
  title: ({ label, number }) => (label === number ? number : `${label}, ${number}`),
  list: {
    byStore: true,
    expand: true,
    csv: "api",
    filters: [
      { kind: "text", name: "q", label: "Label or number" },
      { kind: "choice", name: "kind", label: "Kind", options: optionsOf(["static", "pool"]) },
      { kind: "ref", of: "numberPool", name: "pool", label: "Pool" },
      { kind: "text", name: "channel", label: "Channel" },
      { kind: "ref", of: "creator", name: "creator", label: "Creator" },
      { kind: "ref", of: "campaign", name: "campaign", label: "Campaign" },
      { kind: "ref", of: "link", name: "link", label: "Link" },
      {
        kind: "choice",
        name: "bound",
        label: "Stands for something",
        options: [
          { value: "true", label: "Yes" },
          { value: "false", label: "No" },
        ],
      },
      { kind: "tel", name: "target", label: "Number on the pages" },
      { kind: "whole", name: "endingWithin", label: "Rental ends within days", least: 0 },
    ],
    actions: (desk) =>
      desk.may("plans:write") ? (
        <a class="button" href={withQuery("/admin/numbers/import", { store: desk.store?.id })}>
          Import
        </a>
      ) : null,
    empty: {
      title: "There is no number yet.",
      text: "A number tells which poster, creator or visitor a call came by. Register those that your carrier gave you.",
    },
    columns: [
      { label: "Number", main: true, cell: ({ number }) => number },
      { label: "Label", cell: ({ label }) => label },
      { label: "Stands for", cell: (number, view) => <Standing number={number} view={view} /> },
      { label: "On the pages instead of", cell: ({ target }) => target ?? <span class="none">–</span> },
      {
        label: "Rental",
        cell: ({ rental, rentedUntil }, { desk }) => (
          <Rental rental={rental} until={rentedUntil} day={desk.formats.date} />
        ),
      },
    ],
    bulk: [
      {
        name: "unbind",
        label: "Unbind",
        scope: "plans:write",
        risky: true,
        run: oneByOne(
          (desk, id) => desk.api.get<PhoneNumber>(`/phone-numbers/${id}`),
          ({ number }) => number,
          ({ id, binding, poolId }) =>
            binding === null && poolId === null
              ? { skip: "stands for nothing" }
              : { method: "POST", path: `/phone-numbers/${id}/unbind`, text: "stands for nothing from now on" },
        ),
      },
    ],
  },
  page: {
    query: { expand: "names" },
    facts: (number, view) => [
      ["Number", <code>{number.number}</code>],
      ["Label", number.label],
      ["Stands for", <Standing number={number} view={view} />],
      ["Since", number.binding && <Moment desk={view.desk} time={number.binding.since} />],
      ["Shown instead of", number.target],
      ["Forwards to", number.forwardsTo],
      ["Rental", <Rental rental={number.rental} until={number.rentedUntil} day={view.desk.formats.date} />],
      ["Store", <Named id={number.storeId} names={view.names} />],
    ],
    panels: [
      {
        title: "What it stood for",
        show: async ({ desk }, { id }) => {
          const { data, names = {} } = await desk.api.get<Page<ShownBinding>>(`/phone-numbers/${id}/bindings`, {
            expand: "names",
          });
          if (data.length === 0) return <Empty title="It stood for nothing yet." />;
          return (
            <table class="stack">
              <thead>
                <tr>
                  <th scope="col">From</th>
                  <th scope="col">Until</th>
                  <th scope="col">Stood for</th>
                  <th scope="col" class="num">
                    Calls
                  </th>
                </tr>
              </thead>
              <tbody>
                {data.map((bound) => (
                  <tr>
                    <td data-label="From">
                      <Moment desk={desk} time={bound.from} />
                    </td>
                    <td data-label="Until">
                      {bound.to === null ? <span>now</span> : <Moment desk={desk} time={bound.to} />}
                    </td>
                    <td data-label="Stood for">
                      <span>
                        <Source source={bound} names={names} />
                      </span>
                    </td>
                    <td data-label="Calls" class="num">
                      <a href={withQuery("/admin/calls", { number: id, from: bound.from, to: bound.to })}>
                        <Count desk={desk} value={bound.calls} />
                      </a>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          );
        },
      },
    ],
  },
  create: {
    scope: "plans:write",
    fields: [
      {
        kind: "tel",
        name: "number",
        label: "Number",
        required: true,
        hint: "However it is written, with its country: +49 30 1234567.",
      },
      { kind: "ref", of: "store", name: "storeId", label: "Store", required: true },
      ...COMMON,
      {
        kind: "group",
        name: "binding",
        label: "What it stands for",
        optional: true,
        hint: "Leave this empty for a number of a pool.",
        fields: SOURCE,
      },
      {
        kind: "ref",
        of: "numberPool",
        name: "poolId",
        label: "Pool",
        hint: "A number of a pool stands for its visitor’s source.",
      },
    ],
  },
  edit: { scope: "plans:write", fields: COMMON },
  actions: [
    {
      name: "bind",
      label: "Bind",
      scope: "plans:write",
      text: "From now on its calls count for this. What it stood for until now keeps its calls.",
      fields: [
        ...SOURCE,
        { kind: "ref", of: "numberPool", name: "poolId", label: "Or a pool" },
        { kind: "switch", name: "replaces", label: "Take it from what it stands for now" },
      ],
      api: ({ id }) => `/phone-numbers/${id}/bind`,
      done: "The number stands for this now.",
    },
    {
      name: "unbind",
      label: "Unbind",
      scope: "plans:write",
      fits: ({ binding, poolId }) => binding !== null || poolId !== null,
      text: "It stands for nothing from now on. Calls until now stay whose they are.",
      api: ({ id }) => `/phone-numbers/${id}/unbind`,
      done: "The number stands for nothing now.",
    },
    {
      name: "delete",
      label: "Delete",
      scope: "plans:write",
      risky: true,
      method: "DELETE",
      api: ({ id }) => `/phone-numbers/${id}`,
      text: "Pages no longer show it, and its binding ends. Its calls stay, and it can be registered again.",
      done: "Number deleted.",
    },
  ],
};

function Standing({ number: { binding, poolId }, view }: { number: PhoneNumber; view: View }) {
  if (poolId !== null) return <>Pool {<Named id={poolId} names={view.names} />}</>;
  if (binding === null) return <span class="none">Nothing</span>;
  return <Source source={binding} names={view.names} />;
}

function Source({
  source,
  names,
}: {
  source: Pick<ShownBinding, "channel" | "creatorId" | "campaignId" | "linkId" | "offline"> & {
    poolId?: string | null;
  };
  names: View["names"];
}) {
  const ids = [source.poolId ?? null, source.linkId, source.creatorId, source.campaignId].filter((id) => id !== null);
  return (
    <>
      {source.channel}
      {ids.map((id) => (
        <>
          {", "}
          <Named id={id} names={names} />
        </>
      ))}
      {source.offline ? (
        <>
          {" "}
          <Chip>Offline</Chip>
        </>
      ) : null}
    </>
  );
}

function Rental({
  rental,
  until,
  day,
}: {
  rental: PhoneNumber["rental"];
  until: string | null;
  day: (day: string) => string;
}) {
  const [word, tone] = RENTAL[rental.state];
  return (
    <>
      <Chip tone={tone}>{word}</Chip> {until === null ? null : <small>until {day(until)}</small>}
    </>
  );
}
