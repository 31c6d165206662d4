import { EVENT_TYPES } from "../../ground/model/event.ts";
import type { Delivery, Endpoint } from "../../operate/webhook/schema.ts";
import type { Page } from "../frame/api-load.ts";
import { ShownOnce } from "../frame/once.tsx";
import { Chip, Empty, Moment, Named } from "../frame/parts.tsx";
import type { Field } from "../form/field.ts";
import type { Action, Resource } from "../resource/resource.ts";
import { Deliveries } from "./delivery.tsx";
import { EVENT_WORDS } from "./event-words.ts";

/** Deliveries that an endpoint's page shows. */
const LATEST = 10;

const WRITE = { scope: "settings:write", also: ["orders:read"] } as const;

const URL_FIELD: Field = {
  kind: "url",
  name: "url",
  label: "Address",
  required: true,
  placeholder: "https://hooks.brand.com/waymark",
  hint: "An https address of the public internet. Redirects are not followed.",
};

const FIELDS: readonly Field[] = [
  {
    kind: "choices",
    name: "types",
    label: "Events",
    empty: "null",
    options: EVENT_TYPES.map((value) => ({ value, label: `${value}: ${EVENT_WORDS[value]}` })),
    hint: "None ticked: all, those to come too.",
  },
  { kind: "text", name: "description", label: "Description", max: 200 },
];

/** An endpoint's secret, shown this once. */
function secretShown(_desk: unknown, body: unknown) {
  const { id, secret } = body as Endpoint & { secret: string };
  return (
    <ShownOnce
      what="The endpoint’s secret"
      text={secret}
      on={{ name: "On to the endpoint", path: `/admin/webhooks/${id}` }}
    >
      <p>Messages are signed with it by the Standard Webhooks specification: its libraries take it as it stands.</p>
    </ShownOnce>
  );
}

const ACTIONS: readonly Action<Endpoint>[] = [
  {
    name: "test",
    label: "Send a ping",
    scope: "settings:write",
    fits: ({ disabled }) => !disabled,
    api: ({ id }) => `/webhook-endpoints/${id}/test`,
    text: "It is sent at once, and is the newest of the endpoint’s deliveries then.",
    done: "A ping is being sent: it is the newest delivery.",
  },
  {
    name: "replay",
    label: "Send many again",
    ...WRITE,
    fits: ({ disabled }) => !disabled,
    api: ({ id }) => `/webhook-endpoints/${id}/replay`,
    text: "Those that are given up, or that were delivered, begin anew. What is under way stays as it is.",
    fields: [
      {
        kind: "choice",
        name: "status",
        label: "Which",
        initial: "dead",
        empty: "omit",
        options: [
          { value: "dead", label: "Those that were given up" },
          { value: "delivered", label: "Those that were delivered" },
        ],
      },
      { kind: "moment", name: "from", label: "Events at or after (UTC)" },
      { kind: "moment", name: "to", label: "Events before (UTC)" },
    ],
    done: "They begin anew.",
    answer: (desk, body, { id }) => {
      const { replayed } = body as { replayed: number };
      return (
        <section class="card" aria-label="What begins anew">
          <p>{replayed === 0 ? "There was none to send again." : `${desk.formats.count(replayed)} begin anew.`}</p>
          <p>
            <a class="button" href={`/admin/webhooks/${id}/deliveries`}>
              Deliveries
            </a>
          </p>
        </section>
      );
    },
  },
  {
    name: "rotate-secret",
    label: "New secret",
    ...WRITE,
    risky: true,
    api: ({ id }) => `/webhook-endpoints/${id}/rotate-secret`,
    text: "For 24 hours every message has a signature with the old secret too; after that the old one is worth nothing.",
    done: "The endpoint has a new secret.",
    answer: secretShown,
  },
  {
    name: "delete",
    label: "Delete",
    scope: "settings:write",
    risky: true,
    method: "DELETE",
    api: ({ id }) => `/webhook-endpoints/${id}`,
    text: "With its deliveries: what was not sent yet never is.",
    done: "Endpoint deleted.",
  },
];

/** `/admin/webhooks`: where events are sent. */
export const WEBHOOKS: Resource<Endpoint> = {
  place: "webhooks",
  one: "Endpoint",
  many: "Webhooks",
  api: "/webhook-endpoints",
  read: "settings:read",
  title: ({ description, url }) => description ?? url,
  list: {
    byStore: true,
    filters: [],
    csv: "desk",
    expand: true,
    empty: {
      title: "No endpoint is told of anything yet.",
      text: "An endpoint is an address of yours that is sent each event as it happens, signed.",
    },
    columns: [
      { label: "Address", main: true, cell: ({ url }) => url, csv: ({ url }) => url },
      { label: "Description", cell: ({ description }) => description, csv: ({ description }) => description },
      {
        label: "Store",
        cell: ({ storeId }, { names }) => (storeId === null ? "All" : <Named id={storeId} names={names} />),
        csv: ({ storeId }) => storeId ?? "all",
      },
      {
        label: "Events",
        cell: ({ types }) => types?.join(", ") ?? "All",
        csv: ({ types }) => types?.join(" ") ?? "all",
      },
      {
        label: "State",
        cell: ({ disabled }) => <State disabled={disabled} />,
        csv: ({ disabled }) => (disabled ? "off" : "on"),
      },
    ],
  },
  page: {
    query: { expand: "names" },
    facts: (endpoint, { desk, names }) => [
      ["Address", <code>{endpoint.url}</code>],
      ["State", <State disabled={endpoint.disabled} />],
      ["Store", endpoint.storeId === null ? "All" : <Named id={endpoint.storeId} names={names} />],
      ["Events", endpoint.types?.join(", ") ?? "All, those to come too"],
      ["Description", endpoint.description],
      ["Made", <Moment desk={desk} time={endpoint.createdAt} />],
      ["Changed", <Moment desk={desk} time={endpoint.updatedAt} />],
    ],
    panels: [
      {
        title: "Latest deliveries",
        scope: "orders:read",
        show: async ({ desk }, { id }) => {
          const { data, names = {} } = await desk.api.get<Page<Delivery>>(`/webhook-endpoints/${id}/deliveries`, {
            limit: LATEST,
            expand: "names",
          });
          if (data.length === 0)
            return <Empty title="Nothing was sent yet.">Send a ping to see whether the address takes it.</Empty>;
          return (
            <>
              <Deliveries desk={desk} endpointId={id} rows={data} names={names} />
              <p>
                <a href={`/admin/webhooks/${id}/deliveries`}>All deliveries</a>
              </p>
            </>
          );
        },
      },
    ],
  },
  create: {
    ...WRITE,
    fields: [
      URL_FIELD,
      {
        kind: "ref",
        of: "store",
        name: "storeId",
        label: "Store",
        empty: "omit",
        hint: "Empty: events of all stores, and those that belong to none, such as alarms. It can’t be changed later.",
      },
      ...FIELDS,
    ],
    answer: secretShown,
  },
  edit: {
    ...WRITE,
    fields: [
      URL_FIELD,
      ...FIELDS,
      {
        kind: "switch",
        name: "disabled",
        label: "Switched off",
        hint: "Nothing is sent, and no new event is kept for it. What waits rests for up to 3 days.",
      },
    ],
  },
  actions: ACTIONS,
};

function State({ disabled }: { disabled: boolean }) {
  return disabled ? <Chip tone="bad">Off</Chip> : <Chip tone="good">On</Chip>;
}
