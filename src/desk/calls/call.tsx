import type { CallDetail } from "../../calls/call/schema.ts";
import type { ListedDeal } from "../../calls/deal/schema.ts";
import { CALL_MATCHES, CALL_STATUSES } from "../../ground/model/call.ts";
import { Amount, Chip, Empty, Moment, Named } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import { optionsOf } from "../form/field.ts";
import type { Resource, View } from "../resource/resource.ts";
import { Events } from "./call-event.tsx";
import { CALL_MATCH, CALL_STATUS, minutes } from "./words.ts";

/** `/admin/calls`: calls, and what they came from. */
export const CALLS: Resource<CallDetail> = {
  place: "calls",
  one: "Call",
  many: "Calls",
  api: "/calls",
  read: "orders:read",
  title: ({ number, startedAt }, { desk }) =>
    `Call to ${number ?? "an unknown number"}, ${desk.formats.moment(Date.parse(startedAt), desk.timezone)}`,
  list: {
    byStore: true,
    expand: true,
    csv: "api",
    filters: [
      { kind: "moment", name: "from", label: "From (UTC)" },
      { kind: "moment", name: "to", label: "Until (UTC)" },
      { kind: "ref", of: "phoneNumber", name: "number", label: "Number" },
      { kind: "ref", of: "creator", name: "creator", label: "Creator" },
      { kind: "ref", of: "campaign", name: "campaign", label: "Campaign" },
      { kind: "ref", of: "link", name: "link", label: "Link" },
      { kind: "text", name: "contact", label: "Contact’s id" },
      { kind: "text", name: "channel", label: "Channel" },
      { kind: "choice", name: "direction", label: "Direction", options: optionsOf(["inbound", "outbound"]) },
      {
        kind: "choice",
        name: "status",
        label: "Status",
        options: CALL_STATUSES.map((value) => ({ value, label: CALL_STATUS[value][0] })),
      },
      {
        kind: "choice",
        name: "match",
        label: "How it was matched",
        options: CALL_MATCHES.map((value) => ({ value, label: CALL_MATCH[value] })),
      },
      {
        kind: "choice",
        name: "qualified",
        label: "Qualified",
        options: [
          { value: "true", label: "Yes" },
          { value: "false", label: "No" },
        ],
      },
      {
        kind: "choice",
        name: "sort",
        label: "Order",
        options: [
          { value: "-startedAt", label: "Newest first" },
          { value: "startedAt", label: "Oldest first" },
          { value: "-talkSeconds", label: "Longest first" },
          { value: "talkSeconds", label: "Shortest first" },
        ],
      },
    ],
    actions: (desk) => (
      <a class="button" href={withQuery("/admin/call-events", { store: desk.store?.id })}>
        What carriers told
      </a>
    ),
    empty: {
      title: "Nobody has called yet.",
      text: "Connect a carrier on the page of a store: its calls come here within moments.",
    },
    columns: [
      { label: "Call", main: true, cell: ({ startedAt }, { desk }) => <Moment desk={desk} time={startedAt} /> },
      { label: "Status", cell: (call) => <Status call={call} /> },
      {
        label: "Number",
        cell: ({ numberId, number }, { names }) =>
          numberId === null ? (
            (number ?? "–")
          ) : (
            <Named id={numberId} names={{ ...names, [numberId]: number ?? numberId }} />
          ),
      },
      { label: "Came from", cell: ({ source }, { names }) => <Source source={source} names={names} /> },
      { label: "Talk", num: true, cell: ({ talkSeconds }) => minutes(talkSeconds) },
      {
        label: "Caller",
        cell: ({ callerCall }) =>
          callerCall === null ? "withheld" : callerCall === 1 ? "first call" : `call ${callerCall}`,
      },
    ],
  },
  page: {
    query: { expand: "names" },
    facts: (call, { desk, names }) => [
      ["Status", <Status call={call} />],
      ["Direction", call.direction],
      [
        "Number",
        call.numberId === null ? (
          call.number
        ) : (
          <a href={`/admin/numbers/${call.numberId}`}>{call.number ?? call.numberId}</a>
        ),
      ],
      ["Came from", <Source source={call.source} names={names} />],
      ["How that is known", CALL_MATCH[call.match]],
      ["Why", call.reason],
      ["Began", <Moment desk={desk} time={call.startedAt} />],
      ["Answered", call.answeredAt && <Moment desk={desk} time={call.answeredAt} />],
      ["Ended", call.endedAt && <Moment desk={desk} time={call.endedAt} />],
      ["Talk", minutes(call.talkSeconds)],
      ["In all", minutes(call.durationSeconds)],
      ["Caller", call.callerCall === null ? "withheld" : `their call ${call.callerCall} to the store`],
      ["From", call.callerCountry],
      ["Customer", call.contactId && <a href={`/admin/contacts/${call.contactId}`}>The contact</a>],
      ["Who says so", call.customerTrust && (call.customerTrust === "confirmed" ? "a server" : "a browser alone")],
      ["Click", call.clickAt && <Moment desk={desk} time={call.clickAt} />],
      ["Visitor", call.visitorId && <code>{call.visitorId}</code>],
      ["Pool", call.poolId && <Named id={call.poolId} names={names} />],
      ["Carrier", `${call.carrier}, ${call.externalId}`],
      ["Tags", call.tags.join(", ")],
      ["Store", <Named id={call.storeId} names={names} />],
    ],
    panels: [
      {
        title: "What was sold",
        show: async ({ desk }, { id }) => {
          const { data } = await desk.api.get<{ data: ListedDeal[] }>(`/calls/${id}/deals`);
          if (data.length === 0) return <Empty title="No deal was entered for this call." />;
          return (
            <table class="stack">
              <thead>
                <tr>
                  <th scope="col">Order</th>
                  <th scope="col" class="num">
                    Amount
                  </th>
                  <th scope="col">Sold</th>
                  <th scope="col">State</th>
                </tr>
              </thead>
              <tbody>
                {data.map((deal) => (
                  <tr>
                    <th scope="row">
                      {deal.orderId === null ? (
                        deal.orderExternalId
                      ) : (
                        <a href={`/admin/orders/${deal.orderId}`}>{deal.orderExternalId}</a>
                      )}
                    </th>
                    <td class="num" data-label="Amount">
                      <Amount desk={desk} minor={deal.amount?.amountMinor} currency={deal.amount?.currency} />
                    </td>
                    <td data-label="Sold">
                      <Moment desk={desk} time={deal.placedAt} />
                    </td>
                    <td data-label="State">
                      <span>
                        {deal.cancelled ? (
                          <Chip tone="bad">Taken back</Chip>
                        ) : deal.orderId === null ? (
                          <Chip tone="wait">Being recorded</Chip>
                        ) : (
                          <Chip tone="good">Recorded</Chip>
                        )}
                      </span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          );
        },
      },
      {
        title: "What the carrier told",
        show: async ({ desk }, { events }) => (events.length === 0 ? null : <Events events={events} desk={desk} />),
      },
    ],
  },
  actions: [
    {
      name: "deal",
      label: "Enter a deal",
      scope: "orders:write",
      text: "What was sold on the phone becomes a confirmed order, credited by this call.",
      fields: (desk, call) => [
        {
          kind: "decimal",
          name: "amount",
          label: "Amount",
          hint: "In major units, such as 79.90. May stay empty with the id of an order that the shop’s server reports.",
        },
        {
          kind: "text",
          name: "currency",
          label: "Currency",
          max: 3,
          short: true,
          initial: desk.stores.find(({ id }) => id === call.storeId)?.currency,
        },
        {
          kind: "text",
          name: "orderId",
          label: "The shop’s own id of the order",
          hint: "Empty: the order is the call’s own.",
        },
        { kind: "moment", name: "placedAt", label: "Sold at (UTC)", hint: "Empty: now." },
        {
          kind: "text",
          name: "customerId",
          label: "Customer",
          hint: "What the shop knows them by. Kept as a keyed hash alone.",
        },
        {
          kind: "choice",
          name: "cancelled",
          label: "A deal that is known already",
          options: [
            { value: "yes", label: "Take it back" },
            { value: "no", label: "Take it up again" },
          ],
        },
      ],
      toBody: ({ cancelled, currency, ...body }) => ({
        ...body,
        // A currency alone would ask for its amount.
        ...(body["amount"] !== undefined && { currency }),
        ...(cancelled !== undefined && { cancelled: cancelled === "yes" }),
      }),
      api: ({ id }) => `/calls/${id}/deal`,
      done: "The deal stands.",
    },
  ],
};

function Status({ call }: { call: CallDetail }) {
  const [word, tone] = CALL_STATUS[call.status];
  return (
    <>
      <Chip tone={tone}>{word}</Chip> {call.qualified ? <Chip tone="good">Qualified</Chip> : null}
    </>
  );
}

function Source({ source, names }: { source: CallDetail["source"]; names: View["names"] }) {
  const ids = [source.linkId, source.creatorId, source.campaignId].filter((id) => id !== null);
  return (
    <>
      {source.channel}
      {ids.map((id) => (
        <>
          {", "}
          <Named id={id} names={names} />
        </>
      ))}
    </>
  );
}
