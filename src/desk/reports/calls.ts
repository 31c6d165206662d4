import { CALLS_BY, CALLS_SORTS, CHANNELS_SORTS } from "../../reports/calls/figures.ts";
import type { CallsReport, ChannelsReport } from "../../reports/calls/schema.ts";
import { CALL_MATCHES, CALL_STATUSES } from "../../ground/model/call.ts";
import { pathOfId, withQuery } from "../frame/places.ts";
import { optionsOf, wordsOf } from "../form/field.ts";
import type { Filter } from "../resource/resource.ts";
import { choiceOf } from "../report/fields.ts";
import { measuresOf } from "../report/measures.ts";
import type { Answer, Report } from "../report/report.ts";

const CURRENCY: Filter = { kind: "text", name: "currency", label: "Currency", max: 3, hint: "Else the store’s." };

type CallRow = CallsReport["data"][number];
const call = measuresOf<CallsReport["total"]>();

/** `/admin/reports/calls`. */
export const CALLS: Report<CallRow, CallsReport["total"]> = {
  title: "Calls",
  about:
    "Exact at the moment it is read. A call counts for what its number stood for when it began, and on that day of its store.",
  api: "/reports/calls",
  store: "one",
  filters: [
    choiceOf("by", "Rows are by", CALLS_BY, "channel"),
    { kind: "ref", of: "phoneNumber", name: "number", label: "Number" },
    { kind: "ref", of: "creator", name: "creator", label: "Creator" },
    { kind: "ref", of: "campaign", name: "campaign", label: "Campaign" },
    { kind: "ref", of: "link", name: "link", label: "Link" },
    { kind: "text", name: "channel", label: "Channel", max: 60 },
    choiceOf("status", "Status", CALL_STATUSES),
    choiceOf("match", "Match", CALL_MATCHES),
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
      name: "direction",
      label: "Direction",
      initial: "inbound",
      options: optionsOf(["inbound", "outbound", "all"]),
    },
    CURRENCY,
  ],
  intervals: ["hour", "day", "month"],
  compare: "total",
  sorts: CALLS_SORTS,
  usualSort: "-calls",
  pageRows: 50,
  keys: [
    {
      label: "By",
      sort: "key",
      // An id has a name beside it; a source is one of its channel.
      text: ({ key, name, number }) =>
        key !== null && pathOfId(key) !== null ? (name ?? number ?? key) : key && wordsOf(key),
      href: ({ key }, { here }) =>
        key === null
          ? null
          : (pathOfId(key) ??
            ((here.searchParams.get("by") || "channel") === "channel"
              ? withQuery("/admin/calls", { store: here.searchParams.get("store"), channel: key })
              : null)),
      none: "None",
    },
    {
      label: "Which",
      sort: "name",
      text: ({ key, name, number }) =>
        key !== null && pathOfId(key) !== null ? (name === null ? null : number) : name,
    },
  ],
  measures: [
    call.count("calls", "Calls", { main: true }),
    call.count("answered", "Answered", { main: true }),
    call.count("missed", "Missed", { lessIsBetter: true }),
    call.count("open", "Open", { more: true, hint: "They ring still, or no end was told of." }),
    call.share("missedShare", "Missed share", { main: true, lessIsBetter: true }),
    call.count("qualified", "Qualified", { main: true, hint: "Answered, and long enough for the store." }),
    call.count("firstTimeCallers", "First-time callers"),
    call.seconds("talkSeconds", "Talked", { more: true }),
    call.seconds("averageTalkSeconds", "Talk a call", { hint: "Of answered calls." }),
    call.count("measured", "Measured", { more: true, hint: "Calls whose source is known for sure." }),
    call.share("measuredShare", "Measured share", { more: true }),
    call.count("deals", "Deals", { main: true, hint: "Orders that these calls made." }),
    call.count("otherDeals", "Deals in other currencies", { more: true }),
    call.money("salesMinor", "Sales", { main: true, hint: "Of the deals, less refunds." }),
    call.money("costMinor", "Cost", { lessIsBetter: true, hint: "What the channel cost, where that can be said." }),
    call.each("costPerCallMinor", "Cost a call", { more: true, lessIsBetter: true }),
    call.each("costPerQualifiedMinor", "Cost a qualified call", { more: true, lessIsBetter: true }),
  ],
  empty: "Calls are told of by the carrier of the store’s numbers, once one is connected.",
};

type ChannelRow = ChannelsReport["data"][number];
const channel = measuresOf<ChannelsReport["total"]>();

/** `/admin/reports/channels`. */
export const CHANNELS: Report<ChannelRow, ChannelsReport["total"]> = {
  title: "Channels",
  about: "From the click to the return. Every order and every call is in one channel. Exact at the moment it is read.",
  api: "/reports/channels",
  store: "one",
  filters: [CURRENCY],
  compare: "total",
  sorts: CHANNELS_SORTS,
  usualSort: "-salesMinor",
  keys: [
    {
      label: "Channel",
      sort: "channel",
      text: (row) => wordsOf(row.channel),
      href: (row, { here }) =>
        row.channel === "creator"
          ? withQuery("/admin/reports", { store: here.searchParams.get("store"), by: "creators" })
          : null,
    },
  ],
  measures: [
    channel.count("clicks", "Clicks", { main: true }),
    channel.count("visits", "Visits", { main: true }),
    channel.count("calls", "Calls", { main: true }),
    channel.count("qualified", "Qualified calls", { more: true }),
    channel.count("orders", "Orders", { main: true, hint: "Confirmed by a server, each in one channel." }),
    channel.count("credited", "Credited", { more: true, hint: "Of the orders, those credited to creators." }),
    channel.count("otherOrders", "Orders in other currencies", { more: true }),
    channel.money("salesMinor", "Sales", { main: true, hint: "Net: less refunds." }),
    channel.money("commissionMinor", "Commission", { lessIsBetter: true }),
    channel.money("costMinor", "Cost", { lessIsBetter: true, hint: "What was entered as the channel’s cost." }),
    channel.money("spentMinor", "Spent", { main: true, lessIsBetter: true, hint: "Commission and cost together." }),
    channel.each("spentPerVisitMinor", "Spent a visit", { more: true, lessIsBetter: true }),
    channel.each("spentPerCallMinor", "Spent a call", { more: true, lessIsBetter: true }),
    channel.each("spentPerOrderMinor", "Spent an order", { lessIsBetter: true }),
    channel.number("returnOnSpent", "Return", { main: true, hint: "Sales ÷ spent: 3 is three sold for one spent." }),
  ],
  notes: (answer) => notLookedUp(answer),
  empty: "Clicks, visits, calls and orders would be here by where they came from.",
};

function notLookedUp(answer: Answer<ChannelRow, ChannelsReport["total"]>): string | null {
  return (answer as unknown as ChannelsReport).complete
    ? null
    : "The visits before some older orders were not looked up, so these are unknown: choose fewer days to have them in a channel.";
}
