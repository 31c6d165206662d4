import type { ApiKey } from "../../operate/api-key/schema.ts";
import type { Desk } from "../frame/desk-load.ts";
import { CopyBlock, ShownOnce } from "../frame/once.tsx";
import { Chip, Moment, Named } from "../frame/parts.tsx";
import type { Field } from "../form/field.ts";
import type { Resource, View } from "../resource/resource.ts";
import { scopeOptions } from "./scopes.ts";

/** Stores up to which a form has a box to tick for each. */
const BOXES = 30;

const NAME: Field = {
  kind: "text",
  name: "name",
  label: "Name",
  required: true,
  max: 120,
  placeholder: "Shop back office",
  hint: "What the key is for.",
};

function newFields(desk: Desk): Field[] {
  const stores: Field =
    desk.stores.length <= BOXES
      ? {
          kind: "choices",
          name: "storeIds",
          label: "Limited to these stores",
          empty: "omit",
          options: desk.stores.map(({ id, name }) => ({ value: id, label: name })),
          hint: "None ticked: all stores, those to come too. A key that is limited sees and changes nothing of other stores, and what is of no one store (domains, keys, the audit log, roll-ups, the click log) it can’t see or change at all.",
        }
      : {
          kind: "ref",
          of: "store",
          many: true,
          name: "storeIds",
          label: "Limited to these stores",
          empty: "omit",
          hint: "One a line, 50 at most. Empty: all stores, those to come too.",
        };
  return [
    NAME,
    {
      kind: "choices",
      name: "scopes",
      label: "What it may do",
      options: scopeOptions(),
      hint: "To write includes to read. Neither scopes nor stores of a key can be changed later: make another, and revoke this one.",
    },
    stores,
    {
      kind: "moment",
      name: "expiresAt",
      label: "Works until (UTC)",
      empty: "omit",
      hint: "Empty: until it is revoked.",
    },
  ];
}

/** `/admin/api-keys`: who may call the API, and sign in here. */
export const API_KEYS: Resource<ApiKey> = {
  place: "api-keys",
  one: "Key",
  many: "API keys",
  api: "/api-keys",
  read: "settings:read",
  title: ({ name }) => name,
  list: {
    filters: [],
    csv: "desk",
    expand: true,
    empty: {
      title: "There is no key but the deployment’s own.",
      text: "Make one for each person and program, with no more than it needs: it can be revoked by itself.",
    },
    columns: [
      { label: "Name", main: true, cell: ({ name }) => name, csv: ({ name }) => name },
      { label: "Begins with", cell: ({ prefix }) => <code>{prefix}…</code>, csv: ({ prefix }) => prefix },
      { label: "May", cell: ({ scopes }) => scopes.join(", "), csv: ({ scopes }) => scopes.join(" ") },
      {
        label: "Stores",
        cell: (key, view) => <Stores apiKey={key} view={view} />,
        csv: ({ storeIds }) => storeIds?.join(" ") ?? "all",
      },
      {
        label: "State",
        cell: (key, { desk }) => <State apiKey={key} now={desk.now} />,
        csv: ({ revokedAt, expiresAt }) => revokedAt ?? expiresAt,
      },
      {
        label: "Last used",
        cell: ({ lastUsedAt }, { desk }) => <Moment desk={desk} time={lastUsedAt} />,
        csv: ({ lastUsedAt }) => lastUsedAt,
      },
    ],
  },
  page: {
    query: { expand: "names" },
    facts: (key, view) => [
      ["State", <State apiKey={key} now={view.desk.now} />],
      ["Begins with", <code>{key.prefix}…</code>],
      ["May", key.scopes.join(", ")],
      ["Stores", <Stores apiKey={key} view={view} />],
      ["Made", <Moment desk={view.desk} time={key.createdAt} />],
      ["Works until", key.expiresAt === null ? "It is revoked" : <Moment desk={view.desk} time={key.expiresAt} />],
      ["Last used", <Moment desk={view.desk} time={key.lastUsedAt} />],
      ["Revoked", key.revokedAt && <Moment desk={view.desk} time={key.revokedAt} />],
    ],
    panels: [
      {
        title: "What it did",
        scope: "audit:read",
        show: async (_view, { id }) => (
          <ul>
            <li>
              <a href={`/admin/audit?actor=${id}`}>Everything that it changed</a>
            </li>
            <li>
              <a href={`/admin/audit?actor=${id}&entity=apiKey`}>Keys that it made</a>, which revoking it doesn’t revoke
            </li>
          </ul>
        ),
      },
    ],
  },
  create: {
    scope: "settings:write",
    allStores: true,
    fields: newFields,
    answer: (desk, body) => {
      const { id, key } = body as ApiKey & { key: string };
      return (
        <ShownOnce what="The key" text={key} on={{ name: "On to the key", path: `/admin/api-keys/${id}` }}>
          <p>A program sends it with each request:</p>
          <CopyBlock
            text={`curl "${desk.url.origin}/api/v1/api-keys/self" -H "Authorization: Bearer $KEY"`}
            label="the example of a request"
          />
          <p>A person signs in with it here.</p>
        </ShownOnce>
      );
    },
  },
  edit: { scope: "settings:write", allStores: true, fields: [NAME] },
  actions: [
    {
      name: "revoke",
      label: "Revoke",
      scope: "settings:write",
      allStores: true,
      risky: true,
      fits: ({ revokedAt }) => revokedAt === null,
      method: "DELETE",
      api: ({ id }) => `/api-keys/${id}`,
      text: "It is refused at once and for good, and whoever signed in with it is signed out. Keys that it made go on working: revoke these too where you mean them.",
      done: "The key is revoked.",
      onwards: ({ id }) => `/admin/api-keys/${id}`,
    },
  ],
};

function Stores({ apiKey: { storeIds }, view: { names } }: { apiKey: ApiKey; view: View }) {
  if (storeIds === null) return <>All</>;
  return (
    <>
      {storeIds.map((id, index) => (
        <>
          {index === 0 ? "" : ", "}
          <Named id={id} names={names} />
        </>
      ))}
    </>
  );
}

function State({ apiKey: { revokedAt, expiresAt }, now }: { apiKey: ApiKey; now: number }) {
  if (revokedAt !== null) return <Chip>Revoked</Chip>;
  if (expiresAt !== null && Date.parse(expiresAt) <= now) return <Chip>Expired</Chip>;
  return <Chip tone="good">Works</Chip>;
}
