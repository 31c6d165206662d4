import type { Carrier } from "../../calls/carrier/schema.ts";
import { CONNECTED_CARRIERS, type ConnectedCarrier } from "../../ground/model/call.ts";
import type { Store } from "../../programme/store/schema.ts";
import type { Desk } from "../frame/desk-load.ts";
import { orNone } from "../frame/or-none.ts";
import { Chip, Copy, Facts, Moment } from "../frame/parts.tsx";
import type { Field } from "../form/field.ts";
import { mayDo } from "../resource/may.ts";
import type { Action } from "../resource/resource.ts";

/** How a store's calls are judged. */
interface CallSettings {
  qualifiedSeconds: number;
  announcement: string | null;
}

/** What each carrier is called, and what its messages are checked with. */
const CARRIERS: Readonly<Record<ConnectedCarrier, { name: string; secret: Field }>> = {
  twilio: {
    name: "Twilio",
    secret: {
      kind: "secret",
      name: "authToken",
      label: "Auth token",
      required: true,
      hint: "The account’s, which signs its requests.",
    },
  },
  telnyx: {
    name: "Telnyx",
    secret: {
      kind: "text",
      name: "publicKey",
      label: "Public key",
      required: true,
      hint: "32 bytes in base64, as Telnyx shows it.",
    },
  },
  callrail: {
    name: "CallRail",
    secret: {
      kind: "secret",
      name: "signingKey",
      label: "Signing key",
      required: true,
      hint: "The company’s: Settings → Integrations → Webhooks.",
    },
  },
};

const WRITE = { scope: "settings:write", also: ["orders:write"], aside: true } as const;

function actionsOf(carrier: ConnectedCarrier): Action<Store>[] {
  const { name, secret } = CARRIERS[carrier];
  const api = ({ id }: Store): string => `/stores/${id}/carriers/${carrier}`;
  return [
    {
      ...WRITE,
      name: `carrier-${carrier}`,
      label: `Connect ${name}`,
      method: "PUT",
      api,
      text: "Then give the address that is shown to the carrier. What signs its messages is sealed, and never shown again; once it is changed, what is signed with the one before is taken for an hour more.",
      fields: async (desk, store) => {
        if (carrier !== "twilio") return [secret];
        const now = desk.may("settings:read") ? await orNone(desk.api.get<Carrier>(api(store))) : null;
        return [
          secret,
          {
            kind: "url",
            name: "publicUrl",
            label: "Address that the carrier calls",
            ...(now !== null && now.publicUrl !== null && { initial: now.publicUrl }),
            hint: "Only where something in front of Waymark has another than the one that is shown.",
          },
        ];
      },
      done: `${name} is connected.`,
    },
    {
      ...WRITE,
      name: `carrier-${carrier}-off`,
      label: `Disconnect ${name}`,
      risky: true,
      method: "DELETE",
      api,
      text: "What its messages are checked with is forgotten, and no more of them are taken. Calls stay.",
      done: `${name} is disconnected.`,
      onwards: ({ id }) => `/admin/stores/${id}`,
    },
  ];
}

/** What can be done to the carriers of a store's calls, and to how calls are judged. */
export const CALL_ACTIONS: readonly Action<Store>[] = [
  ...CONNECTED_CARRIERS.flatMap(actionsOf),
  {
    name: "call-settings",
    label: "Call settings",
    scope: "settings:write",
    aside: true,
    method: "PUT",
    api: ({ id }) => `/stores/${id}/call-settings`,
    text: "For calls that come from now on.",
    fields: async (desk, { id }) => {
      const { qualifiedSeconds, announcement } = await desk.api.get<CallSettings>(`/stores/${id}/call-settings`);
      return [
        {
          kind: "whole",
          name: "qualifiedSeconds",
          label: "Qualified after, seconds",
          initial: qualifiedSeconds,
          least: 0,
          most: 3600,
          hint: "A call that was answered and talked for so long is qualified.",
        },
        {
          kind: "textarea",
          name: "announcement",
          label: "What callers are told",
          initial: announcement ?? "",
          empty: "null",
          rows: 3,
          hint: "Before they are put through, such as that the call is recorded: a text, which carriers read in English, or the https address of a recording. Empty: nothing.",
        },
      ];
    },
    done: "Saved.",
  },
];

/** What a store's own page says of its calls. */
export async function callsPanel(desk: Desk, { id }: Store) {
  const [{ data }, settings] = await Promise.all([
    desk.api.get<{ data: Carrier[] }>(`/stores/${id}/carriers`),
    desk.api.get<CallSettings>(`/stores/${id}/call-settings`),
  ]);
  const button = (name: string, text: string, risky = false) => {
    const action = CALL_ACTIONS.find((each) => each.name === name);
    return action !== undefined && mayDo(desk, action) ? (
      <a class={risky ? "button risky" : "button"} href={`/admin/stores/${id}/${name}`}>
        {text}
      </a>
    ) : null;
  };
  const others = CONNECTED_CARRIERS.filter((carrier) => data.every((each) => each.carrier !== carrier));
  return (
    <>
      {data.map((each) => {
        const { name } = CARRIERS[each.carrier];
        return (
          <>
            <h3>{name}</h3>
            <Facts
              facts={[
                ["State", <CarrierState carrier={each} />],
                ["Give this address to it", <Copy text={each.webhookUrl} label={`the address for ${name}`} />],
                ["Address that it calls", each.publicUrl],
                ["Account", each.account],
                ["Last message", <Moment desk={desk} time={each.lastAt} />],
                ["Last refused", each.lastRefusedAt && <Moment desk={desk} time={each.lastRefusedAt} />],
                [
                  "The secret before works until",
                  each.previousUntil && <Moment desk={desk} time={each.previousUntil} />,
                ],
                ["Connected", <Moment desk={desk} time={each.createdAt} />],
                ["Changed", <Moment desk={desk} time={each.updatedAt} />],
              ]}
            />
            <div class="row">
              {button(`carrier-${each.carrier}`, `Change ${name}`)}
              {button(`carrier-${each.carrier}-off`, `Disconnect ${name}`, true)}
            </div>
          </>
        );
      })}
      {data.length === 0 ? <p>No carrier is connected: calls come by your own server’s reports alone.</p> : null}
      <div class="row">
        {others.map((carrier) => button(`carrier-${carrier}`, `Connect ${CARRIERS[carrier].name}`))}
      </div>
      <h3>How calls are judged</h3>
      <Facts
        facts={[
          ["Qualified after", `${settings.qualifiedSeconds} seconds of talk`],
          ["Callers are told", settings.announcement ?? "Nothing"],
        ]}
      />
      <div class="row">{button("call-settings", "Change")}</div>
    </>
  );
}

function CarrierState({ carrier: { lastAt, lastRefusedAt } }: { carrier: Carrier }) {
  if (lastRefusedAt !== null && (lastAt === null || lastRefusedAt > lastAt))
    return <Chip tone="bad">The last message was refused</Chip>;
  return lastAt === null ? <Chip tone="wait">No message yet</Chip> : <Chip tone="good">Messages come</Chip>;
}
