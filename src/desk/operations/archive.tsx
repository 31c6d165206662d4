import type { Archive } from "../../clicks/archive/schema.ts";
import { Chip, Count, Moment } from "../frame/parts.tsx";
import { findInList } from "../resource/find-load.ts";
import type { Resource } from "../resource/resource.ts";

/** A file as a row: known by its key. */
export type ArchiveRow = Archive & { id: string };

const idOf = ({ key }: Archive): string => key;

/** `/admin/system/archives`: files of clicks that have left the log. */
export const ARCHIVES: Resource<ArchiveRow> = {
  place: "system/archives",
  one: "Archive",
  many: "Archives",
  trail: [{ name: "System", path: "/admin/system" }],
  api: "/archives",
  read: "settings:read",
  title: ({ key }) => key,
  page: null,
  find: findInList<ArchiveRow>("/archives", "archive", { idOf }),
  list: {
    idOf,
    csv: "desk",
    filters: [],
    empty: {
      title: "No click has left the log yet.",
      text: "Old clicks are archived every night, each file is read back, and only then they leave the log.",
    },
    columns: [
      { label: "File", main: true, cell: ({ key }) => <code>{key}</code> },
      {
        label: "Clicks of",
        cell: ({ earliest, latest }, { desk }) => (
          <>
            <Moment desk={desk} time={earliest} /> – <Moment desk={desk} time={latest} />
          </>
        ),
        csv: ({ earliest, latest }) => `${earliest} – ${latest}`,
      },
      {
        label: "Clicks",
        num: true,
        cell: ({ rows }, { desk }) => <Count desk={desk} value={rows} />,
        csv: ({ rows }) => rows,
      },
      {
        label: "Bytes",
        num: true,
        cell: ({ bytes }, { desk }) => <Count desk={desk} value={bytes} />,
        csv: ({ bytes }) => bytes,
      },
      {
        label: "Of",
        cell: ({ database, firstSeq, lastSeq }) =>
          `${database === null ? "rows of before" : database === 0 ? "DB" : `CLICKS_${database}`}, ${firstSeq}–${lastSeq}`,
        csv: ({ database, firstSeq, lastSeq }) => `${database ?? "rows"} ${firstSeq}-${lastSeq}`,
      },
      {
        label: "State",
        cell: ({ verifiedAt, deletedAt }) =>
          deletedAt !== null ? (
            <Chip>Out of the log</Chip>
          ) : verifiedAt === null ? (
            <Chip tone="wait">Not read back yet</Chip>
          ) : (
            <Chip tone="good">In the log too</Chip>
          ),
        csv: ({ deletedAt, verifiedAt }) => deletedAt ?? verifiedAt,
      },
      {
        label: "Checksum",
        cell: ({ sha256 }) => (
          <details>
            <summary>SHA-256</summary>
            <code>{sha256}</code>
          </details>
        ),
        csv: ({ sha256 }) => sha256,
      },
      {
        label: "Do",
        cell: ({ key, deletedAt }, { desk }) =>
          deletedAt === null || !desk.may("settings:write") ? null : (
            <a class="button" href={`/admin/system/archives/${encodeURIComponent(key)}/restore`}>
              Bring back<span class="off"> {key}</span>
            </a>
          ),
      },
    ],
  },
  actions: [
    {
      name: "restore",
      label: "Bring its clicks back",
      scope: "settings:write",
      allStores: true,
      api: () => "/archives/restore",
      toBody: (_read, { key }) => ({ key }),
      text: "They are in the log until the next nightly run, which takes them out again. Reports don’t change by it.",
      done: "Its clicks are back in the log.",
    },
  ],
};
