import { Chip, Count, Moment } from "../frame/parts.tsx";
import { findInList } from "../resource/find-load.ts";
import { postEach } from "../resource/one-post-run.ts";
import type { Resource } from "../resource/resource.ts";

/** A queue message that was kept, as the API shows it. */
interface DeadLetter {
  id: string;
  queue: string;
  reason: string;
  bytes: number;
  receivedAt: string;
  replayedAt: string | null;
}

const nameOf = ({ queue, receivedAt }: DeadLetter): string => `${queue}, ${receivedAt}`;

/** `/admin/dead-letters`: queue messages that could not be processed. */
export const DEAD_LETTERS: Resource<DeadLetter> = {
  place: "dead-letters",
  one: "Dead letter",
  many: "Dead letters",
  api: "/dead-letters",
  read: "settings:read",
  title: nameOf,
  find: findInList<DeadLetter>("/dead-letters", "dead letter"),
  list: {
    csv: "desk",
    start: { open: "true" },
    filters: [
      {
        kind: "choice",
        name: "open",
        label: "State",
        options: [
          { value: "true", label: "Not replayed" },
          { value: "false", label: "Replayed" },
        ],
      },
    ],
    empty: {
      title: "No message is left.",
      text: "Messages of a queue that could not be processed are kept here, with their clicks in them.",
    },
    columns: [
      { label: "Queue", main: true, cell: ({ queue }) => queue, csv: ({ queue }) => queue },
      { label: "Why", cell: ({ reason }) => reason, csv: ({ reason }) => reason },
      {
        label: "Characters",
        num: true,
        cell: ({ bytes }, { desk }) => <Count desk={desk} value={bytes} />,
        csv: ({ bytes }) => bytes,
      },
      {
        label: "Came",
        cell: ({ receivedAt }, { desk }) => <Moment desk={desk} time={receivedAt} />,
        csv: ({ receivedAt }) => receivedAt,
      },
      {
        label: "State",
        cell: ({ replayedAt }) => <State replayedAt={replayedAt} />,
        csv: ({ replayedAt }) => replayedAt,
      },
    ],
    bulk: [
      {
        name: "replay",
        label: "Process after all",
        scope: "settings:write",
        allStores: true,
        run: postEach<DeadLetter>({
          list: "/dead-letters",
          path: ({ id }) => `/dead-letters/${id}/replay`,
          name: nameOf,
          outcome: ({ replayedAt }) =>
            replayedAt === null ? { text: "waiting → processed" } : { skip: "was processed already" },
        }),
      },
    ],
  },
  page: {
    facts: (letter, { desk }) => [
      ["Queue", letter.queue],
      ["Why", letter.reason],
      ["Characters", <Count desk={desk} value={letter.bytes} />],
      ["Came", <Moment desk={desk} time={letter.receivedAt} />],
      ["State", <State replayedAt={letter.replayedAt} />],
      ["Processed", letter.replayedAt && <Moment desk={desk} time={letter.replayedAt} />],
    ],
  },
  actions: [
    {
      name: "replay",
      label: "Process after all",
      scope: "settings:write",
      allStores: true,
      fits: ({ replayedAt }) => replayedAt === null,
      api: ({ id }) => `/dead-letters/${id}/replay`,
      text: "Clicks that are in the log already are passed over, so it is harmless to repeat. Where only a part can be read, that part is logged, and the message keeps the rest.",
      done: "The message was processed.",
    },
  ],
};

function State({ replayedAt }: { replayedAt: string | null }) {
  return replayedAt === null ? <Chip tone="bad">Waiting</Chip> : <Chip tone="good">Processed</Chip>;
}
