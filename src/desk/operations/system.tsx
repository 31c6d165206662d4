import type { Scope } from "../../ground/http/auth.ts";
import { DIRECTIONS, type Packing } from "../../clicks/pack/schema.ts";
import type { Action, Resource } from "../resource/resource.ts";

/** The system as something that can be acted on: there is one. */
interface System {
  id: "all";
}

/** What each way of keeping the click log is called. */
export const DIRECTION_WORDS: Readonly<Record<Packing["direction"], string>> = {
  packed: "Pack: clicks kept as rows are moved into batches",
  off: "Stop: neither",
  rows: "Back to rows, for a return to an older version",
};

const WRITE = { scope: "settings:write" as Scope, allStores: true, onwards: () => "/admin/system" };

const ACTIONS: readonly Action<System>[] = [
  {
    ...WRITE,
    name: "rebuild",
    label: "Make roll-ups anew",
    api: () => "/rollups/rebuild",
    text: "From the clicks in the log, the hours of archived ones, and the orders; done by and by. Reports stay exact meanwhile, and a change of a store’s time zone asks for it by itself.",
    fields: [
      {
        kind: "ref",
        of: "store",
        name: "storeId",
        label: "Only of this store",
        empty: "omit",
        hint: "Empty: all of them.",
      },
      { kind: "text", name: "reason", label: "Reason", empty: "omit", max: 200 },
    ],
    done: "The roll-ups are made anew: below is how far it is.",
  },
  {
    ...WRITE,
    name: "packing",
    label: "Change how clicks are kept",
    api: () => "/click-log/packing",
    text: "Every minute moves some tens of thousands of clicks. Lists, exports and reports don’t change by it.",
    fields: async (desk) => [
      {
        kind: "choice",
        as: "radio",
        name: "direction",
        label: "Which way",
        required: true,
        initial: (await desk.api.get<Packing>("/click-log/packing")).direction,
        options: DIRECTIONS.map((value) => ({ value, label: DIRECTION_WORDS[value] })),
      },
    ],
    done: "The click log is kept so from now on.",
  },
  {
    ...WRITE,
    name: "layout",
    label: "Spread clicks over databases",
    api: () => "/click-log/layouts",
    text: "From a midnight (UTC) on, by the time of the click; what is logged stays where it is. A day that has begun can’t be changed. npm run shards makes and binds databases.",
    fields: [
      {
        kind: "whole",
        name: "databases",
        label: "Databases",
        required: true,
        least: 0,
        hint: "CLICKS_1 to as many; 0: DB alone.",
      },
      {
        kind: "date",
        name: "sinceDay",
        label: "From this day on (UTC)",
        empty: "omit",
        hint: "Empty: the next midnight that is two hours away or more.",
      },
    ],
    done: "Clicks are spread so from that day on.",
  },
  {
    ...WRITE,
    name: "clicks-restore",
    label: "Restore clicks from the Worker’s log",
    api: () => "/clicks/restore",
    text: "For events clicks_unlogged of the Worker’s log, written when queue and database had both failed. A click that is in the log already is passed over, so it is harmless to repeat.",
    fields: [
      {
        kind: "json",
        name: "clicks",
        label: "Clicks",
        required: true,
        rows: 10,
        hint: "The event as it stands in the log, or its list of clicks: up to 500.",
      },
    ],
    toBody: ({ clicks }) => ({
      clicks: typeof clicks === "object" && clicks !== null && "clicks" in clicks ? clicks.clicks : clicks,
    }),
    done: "The clicks are in the log.",
    answer: (desk, body) => {
      const { restored } = body as { restored: number };
      return (
        <section class="card" aria-label="What was restored">
          <p>
            {restored === 1
              ? "One click is in the log now, if it wasn’t before."
              : `${desk.formats.count(restored)} clicks are in the log now, as far as they weren’t before.`}
          </p>
          <p>
            <a class="button" href="/admin/system">
              Back to the system
            </a>
          </p>
        </section>
      );
    },
  },
];

/** What can be done about how the deployment runs; its page is `system-page.tsx`. */
export const SYSTEM: Resource<System> = {
  place: "system",
  one: "System",
  many: "System",
  api: "/rollups",
  read: "settings:read",
  title: () => "the deployment",
  find: async () => ({ row: { id: "all" }, names: {} }),
  list: null,
  page: null,
  actions: ACTIONS,
};
