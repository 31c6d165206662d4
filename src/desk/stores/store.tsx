import { PROVIDER_TABLE } from "../../ground/model/provider.ts";
import type { Store } from "../../programme/store/schema.ts";
import type { Desk } from "../frame/desk-load.ts";
import { CopyBlock, ShownOnce } from "../frame/once.tsx";
import { Chip, Copy, Moment } from "../frame/parts.tsx";
import { wordsOf } from "../form/field.ts";
import type { Action, Resource } from "../resource/resource.ts";
import { ANALYTICS_ACTIONS, analyticsPanel } from "./analytics.tsx";
import { BRAND_ACTIONS, BrandPanel } from "./brand.tsx";
import { CALL_ACTIONS, callsPanel } from "./calls.tsx";
import { canConnect } from "./connection-form.ts";
import { CONNECTION_ACTIONS, connectionPanel } from "./connection.tsx";
import { NEW_STORE_FIELDS, STORE_FIELDS } from "./fields.ts";
import { orderCallOf, serverCallOf, snippetOf } from "./snippet.ts";

const WRITE = { scope: "settings:write", also: ["orders:write"] } as const;

/** A store's secret, shown this once, with what it is for. */
function secretShown(desk: Desk, body: unknown) {
  const { id, key, currency, secret } = body as Store & { secret: string };
  return (
    <ShownOnce
      what="The store’s secret"
      text={secret}
      on={{ name: "On to the store and its snippet", path: `/admin/stores/${id}` }}
    >
      <p>With it the shop’s server confirms orders:</p>
      <CopyBlock text={serverCallOf(desk.url.origin, key, currency)} label="the example of a server’s report" />
    </ShownOnce>
  );
}

const ACTIONS: readonly Action<Store>[] = [
  {
    name: "rotate-secret",
    label: "New secret",
    ...WRITE,
    risky: true,
    api: ({ id }) => `/stores/${id}/rotate-secret`,
    text: "The old secret is refused at once: until the shop’s server has the new one, its reports of orders are lost unless it sends them again.",
    done: "The store has a new secret.",
    answer: secretShown,
  },
  {
    name: "delete",
    label: "Delete",
    ...WRITE,
    allStores: true,
    risky: true,
    method: "DELETE",
    api: ({ id }) => `/stores/${id}`,
    text: "Its snippet and its reports are refused from now on; its history stays. It can’t be deleted while links, domains, plans or phone numbers belong to it, or a shop is connected to it.",
    done: "Store deleted.",
  },
  ...BRAND_ACTIONS,
  ...CONNECTION_ACTIONS,
  ...CALL_ACTIONS,
  ...ANALYTICS_ACTIONS,
];

/** `/admin/stores`: the merchants' shops. */
export const STORES: Resource<Store> = {
  place: "stores",
  one: "Store",
  many: "Stores",
  api: "/stores",
  read: "settings:read",
  title: ({ name }) => name,
  list: {
    filters: [],
    csv: "desk",
    empty: {
      title: "There is no store yet.",
      text: "A store is a shop whose orders are counted: it has a key for its pages and a secret for its server.",
    },
    columns: [
      { label: "Name", main: true, cell: ({ name }) => name, csv: ({ name }) => name },
      {
        label: "Platform",
        cell: ({ provider }) => PROVIDER_TABLE[provider].name,
        csv: ({ provider }) => provider,
      },
      { label: "Key", cell: ({ key }) => <code>{key}</code>, csv: ({ key }) => key },
      { label: "Currency", cell: ({ currency }) => currency, csv: ({ currency }) => currency },
      { label: "Time zone", cell: ({ timezone }) => timezone, csv: ({ timezone }) => timezone },
      {
        label: "Made",
        cell: ({ createdAt }, { desk }) => <Moment desk={desk} time={createdAt} />,
        csv: ({ createdAt }) => createdAt,
      },
    ],
  },
  page: {
    facts: (store, { desk }) => [
      ["Platform", PROVIDER_TABLE[store.provider].name],
      ["Brand", store.brandName ?? store.name],
      ["Colour", store.brandColor && <code>{store.brandColor}</code>],
      ["Key", <Copy text={store.key} label="the store’s key" />],
      [
        "Origins",
        store.origins.length === 0 ? <Chip tone="wait">None: pages can report nothing</Chip> : store.origins.join(", "),
      ],
      ["Currency", store.currency],
      ["Time zone", store.timezone],
      ["Front page", store.homeUrl && <code>{store.homeUrl}</code>],
      ["Name of the click id", <code>{store.clickParam}</code>],
      ["Consent", store.consentPolicy === null ? "As the deployment has it" : wordsOf(store.consentPolicy)],
      ["Who is credited", wordsOf(store.attribution.model)],
      ["Within", `${store.attribution.windowDays} days`],
      ["A code goes before any click", store.attribution.codePriority ? "Yes" : "No"],
      [
        "Links customers to earlier clicks",
        store.attribution.customerClicks === "confirmed" ? "Your server’s word alone" : "A browser’s word too",
      ],
      ["Made", <Moment desk={desk} time={store.createdAt} />],
      ["Changed", <Moment desk={desk} time={store.updatedAt} />],
    ],
    panels: [
      { title: "Logo", show: async ({ desk }, store) => <BrandPanel desk={desk} store={store} /> },
      {
        title: "Shop connection",
        scope: "settings:read",
        fits: ({ provider }) => canConnect(provider),
        show: ({ desk }, store) => connectionPanel(desk, store),
      },
      {
        title: "Amazon Attribution",
        fits: ({ provider }) => provider === "amazon",
        show: async ({ desk }, store) => <AmazonLinks desk={desk} id={store.id} />,
      },
      {
        title: "On the shop’s pages",
        fits: ({ provider }) => provider !== "amazon",
        show: async ({ desk }, store) => <Snippet store={store} origin={await hostOf(desk, store)} />,
      },
      { title: "Calls", scope: "settings:read", show: ({ desk }, store) => callsPanel(desk, store) },
      { title: "Analytics export", scope: "settings:read", show: ({ desk }, store) => analyticsPanel(desk, store) },
      { title: "What belongs to it", show: async ({ desk }, { id }) => <Belongings desk={desk} id={id} /> },
    ],
  },
  create: { ...WRITE, allStores: true, fields: NEW_STORE_FIELDS, answer: secretShown },
  edit: { ...WRITE, fields: STORE_FIELDS },
  actions: ACTIONS,
  said: { logo: "The store has its logo." },
};

