import type { Delivery } from "../../operate/webhook/schema.ts";
import type { Desk } from "../frame/desk-load.ts";
import { Chip, Moment, Named, type Tone } from "../frame/parts.tsx";
import type { BulkResult, Column, Resource } from "../resource/resource.ts";
import { Table } from "../resource/table.tsx";

/** A delivery as a row: known by the number of its event. */
export type DeliveryRow = Delivery & { id: string };

const STATES: Readonly<Record<Delivery["status"], { tone: Tone; text: string }>> = {
  pending: { tone: "wait", text: "Under way" },
  delivered: { tone: "good", text: "Delivered" },
  dead: { tone: "bad", text: "Given up" },
};

const idOf = ({ seq }: Delivery): string => String(seq);

function columnsOf(endpointId: string): Column<DeliveryRow>[] {
  return [
    {
      label: "Event",
      main: true,
      cell: ({ event, seq }) => (
        <>
          {event.type} <small>#{seq}</small>
          <details>
            <summary>Message</summary>
            <pre tabindex={0} aria-label={`The message of event ${event.id}`}>
              {JSON.stringify(event, null, 2)}
            </pre>
          </details>
        </>
      ),
      csv: ({ event }) => event.type,
    },
    {
      label: "Of",
      cell: ({ event }, { names }) =>
        event.subjectId === endpointId ? "The endpoint itself" : <Named id={event.subjectId} names={names} />,
      csv: ({ event }) => event.subjectId,
    },
    {
      label: "State",
      cell: ({ status }) => <Chip tone={STATES[status].tone}>{STATES[status].text}</Chip>,
      csv: ({ status }) => status,
    },
    {
      label: "Last answer",
      cell: ({ lastStatus, lastError, attempts }) => (
        <>
          {lastError ?? (lastStatus === null ? "None yet" : `HTTP ${lastStatus}`)}
          {attempts > 1 ? <small> (attempt {attempts})</small> : null}
        </>
      ),
      csv: ({ lastStatus, lastError }) => lastError ?? lastStatus,
    },
    {
      label: "When",
      cell: ({ createdAt, deliveredAt, nextAttemptAt }, { desk }) =>
        deliveredAt === null && nextAttemptAt !== null ? (
          <>
            next <Moment desk={desk} time={nextAttemptAt} />
          </>
        ) : (
          <Moment desk={desk} time={deliveredAt ?? createdAt} />
        ),
      csv: ({ deliveredAt, createdAt }) => deliveredAt ?? createdAt,
    },
    {
      label: "Do",
      cell: ({ seq, status }, { desk }) =>
        status === "pending" || !desk.may("settings:write") ? null : (
          <a class="button" href={`/admin/webhooks/${endpointId}/deliveries/${seq}/replay`}>
            Send again<span class="off"> event {seq}</span>
          </a>
        ),
    },
  ];
}

/** Deliveries as a table. */
export function Deliveries({
  desk,
  endpointId,
  rows,
  names,
}: {
  desk: Desk;
  endpointId: string;
  rows: readonly Delivery[];
  names: Readonly<Record<string, string>>;
}) {
  return (
    <Table
      caption="Deliveries"
      columns={columnsOf(endpointId)}
      rows={rows.map((row) => ({ ...row, id: idOf(row) }))}
      view={{ desk, names }}
    />
  );
}

async function replayMany(desk: Desk, api: string, ids: readonly string[], dryRun: boolean): Promise<BulkResult[]> {
  const results: BulkResult[] = [];
  for (const id of ids) {
    const name = `Event ${id}`;
    if (dryRun) {
      results.push({ id, name, text: "is sent again, unless it is under way", ok: true });
      continue;
    }
    const sent = await desk.api.send("POST", `${api}/${encodeURIComponent(id)}/replay`);
    results.push({ id, name, text: sent.ok ? "begins anew" : sent.problem.message, ok: sent.ok });
  }
  return results;
}

/** `/admin/webhooks/{id}/deliveries`: what was sent to an endpoint. */
export function deliveriesOf(_desk: Desk, endpointId: string): Resource<DeliveryRow> {
  const id = encodeURIComponent(endpointId);
  const api = `/webhook-endpoints/${id}/deliveries`;
  return {
    place: `webhooks/${id}/deliveries`,
    one: "Delivery",
    many: "Deliveries",
    trail: [
      { name: "Webhooks", path: "/admin/webhooks" },
      { name: "Endpoint", path: `/admin/webhooks/${id}` },
    ],
    api,
    read: "orders:read",
    title: ({ event, seq }) => (event === undefined ? `Event ${seq}` : `${event.type} #${seq}`),
    page: null,
    // The API reads none by itself; its number is all that sending it again takes.
    find: async (_desk, seq) => ({ row: { id: seq, seq: Number(seq) } as DeliveryRow, names: {} }),
    list: {
      idOf,
      expand: true,
      csv: "desk",
      filters: [
        {
          kind: "choice",
          name: "status",
          label: "State",
          options: Object.entries(STATES).map(([value, { text }]) => ({ value, label: text })),
        },
      ],
      empty: { title: "Nothing was sent yet.", text: "What happens from now on is, of the events that it wants." },
      columns: columnsOf(id),
      bulk: [
        {
          name: "replay",
          label: "Send again",
          scope: "settings:write",
          also: ["orders:read"],
          run: (desk, ids, _body, dryRun) => replayMany(desk, api, ids, dryRun),
        },
      ],
    },
    actions: [
      {
        name: "replay",
        label: "Send again",
        scope: "settings:write",
        also: ["orders:read"],
        api: ({ seq }) => `${api}/${seq}/replay`,
        text: "The event is sent as it was, under its own id, so that a receiver which has it already can tell.",
        done: "It begins anew.",
      },
    ],
  };
}
