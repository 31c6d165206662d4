import type { CallEvent } from "../../calls/call/schema.ts";
import { CALL_CARRIERS } from "../../ground/model/call.ts";
import { Chip, Moment, type Tone } from "../frame/parts.tsx";
import { optionsOf } from "../form/field.ts";
import type { Resource, View } from "../resource/resource.ts";

const VERDICT_TONES: Readonly<Record<CallEvent["verdict"], Tone>> = {
  pending: "wait",
  used: "good",
  kept: "plain",
  refused: "bad",
};

/** `/admin/call-events`: what carriers told, read or not. */
export const CALL_EVENTS: Resource<CallEvent> = {
  place: "call-events",
  one: "Message",
  many: "What carriers told",
  trail: [{ name: "Calls", path: "/admin/calls" }],
  api: "/calls/events",
  read: "orders:read",
  title: ({ externalId, carrier }) => `${carrier} ${externalId ?? ""}`,
  list: {
    byStore: true,
    csv: null,
    filters: [
      {
        kind: "choice",
        name: "verdict",
        label: "What became of it",
        options: optionsOf(["pending", "used", "kept", "refused"]),
      },
      { kind: "choice", name: "carrier", label: "Carrier", options: optionsOf(CALL_CARRIERS) },
    ],
    empty: {
      title: "No carrier has told anything yet.",
      text: "Whatever a carrier signs is kept here, also what couldn’t be read.",
    },
    columns: [
      { label: "When", cell: ({ receivedAt }, { desk }) => <Moment desk={desk} time={receivedAt} /> },
      { label: "Carrier", cell: ({ carrier }) => carrier },
      { label: "Call", cell: ({ externalId }) => externalId ?? "–" },
      { label: "What became of it", cell: ({ verdict }) => <Chip tone={VERDICT_TONES[verdict]}>{verdict}</Chip> },
      { label: "Why", cell: ({ reason }) => reason?.detail ?? "–" },
      { label: "It said", cell: ({ body }) => <Body body={body} /> },
    ],
  },
  page: null,
};

/** What was told of a call, in its order. */
export function Events({ events, desk }: { events: readonly CallEvent[]; desk: View["desk"] }) {
  return (
    <ol class="timeline">
      {events.map(({ receivedAt, verdict, reason, body }) => (
        <li>
          <Moment desk={desk} time={receivedAt} /> <Chip tone={VERDICT_TONES[verdict]}>{verdict}</Chip>{" "}
          {reason?.detail ?? ""}
          <Body body={body} />
        </li>
      ))}
    </ol>
  );
}

function Body({ body }: { body: unknown }) {
  if (body === null) return <span class="none">emptied after 90 days</span>;
  return (
    <details>
      <summary>Show</summary>
      <pre>{JSON.stringify(body, null, 2)}</pre>
    </details>
  );
}