/** Under which a store's own domain serves its snippet; the desk's own where it has none, or that can't be read. */
async function hostOf(desk: Desk, { id }: Store): Promise<string> {
  if (desk.actor.storeIds !== null) return desk.url.origin;
  const { data } = await desk.api.get<{ data: { hostname: string; storeId: string | null }[] }>("/domains", {
    limit: 200,
  });
  const own = data.find(({ storeId }) => storeId === id);
  return own === undefined ? desk.url.origin : `https://${own.hostname}`;
}

function Snippet({ store: { key, currency }, origin }: { store: Store; origin: string }) {
  return (
    <>
      <p>On every page, as early as you like; it blocks nothing:</p>
      <CopyBlock text={snippetOf(origin, key)} label="the snippet" />
      <p>On the page that thanks for the order, with the order’s own values:</p>
      <CopyBlock text={orderCallOf(currency)} label="the call for an order" />
      <p class="note">
        What a browser says is a claim, until the shop or its server confirms the order. The server does so with the
        store’s secret, which is shown when it is made or made anew.
      </p>
    </>
  );
}

function AmazonLinks({ desk, id }: { desk: Desk; id: string }) {
  const at = `/admin/stores/${id}`;
  return (
    <>
      <p>
        Amazon counts what creators’ links sell by a tag for each of them, and says so in reports that are imported
        here.
      </p>
      <ul>
        {desk.may("plans:read") ? (
          <>
            <li>
              <a href={`${at}/tags`}>Creators’ tags</a>
            </li>
            <li>
              <a href={`${at}/tags?lacking=true`}>Creators without a tag</a>
            </li>
          </>
        ) : null}
        {desk.may("orders:read") ? (
          <>
            <li>
              <a href={`${at}/attribution-reports`}>Imported reports</a>
            </li>
            <li>
              <a href={`${at}/attribution-rows`}>Rows of the reports</a>
            </li>
          </>
        ) : null}
      </ul>
    </>
  );
}

/** Lists of what a store has, as far as somebody may read them. */
function Belongings({ desk, id }: { desk: Desk; id: string }) {
  const lists = [
    { name: "Links", path: "links", scope: "links:read" },
    { name: "Campaigns", path: "campaigns", scope: "plans:read" },
    { name: "Plans", path: "plans", scope: "plans:read" },
    { name: "Codes", path: "codes", scope: "plans:read" },
    { name: "Orders", path: "orders", scope: "orders:read" },
    { name: "Conversion definitions", path: "definitions", scope: "plans:read" },
    { name: "Tagging plans", path: "tagging-plans", scope: "plans:read" },
    { name: "Phone numbers", path: "numbers", scope: "plans:read" },
    { name: "Webhook endpoints", path: "webhooks", scope: "settings:read" },
    { name: "Alarms", path: "alarms", scope: "settings:read" },
    { name: "Inbox", path: "inbox", scope: "orders:read" },
    { name: "Bank account that payouts are paid from", path: "payouts/accounts", scope: "settings:read" },
    { name: "Data quality", path: "quality", scope: "reports:read" },
  ] as const;
  return (
    <ul>
      {lists
        .filter(({ scope }) => desk.may(scope))
        .map(({ name, path }) => (
          <li>
            <a href={`/admin/${path}?store=${id}`}>{name}</a>
          </li>
        ))}
    </ul>
  );
}
