import { REPORT_SOURCES } from "../../ground/model/evidence.ts";
import {
  type Report,
  REPORT_VERDICTS,
  type ReportDetail,
  type ReportSummary,
} from "../../sales/capture/inbox-schema.ts";
import { optionsOf, wordsOf } from "../form/field.ts";
import type { Desk, StoreBrief } from "../frame/desk-load.ts";
import { Chip, Count, Facts, Moment, Named, type Tone } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import { Rows } from "../frame/rows.tsx";
import type { Resource } from "../resource/resource.ts";

type ShownReport = Report & Partial<ReportDetail>;

const TONES: Readonly<Record<Report["verdict"], Tone>> = {
  pending: "wait",
  used: "good",
  waiting: "wait",
  refused: "bad",
  kept: "plain",
};

const SOURCE_WORDS: Readonly<Record<Report["source"], string>> = {
  snippet: "Snippet",
  pixel: "Pixel",
  order: "The store’s server",
  postback: "Postback",
  shop: "Connected shop",
};

const IGNORED: Readonly<Record<Report["ignored"][number]["reason"], string>> = {
  unknown: "nobody reads it",
  server_only: "a browser’s word on it is not believed",
  malformed: "it can’t be what it should",
};

/** Days that the summary beside the list looks back. */
const SUMMARY_DAYS = 7;

/** `/admin/inbox`: what pages, servers and shops reported, and what became of it. */
export const INBOX: Resource<ShownReport> = {
  place: "inbox",
  one: "Report",
  many: "Inbox",
  api: "/inbox",
  read: "orders:read",
  title: ({ source, receivedAt }, { desk }) =>
    `${SOURCE_WORDS[source]}, ${desk.formats.moment(Date.parse(receivedAt), desk.timezone)}`,
  list: {
    byStore: true,
    csv: "desk",
    expand: true,
    intro: async (desk) => {
      const store = desk.store ?? (desk.stores.length === 1 ? desk.stores[0] : undefined);
      if (store === undefined) return <p class="note">Choose a store to see what came in for it, summed up.</p>;
      return <Summary desk={desk} store={store} summary={await summaryOf(desk, store.id, SUMMARY_DAYS)} more />;
    },
    filters: [
      { kind: "choice", name: "verdict", label: "What became of it", options: optionsOf(REPORT_VERDICTS) },
      {
        kind: "choice",
        name: "source",
        label: "Came by",
        options: REPORT_SOURCES.map((value) => ({ value, label: SOURCE_WORDS[value] })),
      },
      { kind: "moment", name: "from", label: "Came from (UTC)" },
      { kind: "moment", name: "to", label: "Came before (UTC)" },
    ],
    empty: {
      title: "Nothing has come in yet.",
      text: "Whatever a page with the snippet, a shop’s server or a connected shop tells of stands here, with what became of it and, if it was refused, why.",
    },
    columns: [
      {
        label: "Came",
        main: true,
        cell: ({ receivedAt }, { desk }) => <Moment desk={desk} time={receivedAt} />,
        csv: ({ receivedAt }) => receivedAt,
      },
      { label: "By", cell: ({ source }) => SOURCE_WORDS[source], csv: ({ source }) => source },
      {
        label: "Store",
        cell: ({ storeId, storeKey }, { names }) =>
          storeId === null ? (
            <>
              <code>{storeKey}</code> <small>no store’s key</small>
            </>
          ) : (
            <Named id={storeId} names={names} />
          ),
        csv: ({ storeKey }) => storeKey,
      },
      {
        label: "What became of it",
        cell: ({ verdict, reason }) => (
          <>
            <Chip tone={TONES[verdict]}>{wordsOf(verdict)}</Chip> {reason === null ? "" : wordsOf(reason.code)}
          </>
        ),
        csv: ({ verdict, reason }) => (reason === null ? verdict : `${verdict}: ${reason.code}`),
      },
      {
        label: "Order",
        cell: ({ orderId }, { names }) => <Named id={orderId} names={names} />,
        csv: ({ orderId }, { names }) => orderId && (names[orderId] ?? orderId),
      },
      {
        label: "Fields left out",
        num: true,
        cell: ({ ignored, ignoredMore }, { desk }) => <Count desk={desk} value={ignored.length + ignoredMore} />,
        csv: ({ ignored, ignoredMore }) => ignored.length + ignoredMore,
      },
    ],
  },
  page: {
    query: { expand: "names" },
    busy: ({ verdict }) => verdict === "pending",
    head: ({ verdict, reason }) => (
      <p>
        <Chip tone={TONES[verdict]}>{wordsOf(verdict)}</Chip>{" "}
        {reason === null ? null : (
          <>
            {wordsOf(reason.code)}: {reason.detail}
          </>
        )}
      </p>
    ),
    facts: (report, { desk, names }) => [
      ["Came by", SOURCE_WORDS[report.source]],
      ["Came", <Moment desk={desk} time={report.receivedAt} />],
      ["Store", report.storeId && <Named id={report.storeId} names={names} />],
      ["Key as it was given", <code>{report.storeKey}</code>],
      ["Order", report.orderId && <Named id={report.orderId} names={names} />],
      ["Attempts", String(report.attempts)],
      ["Tried next", report.nextAt && <Moment desk={desk} time={report.nextAt} />],
      ["Processed", report.processedAt && <Moment desk={desk} time={report.processedAt} />],
      ["Origin", report.origin && <code>{report.origin}</code>],
      ["Country", report.country],
      ["Consent", report.consent && wordsOf(report.consent)],
    ],
    panels: [
      {
        title: "Fields that nobody reads",
        fits: ({ ignored }) => ignored.length > 0,
        show: (_view, { ignored, ignoredMore }) =>
          Promise.resolve(
            <>
              <Rows
                caption="Fields that came along and are left out"
                heads={["Field", "Why", "Was meant"]}
                rows={ignored.map(({ field, nearest, reason }) => [
                  <code>{field}</code>,
                  IGNORED[reason],
                  nearest === undefined ? <span class="none">–</span> : <code>{nearest}</code>,
                ])}
              />
              {ignoredMore === 0 ? null : <p class="note">And {ignoredMore} more.</p>}
            </>,
          ),
      },
      {
        title: "What was sent",
        show: (_view, { body }) =>
          Promise.resolve(
            body === null || body === undefined ? (
              <p>It was emptied when its time was up.</p>
            ) : (
              <>
                <p class="note">As it came, but with customers hashed and without what the shopper did not allow.</p>
                <pre>{typeof body === "string" ? body : JSON.stringify(body, null, 2)}</pre>
              </>
            ),
          ),
      },
    ],
  },
  actions: [
    {
      name: "retry",
      label: "Process again",
      scope: "orders:write",
      fits: ({ verdict }) => verdict !== "used" && verdict !== "pending",
      text: "For one that was refused for a cause that is mended by now, such as an origin that the store lacked, or that waits.",
      api: ({ id }) => `/inbox/${id}/retry`,
      done: "It is processed again.",
    },
  ],
};

