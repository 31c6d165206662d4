import type { Domain } from "../../links/domain/schema.ts";
import { Chip, Moment, Named } from "../frame/parts.tsx";
import type { Field } from "../form/field.ts";
import type { Resource } from "../resource/resource.ts";

const FIELDS: readonly Field[] = [
  { kind: "ref", of: "store", name: "storeId", label: "Store", empty: "null", hint: "Whose links use this host." },
  {
    kind: "text",
    name: "cookieDomain",
    label: "Domain of the click cookie",
    empty: "null",
    placeholder: "brand.com",
    hint: "The host itself or a parent of it, so that the shop’s pages share the cookie. Empty: the host alone.",
  },
  {
    kind: "url",
    name: "rootUrl",
    label: "Where the bare address leads",
    hint: "Who types the host alone, without a link, is sent there. Empty: a plain page that says what it is.",
  },
];

/** `/admin/domains`: hosts of short links. */
export const DOMAINS: Resource<Domain> = {
  place: "domains",
  one: "Domain",
  many: "Domains",
  api: "/domains",
  read: "settings:read",
  title: ({ hostname }) => hostname,
  list: {
    filters: [],
    csv: "desk",
    expand: true,
    empty: {
      title: "There is no domain beside the deployment’s own.",
      text: "Links can have a host of the brand’s own, such as go.brand.com.",
    },
    columns: [
      { label: "Host", main: true, cell: ({ hostname }) => hostname, csv: ({ hostname }) => hostname },
      {
        label: "Store",
        cell: ({ storeId }, { names }) => <Named id={storeId} names={names} />,
        csv: ({ storeId }) => storeId,
      },
      {
        label: "Click cookie",
        cell: ({ cookieDomain }) => cookieDomain ?? "the host alone",
        csv: ({ cookieDomain }) => cookieDomain,
      },
      {
        label: "Upper and lower case",
        cell: ({ caseSensitive }) => (caseSensitive ? <Chip>Differ</Chip> : "Are the same"),
        csv: ({ caseSensitive }) => caseSensitive,
      },
      {
        label: "Registered",
        cell: ({ createdAt }, { desk }) => <Moment desk={desk} time={createdAt} />,
        csv: ({ createdAt }) => createdAt,
      },
    ],
  },
  page: {
    query: { expand: "names" },
    facts: (domain, { desk, names }) => [
      ["Host", domain.hostname],
      ["Store", <Named id={domain.storeId} names={names} />],
      ["Click cookie", domain.cookieDomain ?? "The host alone"],
      ["The bare address leads to", domain.rootUrl === null ? "A plain page" : <code>{domain.rootUrl}</code>],
      ["Upper and lower case", domain.caseSensitive ? "Differ in slugs" : "Are the same in slugs"],
      ["Links on it", <a href={`/admin/links?domain=${encodeURIComponent(domain.hostname)}`}>Show</a>],
      ["Registered", <Moment desk={desk} time={domain.createdAt} />],
      ["Changed", <Moment desk={desk} time={domain.updatedAt} />],
    ],
  },
  create: {
    scope: "settings:write",
    allStores: true,
    button: "Register the domain",
    intro: () => (
      <p class="note">
        Its DNS and its route to this Worker are set up at Cloudflare, not here: links answer on it once both are done.
      </p>
    ),
    fields: [
      {
        kind: "text",
        name: "hostname",
        label: "Host",
        required: true,
        placeholder: "go.brand.com",
        hint: "It can’t be changed later: addresses in print depend on it.",
      },
      ...FIELDS,
      {
        kind: "switch",
        name: "caseSensitive",
        label: "Slugs tell upper from lower case",
        hint: "It can’t be changed later.",
      },
    ],
  },
  edit: { scope: "settings:write", allStores: true, fields: FIELDS },
  actions: [
    {
      name: "delete",
      label: "Delete",
      scope: "settings:write",
      allStores: true,
      risky: true,
      method: "DELETE",
      api: ({ id }) => `/domains/${id}`,
      text: "Nothing answers on it any more. It can’t be deleted while links answer on it alone.",
      done: "Domain deleted.",
    },
  ],
};
