import { requires } from "../../ground/http/auth.ts";
import { csvHeaders, csvLines, csvStream, DecimalCell } from "../../ground/http/csv.ts";
import { adminRoutes, createRouter, jsonOrCsv, problems } from "../../ground/http/openapi.ts";
import { currencyDigits } from "../../ground/money/amount.ts";
import { decimalText, ratio } from "../../ground/money/ratio.ts";
import { spanBefore } from "../../ground/time/range.ts";
import { askedOf, cursorOf, placeOf, readSums, readTotals, sortOf, sumLines } from "../visits/load-sums.ts";
import type { SumRow } from "../visits/sums.ts";
import { existingStore } from "../../programme/store/store.ts";
import { channelFigures } from "./channels.ts";
import { callFigures, callsReport } from "./figures.ts";
import { callsAsked } from "./load-calls.ts";
import { readChannels } from "./load-channels.ts";
import { callsAnswer, callsQuery, channelsAnswer, channelsQuery } from "./schema.ts";

const route = adminRoutes("Calls");

/** `/reports/calls`, `/reports/channels`: what calls came from and came to, and what channels cost and brought. */
export const callReportRoutes = createRouter()
  .openapi(
    route("get", "/reports/calls", requires("reports:read"), {
      summary: "Calls by where they came from",
      description:
        "Exact at the moment it is read. A call counts for what its number stood for when it began, and on that day of its store.",
      request: { query: callsQuery },
      responses: { 200: jsonOrCsv(callsAnswer, "A page of rows, and the total of all"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const query = c.req.valid("query");
      const { asked, scope } = await callsAsked(deps, query);
      const report = callsReport(scope);
      type Row = SumRow<keyof typeof report.keys, keyof typeof report.sums>;
      const rowOf = ({ start, keys: { key, name, number }, sums }: Row) => {
        return { start: start === "" ? null : start, key, name, number, ...callFigures(sums, scope) };
      };
      const isByTime = query.by === "hour" || query.by === "day";
      const sort = query.sort ?? (query.interval !== "total" ? "start" : isByTime ? "key" : "-calls");
      if (query.format === "csv") {
        const lines = sumLines(deps, report, asked, sort, (row) => cellsOf(rowOf(row)));
        return csvStream("calls-report.csv", CALL_COLUMNS.map(nameOf), lines);
      }
      const [{ rows, next }, { total, previous }] = await Promise.all([
        readSums(deps, report, asked, { sort, after: placeOf(query.cursor, sort), limit: query.limit }),
        readTotals(deps, report, asked, query.compare === "previous"),
      ]);
      return c.json(
        {
          data: rows.map(rowOf),
          total: callFigures(total, scope),
          previous: previous === null ? null : callFigures(previous, scope),
          measuredShare: ratio(total.measured, total.calls),
          range: { from: asked.span.first, to: asked.span.last },
          nextCursor: cursorOf(next),
        },
        200,
      );
    },
  )
  .openapi(
    route("get", "/reports/channels", requires("reports:read"), {
      summary: "Channels from the click to the return",
      description:
        "Every order and every call is in one channel. An order's is `creator` if it is credited; else that of the call whose deal it is, or of its customer's last call before it; else where its cart's visit, or its customer's last visit before it, came from; else `unknown`.",
      request: { query: channelsQuery },
      responses: {
        200: jsonOrCsv(channelsAnswer, "All channels, and what they come to"),
        ...problems("not_found", "range_archived", "too_many_clicks", "unavailable"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const query = c.req.valid("query");
      const asked = await askedOf(deps, { ...query, interval: "total" });
      const currency = query.currency ?? (await existingStore(deps, query.store)).currency;
      const { channels, complete } = await readChannels(deps, asked, currency);
      const { by, descending } = sortOf(query.sort);
      const rows = channels.rows
        .map(({ channel, counts }) => ({ channel, ...channelFigures(counts, currency) }))
        .toSorted((a, b) => {
          const [one, other] = [a[by as keyof typeof a] ?? "", b[by as keyof typeof b] ?? ""];
          const order = one < other ? -1 : one > other ? 1 : 0;
          return (descending ? -order : order) || (a.channel < b.channel ? -1 : 1);
        });
      if (query.format === "csv") {
        const lines = [
          CHANNEL_COLUMNS.map(nameOf),
          ...rows.map((row) => CHANNEL_COLUMNS.map((name) => cellOf(row, name))),
        ];
        return new Response(csvLines(lines), { headers: csvHeaders("channels-report.csv") });
      }
      const { total } = channels;
      const before =
        query.compare === undefined
          ? null
          : await readChannels(deps, { ...asked, span: spanBefore(asked.span) }, currency);
      return c.json(
        {
          data: rows,
          total: channelFigures(total, currency),
          previous: before === null ? null : channelFigures(before.channels.total, currency),
          measuredShare: ratio(total.measured, total.visits),
          complete,
          range: { from: asked.span.first, to: asked.span.last },
        },
        200,
      );
    },
  );

const CALL_COLUMNS = [
  "start",
  "key",
  "name",
  "number",
  "calls",
  "answered",
  "missed",
  "open",
  "missedShare",
  "qualified",
  "firstTimeCallers",
  "talkSeconds",
  "averageTalkSeconds",
  "measured",
  "measuredShare",
  "deals",
  "otherDeals",
  "currency",
  "salesMinor",
  "costMinor",
  "costPerCallMinor",
  "costPerQualifiedMinor",
];

const CHANNEL_COLUMNS = [
  "channel",
  "clicks",
  "visits",
  "calls",
  "qualified",
  "orders",
  "credited",
  "otherOrders",
  "currency",
  "salesMinor",
  "commissionMinor",
  "costMinor",
  "spentMinor",
  "spentPerVisitMinor",
  "spentPerCallMinor",
  "spentPerOrderMinor",
  "returnOnSpent",
];

/** Amounts of a CSV are decimals in the major unit, and are called so. */
function nameOf(column: string): string {
  return column.replace(/Minor$/, "");
}

function cellsOf(row: { currency: string }): unknown[] {
  return CALL_COLUMNS.map((name) => cellOf(row, name));
}

function cellOf(row: { currency: string }, name: string): unknown {
  const value = (row as unknown as Record<string, unknown>)[name];
  if (typeof value !== "number" || !name.endsWith("Minor")) return value;
  const digits = currencyDigits(row.currency) ?? 0;
  // A ratio has decimals of its own.
  return Number.isInteger(value) ? new DecimalCell(decimalText(value, digits)) : value / 10 ** digits;
}
