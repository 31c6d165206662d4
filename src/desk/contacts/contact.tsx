import type { Child } from "hono/jsx";
import type { Contact, ContactDetail, ContactEventShown } from "../../conversions/contact/schema.ts";
import { wordsOf } from "../form/field.ts";
import type { Page } from "../frame/api-load.ts";
import { Sums } from "../frame/money.tsx";
import { Count, Empty, Facts, Moment, Named } from "../frame/parts.tsx";
import { Rows } from "../frame/rows.tsx";
import { withQuery } from "../frame/places.ts";
import { TrustChip } from "../orders/state.tsx";
import type { Resource, View } from "../resource/resource.ts";

type ShownContact = Contact & Partial<ContactDetail>;

/** Events that the page of a contact begins with. */
const EVENTS = 20;

/** `/admin/contacts`: the customers of stores, as far as they are known. */
export const CONTACTS: Resource<ShownContact> = {
  place: "contacts",
  one: "Contact",
  many: "Contacts",
  api: "/contacts",
  read: "orders:read",
  title: nameOf,
  list: {
    byStore: true,
    csv: "desk",
    expand: true,
    filters: [
      {
        kind: "text",
        name: "q",
        label: "Field and its value",
        placeholder: "plan:gold",
        hint: "A field and what it is, with a colon between them.",
      },
      {
        kind: "text",
        name: "customer",
        label: "Customer’s id",
        hint: "What the store knows the customer by; needs a store. It is looked up as a hash.",
      },
    ],
    empty: {
      title: "There is no contact yet.",
      text: "Contacts come by the store’s server (PUT /t/contacts), by pages that say who is signed in, and by orders. What a customer is known by is kept as a hash and never shown.",
    },
    columns: [
      {
        label: "Contact",
        main: true,
        cell: nameOf,
        csv: (contact, view) => nameOf(contact, view),
      },
      {
        label: "Fields",
        cell: ({ fields }) => fieldsText(fields) || <span class="none">–</span>,
        csv: ({ fields }) => JSON.stringify(fields),
      },
      { label: "Word", cell: ({ trust }) => <TrustChip trust={trust} />, csv: ({ trust }) => trust },
      {
        label: "Store",
        cell: ({ storeId }, { names }) => <Named id={storeId} names={names} />,
        csv: ({ storeId }, { names }) => names[storeId] ?? storeId,
      },
      {
        label: "Known since",
        cell: ({ createdAt }, { desk }) => <Moment desk={desk} time={createdAt} />,
        csv: ({ createdAt }) => createdAt,
      },
      {
        label: "Changed",
        cell: ({ updatedAt }, { desk }) => <Moment desk={desk} time={updatedAt} />,
        csv: ({ updatedAt }) => updatedAt,
      },
    ],
  },
  page: {
    query: { expand: "names" },
    head: ({ id, trust }) => (
      <p>
        <TrustChip trust={trust} />{" "}
        {trust === "confirmed" ? "The store’s server named them." : "Only browsers named them so far."}{" "}
        <a href={`/admin/contacts/${id}/path`}>Their whole path</a>
      </p>
    ),
    facts: (contact, { desk, names }) => [
      ["Store", <Named id={contact.storeId} names={names} />],
      ["Orders", contact.orders && <Count desk={desk} value={contact.orders.count} />],
      ["Bought for", contact.orders && <Sums desk={desk} sums={contact.orders.totals} />],
      [
        "Conversions",
        contact.conversions !== undefined && (
          <a href={`/admin/conversions?contact=${contact.id}&counted=true`}>
            <Count desk={desk} value={contact.conversions} />
          </a>
        ),
      ],
      ["Events of 90 days", contact.events !== undefined && <Count desk={desk} value={contact.events} />],
      ["Browsers", contact.visitors !== undefined && <Count desk={desk} value={contact.visitors} />],
      ["First seen", contact.firstSeenAt && <Moment desk={desk} time={contact.firstSeenAt} />],
      ["Last seen", contact.lastSeenAt && <Moment desk={desk} time={contact.lastSeenAt} />],
      ["Known since", <Moment desk={desk} time={contact.createdAt} />],
      ["Changed", <Moment desk={desk} time={contact.updatedAt} />],
    ],
    panels: [
      { title: "Fields", show: fieldsOf },
      { title: "What they did", show: (view, contact) => eventsOf(view, contact, null) },
    ],
  },
  actions: [
    {
      name: "erase",
      label: "Erase",
      scope: "orders:write",
      risky: true,
      method: "DELETE",
      api: ({ id }) => `/contacts/${id}`,
      text: (contact, { desk }) => (
        <>
          <b>This can’t be undone.</b> Their fields, {contact.events ?? 0} events, {contact.visitors ?? 0} browsers and
          what the customer is known by go, also from reports and orders. Their {contact.orders?.count ?? 0} orders
          {contact.orders === undefined || contact.orders.totals.length === 0 ? null : (
            <>
              {" "}
              (<Sums desk={desk} sums={contact.orders.totals} />)
            </>
          )}
          , the conversions that counted, credit and all money stay, and are nobody’s.
        </>
      ),
      done: "Contact erased.",
    },
  ],
};

/** By what a contact is told from others: nothing of who they are is kept. */
function nameOf({ createdAt }: ShownContact, { desk }: View): string {
  return `Contact of ${desk.formats.moment(Date.parse(createdAt), desk.timezone)}`;
}

function fieldsText(fields: Contact["fields"]): string {
  const all = Object.entries(fields).map(([name, value]) => `${name}: ${String(value)}`);
  return all.length > 3 ? `${all.slice(0, 3).join(", ")} and ${all.length - 3} more` : all.join(", ");
}

function fieldsOf(_view: View, { fields, storeId }: ShownContact): Promise<Child> {
  const all = Object.entries(fields);
  return Promise.resolve(
    all.length === 0 ? (
      <Empty title="Nothing is said of them.">
        The store’s server says what a contact is by PUT /t/contacts, such as the plan they have.
      </Empty>
    ) : (
      <Facts
        facts={all.map(([name, value]) => [
          <code>{name}</code>,
          <a href={withQuery("/admin/contacts", { q: `${name}:${String(value)}`, store: storeId })}>{String(value)}</a>,
        ])}
      />
    ),
  );
}

/** What a contact did, the last first; with `cursor` from there on. */
export async function eventsOf({ desk }: View, { id }: { id: string }, cursor: string | null): Promise<Child> {
  const page = await desk.api.get<Page<ContactEventShown>>(`/contacts/${id}/events`, {
    cursor,
    limit: cursor === null ? EVENTS : 100,
  });
  if (page.data.length === 0) {
    return (
      <Empty title="Nothing is known of the last 90 days.">
        Pages, tracked events and goals in browsers that are linked to the contact would stand here.
      </Empty>
    );
  }
  return (
    <>
      <Rows
        caption="Events"
        heads={["What", "Name", "Page", "When"]}
        rows={page.data.map(({ kind, name, page: address, time }) => [
          wordsOf(kind),
          name ?? <span class="none">–</span>,
          address === null ? <span class="none">–</span> : <code>{address}</code>,
          <Moment desk={desk} time={time} />,
        ])}
      />
      {page.nextCursor === null ? null : (
        <p>
          <a class="button" href={withQuery(`/admin/contacts/${id}/events`, { cursor: page.nextCursor })}>
            Earlier events
          </a>
        </p>
      )}
    </>
  );
}
