import type { AlarmBody } from "../../journal/alarm/schema.ts";
import { Card, Chip, Facts, Moment, Named } from "../frame/parts.tsx";
import { Value } from "../frame/values.tsx";
import { findInList } from "../resource/find-load.ts";
import { postEach } from "../resource/one-post-run.ts";
import type { Resource, View } from "../resource/resource.ts";
import { ALARM_WORDS, idInSubject, pathOfAlarm, wordsOfAlarm } from "./alarm-words.ts";

/** `/admin/alarms`: what a person should look at. */
export const ALARMS: Resource<AlarmBody> = {
  place: "alarms",
  one: "Alarm",
  many: "Alarms",
  api: "/alarms",
  read: "settings:read",
  title: ({ kind }) => wordsOfAlarm(kind).name,
  find: findInList<AlarmBody>("/alarms", "alarm"),
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
          { value: "false", label: "Resolved" },
        ],
      },
      {
        kind: "choice",
        name: "kind",
        label: "Kind",
        options: Object.entries(ALARM_WORDS).map(([value, { name }]) => ({ value, label: name })),
      },
    ],
    empty: {
      title: "No alarm is open.",
      text: "Whatever somebody should look at is raised here: a shop that fails, a code that leaked, a job that stopped.",
    },
    columns: [
      {
        label: "What",
        main: true,
        cell: ({ kind }) => wordsOfAlarm(kind).name,
        csv: ({ kind }) => kind,
      },
      { label: "About", cell: (alarm, view) => <About alarm={alarm} view={view} />, csv: ({ subject }) => subject },
      { label: "What to do", cell: ({ kind }) => wordsOfAlarm(kind).todo },
      {
        label: "Raised",
        cell: ({ raisedAt }, { desk }) => <Moment desk={desk} time={raisedAt} />,
        csv: ({ raisedAt }) => raisedAt,
      },
      {
        label: "Last seen",
        cell: ({ lastSeenAt }, { desk }) => <Moment desk={desk} time={lastSeenAt} />,
        csv: ({ lastSeenAt }) => lastSeenAt,
      },
      { label: "State", cell: (alarm) => <State alarm={alarm} />, csv: ({ resolvedAt }) => resolvedAt },
    ],
    bulk: [
      {
        name: "resolve",
        label: "Resolve",
        scope: "settings:write",
        allStores: true,
        run: postEach<AlarmBody>({
          list: "/alarms",
          path: ({ id }) => `/alarms/${id}/resolve`,
          name: ({ kind, subject }) => `${wordsOfAlarm(kind).name} (${subject})`,
          outcome: ({ resolvedAt }) =>
            resolvedAt === null ? { text: "open → resolved" } : { skip: "is resolved already" },
        }),
      },
    ],
  },
  page: {
    head: (alarm, view) => <ToDo alarm={alarm} view={view} />,
    facts: (alarm, view) => [
      ["State", <State alarm={alarm} />],
      ["About", <About alarm={alarm} view={view} />],
      ["Raised", <Moment desk={view.desk} time={alarm.raisedAt} />],
      ["Last seen", <Moment desk={view.desk} time={alarm.lastSeenAt} />],
      ["Resolved", alarm.resolvedAt && <Moment desk={view.desk} time={alarm.resolvedAt} />],
      ["Kind", <code>{alarm.kind}</code>],
    ],
    panels: [
      {
        title: "The numbers behind it",
        show: async ({ desk, names }, { detail }) =>
          Object.keys(detail).length === 0 ? null : <Value desk={desk} names={names} value={detail} />,
      },
    ],
  },
  actions: [
    {
      name: "resolve",
      label: "Resolve",
      scope: "settings:write",
      allStores: true,
      fits: ({ resolvedAt }) => resolvedAt === null,
      api: ({ id }) => `/alarms/${id}/resolve`,
      text: "It opens again if its cause is still there at the next check.",
      done: "The alarm is resolved.",
    },
  ],
};

function About({ alarm: { subject }, view: { names } }: { alarm: AlarmBody; view: View }) {
  const id = idInSubject(subject);
  if (id === null) return <>{subject}</>;
  const rest = subject.replace(id, "").replaceAll(/^[\s:/]+|[\s:/]+$/g, "");
  return (
    <>
      <Named id={id} names={names} />
      {rest === "" ? null : ` (${rest})`}
    </>
  );
}

function ToDo({ alarm: { kind, subject } }: { alarm: AlarmBody; view: View }) {
  const { means, todo } = wordsOfAlarm(kind);
  const path = pathOfAlarm(kind, subject);
  return (
    <Card>
      <Facts
        facts={[
          ["What it means", means],
          ["What to do", todo],
        ]}
      />
      {path === null ? null : (
        <p>
          <a class="button main" href={path}>
            Go there
          </a>
        </p>
      )}
    </Card>
  );
}

function State({ alarm: { resolvedAt } }: { alarm: AlarmBody }) {
  return resolvedAt === null ? <Chip tone="bad">Open</Chip> : <Chip tone="good">Resolved</Chip>;
}
