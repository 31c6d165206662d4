import type { BlockedHost } from "../../links/block/schema.ts";
import { Moment } from "../frame/parts.tsx";
import { findInList, rowsOfList } from "../resource/find-load.ts";
import type { Resource } from "../resource/resource.ts";

const SCOPES = { host: "That host alone", suffix: "Its subdomains too" } as const;

/** `/admin/blocked-hosts`: where no link may lead. */
export const BLOCKED_HOSTS: Resource<BlockedHost> = {
  place: "blocked-hosts",
  one: "Blocked host",
  many: "Blocked hosts",
  api: "/blocked-hosts",
  read: "settings:read",
  title: ({ host }) => host,
  page: null,
  find: findInList<BlockedHost>("/blocked-hosts", "blocked host"),
  list: {
    filters: [],
    csv: "desk",
    empty: {
      title: "No host is blocked.",
      text: "Links that lead to a blocked host stop within a minute, and none can be made.",
    },
    columns: [
      { label: "Host", main: true, cell: ({ host }) => host, csv: ({ host }) => host },
      { label: "Blocks", cell: ({ scope }) => SCOPES[scope], csv: ({ scope }) => scope },
      { label: "Reason", cell: ({ reason }) => reason, csv: ({ reason }) => reason },
      {
        label: "Since",
        cell: ({ createdAt }, { desk }) => <Moment desk={desk} time={createdAt} />,
        csv: ({ createdAt }) => createdAt,
      },
      {
        label: "Do",
        cell: ({ id, host }, { desk }) =>
          desk.may("settings:write") ? (
            <a class="button" href={`/admin/blocked-hosts/${id}/delete`}>
              Unblock<span class="off"> {host}</span>
            </a>
          ) : null,
      },
    ],
    bulk: [
      {
        name: "unblock",
        label: "Unblock",
        scope: "settings:write",
        allStores: true,
        risky: true,
        run: async (desk, ids, _body, dryRun) => {
          const { rows } = await rowsOfList<BlockedHost>(desk, "/blocked-hosts", ids);
          return Promise.all(
            rows.map(async ({ id, host }) => {
              if (dryRun) return { id, name: host, text: "blocked → free", ok: true };
              const sent = await desk.api.send("DELETE", `/blocked-hosts/${id}`);
              return { id, name: host, text: sent.ok ? "blocked → free" : sent.problem.message, ok: sent.ok };
            }),
          );
        },
      },
    ],
  },
  create: {
    title: "Block a host",
    button: "Block it",
    scope: "settings:write",
    allStores: true,
    fields: [
      {
        kind: "text",
        name: "host",
        label: "Host",
        required: true,
        placeholder: "phish.example",
        hint: "Links that lead there stop within a minute, and none can be made.",
      },
      {
        kind: "choice",
        name: "scope",
        label: "What is blocked",
        initial: "suffix",
        empty: "omit",
        options: Object.entries(SCOPES).map(([value, label]) => ({ value, label })),
      },
      { kind: "text", name: "reason", label: "Reason", required: true, max: 300 },
    ],
  },
  actions: [
    {
      name: "delete",
      label: "Unblock",
      scope: "settings:write",
      allStores: true,
      risky: true,
      method: "DELETE",
      api: ({ id }) => `/blocked-hosts/${id}`,
      text: ({ host, reason }) =>
        `Links may lead to ${host} again, and those that do go on. It was blocked for: ${reason}`,
      done: "The host is unblocked.",
    },
  ],
};