/** What came in for a store in so many days. Throws the API's `Problem`. */
export function summaryOf(desk: Desk, storeId: string, days: number): Promise<ReportSummary> {
  return desk.api.get<ReportSummary>(`/stores/${storeId}/inbox`, { days });
}

/** What came in for a store, by what became of it and why; each number leads to the reports behind it. */
export function Summary({
  desk,
  store,
  summary: { from, to, total, counts, reasons },
  more,
}: {
  desk: Desk;
  store: StoreBrief;
  summary: ReportSummary;
  /** Whether it leads to a page of its own. */
  more?: boolean;
}) {
  const listOf = (query: Record<string, string>): string =>
    withQuery("/admin/inbox", { store: store.id, from, ...query });
  return (
    <section class="card" aria-label={`What came in for ${store.name}`}>
      <p>
        {store.name}, <Moment desk={desk} time={from} /> to <Moment desk={desk} time={to} />:{" "}
        <a href={listOf({})}>
          <Count desk={desk} value={total} /> reports
        </a>
      </p>
      <Facts
        facts={REPORT_VERDICTS.map((verdict) => [
          <Chip tone={TONES[verdict]}>{wordsOf(verdict)}</Chip>,
          <a href={listOf({ verdict })}>
            <Count desk={desk} value={counts[verdict]} />
          </a>,
        ])}
      />
      {reasons.length === 0 ? null : (
        <details open={more !== true}>
          <summary>Why</summary>
          <Rows
            caption="Reasons, the most frequent first"
            heads={["Reason", "Became", "Came by", { label: "Reports", num: true }]}
            rows={reasons.map(({ code, verdict, source, count }) => [
              wordsOf(code),
              wordsOf(verdict),
              SOURCE_WORDS[source],
              <a href={listOf({ verdict, source })}>
                <Count desk={desk} value={count} />
              </a>,
            ])}
          />
        </details>
      )}
      {more === true ? (
        <p>
          <a href={withQuery("/admin/inbox/summary", { store: store.id, days: "30" })}>More days</a>
        </p>
      ) : null}
    </section>
  );
}
