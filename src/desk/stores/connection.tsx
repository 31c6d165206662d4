import type { Connection } from "../../shops/connection/schema.ts";
import type { Store } from "../../programme/store/schema.ts";
import { PROVIDER_TABLE } from "../../ground/model/provider.ts";
import type { Desk } from "../frame/desk-load.ts";
import { orNone } from "../frame/or-none.ts";
import { Card, Chip, Copy, Count, Empty, Facts, Moment, type Tone } from "../frame/parts.tsx";
import { mayDo } from "../resource/may.ts";
import type { Action } from "../resource/resource.ts";
import { wordsOf } from "../form/field.ts";
import { canConnect, connectionBody, connectionFields, wayToConnect } from "./connection-form.ts";

const STATES: Readonly<Record<Connection["state"], { tone: Tone; text: string }>> = {
  connected: { tone: "good", text: "Connected" },
  failing: { tone: "bad", text: "Failing" },
  disconnected: { tone: "plain", text: "Disconnected" },
};

const HOOKS: Readonly<Record<Connection["webhooks"][number]["state"], Tone>> = {
  active: "good",
  paused: "wait",
  missing: "bad",
};

/** A store's connection; `null`: it never had one. Throws the API's `Problem`. */
export function connectionOf(desk: Desk, storeId: string): Promise<Connection | null> {
  return orNone(desk.api.get<Connection>(`/stores/${encodeURIComponent(storeId)}/connection`));
}

/** Where a store's connection is shown. */
export function connectionPath(storeId: string): string {
  return `/admin/stores/${encodeURIComponent(storeId)}/connection`;
}

const connectable = ({ provider }: Store): boolean => canConnect(provider);
const WRITE = { scope: "settings:write", also: ["orders:write"] } as const;

/** What can be done to a store's connection. */
export const CONNECTION_ACTIONS: readonly Action<Store>[] = [
  {
    name: "connect",
    label: "Connect the shop",
    ...WRITE,
    aside: true,
    fits: connectable,
    method: "PUT",
    api: ({ id }) => `/stores/${id}/connection`,
    text: ({ provider }) =>
      canConnect(provider)
        ? `${wayToConnect(provider) ?? ""} The shop is asked at once whether the credentials work; its webhooks are registered, the store’s codes are made in it, and its orders come from now on.`
        : `${PROVIDER_TABLE[provider].name} has no shop to be connected to: its orders reach Waymark otherwise.`,
    fields: async (desk, store) => connectionFields(store.provider, await connectionOf(desk, store.id)),
    toBody: (read, { provider }) => connectionBody(provider, read),
    done: "The shop is connected.",
    onwards: ({ id }) => connectionPath(id),
  },
  {
    name: "check",
    label: "Check it now",
    scope: "settings:write",
    aside: true,
    fits: connectable,
    api: ({ id }) => `/stores/${id}/connection/check`,
    text: "The shop is asked what the credentials may do, and webhooks that are gone or paused are registered. It is checked by itself every day, and every hour while it fails.",
    done: "It was checked: this is what was found.",
    onwards: ({ id }) => connectionPath(id),
  },
  {
    name: "sync",
    label: "Read orders of before",
    ...WRITE,
    aside: true,
    fits: connectable,
    api: ({ id }) => `/stores/${id}/connection/sync`,
    text: "Orders that changed since a time are read from the shop, and come in as any other. Orders that are known change nothing. Another reading takes the place of one that is under way.",
    fields: [{ kind: "moment", name: "from", label: "Since (UTC)", required: true }],
    done: "Orders are being read.",
    onwards: ({ id }) => connectionPath(id),
  },
  {
    name: "disconnect",
    label: "Disconnect",
    ...WRITE,
    aside: true,
    risky: true,
    fits: connectable,
    method: "DELETE",
    api: ({ id }) => `/stores/${id}/connection`,
    text: "Its webhooks are withdrawn and the credentials forgotten: to connect it again they have to be given anew. Codes stay in the shop as they are, and so do the orders that came.",
    done: "The shop is disconnected.",
    onwards: ({ id }) => connectionPath(id),
  },
];

/** Buttons for what can be done to a connection now. */
export function ConnectionButtons({ desk, store, now }: { desk: Desk; store: Store; now: Connection | null }) {
  const live = now !== null && now.state !== "disconnected";
  const shown = CONNECTION_ACTIONS.filter((action) => mayDo(desk, action) && (live || action.name === "connect"));
  return (
    <>
      {shown.map(({ name, label, risky }) => (
        <a
          class={risky === true ? "button risky" : name === "connect" && !live ? "button main" : "button"}
          href={`/admin/stores/${store.id}/${name}`}
        >
          {name === "connect" && live ? "Change" : label}
        </a>
      ))}
    </>
  );
}

/** The state of a connection in a word. */
export function ConnectionState({ state }: { state: Connection["state"] }) {
  const { tone, text } = STATES[state];
  return <Chip tone={tone}>{text}</Chip>;
}

