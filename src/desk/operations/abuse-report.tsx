import { Chip, Moment, Named } from "../frame/parts.tsx";
import { wordsOf } from "../form/field.ts";
import { findInList } from "../resource/find-load.ts";
import { postEach } from "../resource/one-post-run.ts";
import type { Resource } from "../resource/resource.ts";

/** What a shopper reported about a link, as the API shows it. */
interface AbuseReport {
  id: string;
  linkId: string;
  kind: string;
  /** A stranger's text. */
  detail: string;
  createdAt: string;
  resolvedAt: string | null;
}

/** `/admin/abuse-reports`: what shoppers reported about links. */
export const ABUSE_REPORTS: Resource<AbuseReport> = {
  place: "abuse-reports",
  one: "Abuse report",
  many: "Abuse reports",
  api: "/abuse-reports",
  read: "settings:read",
  title: ({ kind }) => wordsOf(kind),
  find: findInList<AbuseReport>("/abuse-reports", "abuse report"),
  list: {
    byStore: true,
    csv: "desk",
    expand: true,
    start: { open: "true" },
    filters: [
      {
        kind: "choice",
        name: "open",
        label: "State",
        options: [
          { value: "true", label: "Open" },
          { value: "false", label: "Dealt with" },
        ],
      },
      { kind: "ref", of: "link", name: "link", label: "Link" },
    ],
    empty: {
      title: "No report is open.",
      text: "Shoppers report links at their information page, the short address with a + behind it.",
    },
    columns: [
      { label: "What", main: true, cell: ({ kind }) => wordsOf(kind), csv: ({ kind }) => kind },
      {
        label: "Link",
        cell: ({ linkId }, { names }) => <Named id={linkId} names={names} />,
        csv: ({ linkId }) => linkId,
      },
      { label: "In their words", cell: ({ detail }) => detail, csv: ({ detail }) => detail },
      {
        label: "Came",
        cell: ({ createdAt }, { desk }) => <Moment desk={desk} time={createdAt} />,
        csv: ({ createdAt }) => createdAt,
      },
      {
        label: "State",
        cell: ({ resolvedAt }) => <State resolvedAt={resolvedAt} />,
        csv: ({ resolvedAt }) => resolvedAt,
      },
    ],
    bulk: [
      {
        name: "resolve",
        label: "Mark as dealt with",
        scope: "settings:write",
        allStores: true,
        run: postEach<AbuseReport>({
          list: "/abuse-reports",
          path: ({ id }) => `/abuse-reports/${id}/resolve`,
          name: ({ kind, detail }) => `${wordsOf(kind)}: ${detail.slice(0, 60)}`,
          outcome: ({ resolvedAt }) =>
            resolvedAt === null ? { text: "open → dealt with" } : { skip: "is dealt with already" },
        }),
      },
    ],
  },
  page: {
    facts: (report, { desk, names }) => [
      ["State", <State resolvedAt={report.resolvedAt} />],
      ["Link", <Named id={report.linkId} names={names} />],
      ["In their words", report.detail],
      ["Came", <Moment desk={desk} time={report.createdAt} />],
      ["Dealt with", report.resolvedAt && <Moment desk={desk} time={report.resolvedAt} />],
      [
        "If they are right",
        <>
          Switch the link off, or <a href="/admin/blocked-hosts/new">block the host</a> that it leads to.
        </>,
      ],
    ],
  },
  actions: [
    {
      name: "resolve",
      label: "Mark as dealt with",
      scope: "settings:write",
      allStores: true,
      fits: ({ resolvedAt }) => resolvedAt === null,
      api: ({ id }) => `/abuse-reports/${id}/resolve`,
      text: "It says that somebody looked at it. The link stays as it is: switch it off, or block its host, if it deceives people.",
      done: "The report is marked as dealt with.",
    },
  ],
};

function State({ resolvedAt }: { resolvedAt: string | null }) {
  return resolvedAt === null ? <Chip tone="bad">Open</Chip> : <Chip tone="good">Dealt with</Chip>;
}