/** What a check found, each with what to change. */
export function Findings({ desk, connection }: { desk: Desk; connection: Connection }) {
  const { failure, problems } = connection;
  if (failure === null && problems.length === 0) return null;
  return (
    <div class="problem">
      {failure === null ? null : (
        <p>
          <b>{wordsOf(failure.code)}.</b> {failure.detail} (since <Moment desk={desk} time={failure.since} />)
        </p>
      )}
      {problems.length === 0 ? null : (
        <ul>
          {problems.map(({ code, detail }) => (
            <li>
              <b>{wordsOf(code)}.</b> {detail}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** How far a reading of orders is; nothing where there was none. */
function Reading({ desk, sync }: { desk: Desk; sync: Connection["sync"] }) {
  if (sync === null) return null;
  const { from, orders, skipped, startedAt, finishedAt, updatedAt } = sync;
  return (
    <Card title="Orders of before" id="reading">
      <Facts
        facts={[
          ["State", finishedAt === null ? <Chip tone="wait">Under way</Chip> : <Chip tone="good">Finished</Chip>],
          ["Since", <Moment desk={desk} time={from} />],
          ["Orders read", <Count desk={desk} value={orders} />],
          ["Passed over", <Count desk={desk} value={skipped} />],
          ["Begun", <Moment desk={desk} time={startedAt} />],
          [finishedAt === null ? "Last step" : "Finished", <Moment desk={desk} time={finishedAt ?? updatedAt} />],
        ]}
      />
    </Card>
  );
}

/** All that is known of a connection. */
export function ConnectionView({ desk, store, connection }: { desk: Desk; store: Store; connection: Connection }) {
  const { account, apiVersion, scopes, webhookUrl, webhooks, orders, codes, settings, sync } = connection;
  const { renewals } = settings;
  return (
    <>
      <Findings desk={desk} connection={connection} />
      <Card>
        <Facts
          facts={[
            ["State", <ConnectionState state={connection.state} />],
            ["Platform", PROVIDER_TABLE[connection.provider].name],
            ["Shop", account],
            ["Version of its interface", apiVersion],
            ["The credentials may", scopes.length === 0 ? null : scopes.join(", ")],
            ["Last order", <Moment desk={desk} time={orders.lastAt} />],
            ["Asked for orders", <Moment desk={desk} time={orders.lastPollAt} />],
            ["Asks next", <Moment desk={desk} time={orders.nextPollAt} />],
            ["Checked", <Moment desk={desk} time={connection.checkedAt} />],
            ["Connected", <Moment desk={desk} time={connection.connectedAt} />],
            ["Disconnected", connection.disconnectedAt && <Moment desk={desk} time={connection.disconnectedAt} />],
          ]}
        />
      </Card>
      <Card
        title="Webhooks"
        id="webhooks"
        {...(webhookUrl === null && { note: "None are registered: orders are asked for." })}
      >
        {webhookUrl === null ? null : (
          <p>
            They lead to <Copy text={webhookUrl} label="the address of the webhooks" />
          </p>
        )}
        {webhooks.length === 0 ? null : (
          <ul>
            {webhooks.map(({ topic, state, lastAt }) => (
              <li>
                <code>{topic}</code> <Chip tone={HOOKS[state]}>{wordsOf(state)}</Chip>{" "}
                {lastAt === null ? (
                  "no message yet"
                ) : (
                  <>
                    last <Moment desk={desk} time={lastAt} />
                  </>
                )}
              </li>
            ))}
          </ul>
        )}
      </Card>
      <Card title="Codes in the shop" id="codes">
        <Facts
          facts={(["live", "pending", "failed", "withdrawn"] as const).map((state) => [
            wordsOf(state),
            <a href={`/admin/codes?store=${store.id}&storeState=${state}`}>
              <Count desk={desk} value={codes[state]} />
            </a>,
          ])}
        />
      </Card>
      <Card title="How orders count" id="counting">
        <Facts
          facts={[
            [
              "Orders of subscriptions",
              typeof renewals === "string" ? wordsOf(renewals) : `The first ${renewals.first} of each`,
            ],
            ["Gift cards that are bought", settings.giftCards ? "Count as goods" : "Don’t count"],
            ["Ways to pay that are tests", settings.testGateways.join(", ")],
          ]}
        />
      </Card>
      <Reading desk={desk} sync={sync} />
    </>
  );
}

/** What a store's own page says of its connection. */
export async function connectionPanel(desk: Desk, store: Store) {
  const connection = await connectionOf(desk, store.id);
  if (connection === null) {
    return (
      <Empty
        title="No shop is connected."
        action={
          <div class="row">
            <ConnectionButtons desk={desk} store={store} now={null} />
          </div>
        }
      >
        Once it is, its orders come by themselves, and codes are made in it.
      </Empty>
    );
  }
  return (
    <>
      <Findings desk={desk} connection={connection} />
      <Facts
        facts={[
          ["State", <ConnectionState state={connection.state} />],
          ["Shop", connection.account],
          ["Last order", <Moment desk={desk} time={connection.orders.lastAt} />],
          ["Checked", <Moment desk={desk} time={connection.checkedAt} />],
        ]}
      />
      <p>
        <a href={connectionPath(store.id)}>All about this connection</a>
      </p>
    </>
  );
}
