import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import type { Store } from "../../programme/store/schema.ts";
import { deskOf } from "../frame/desk-load.ts";
import { Empty } from "../frame/parts.tsx";
import { answerPage } from "../frame/shell-page.tsx";
import { flashOf } from "../resource/flash.ts";
import { ConnectionButtons, connectionOf, ConnectionView } from "./connection.tsx";
import { STORES } from "./store.tsx";

/** While orders of before are read, the page asks for itself anew after so many seconds. */
const REFRESH_SECONDS = 5;

/** Answers all about the shop that a store is connected to. */
export async function connectionPage(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["settings:read"]);
  const store = await desk.api.get<Store>(`/stores/${encodeURIComponent(c.req.param("id") ?? "")}`);
  const connection = await connectionOf(desk, store.id);
  const reads = connection !== null && connection.sync !== null && connection.sync.finishedAt === null;
  return answerPage(
    c,
    {
      title: "Shop connection",
      trail: [
        { name: STORES.many, path: "/admin/stores" },
        { name: store.name, path: `/admin/stores/${store.id}` },
      ],
      done: flashOf(desk.url, STORES),
      actions: <ConnectionButtons desk={desk} store={store} now={connection} />,
      ...(reads && { refresh: REFRESH_SECONDS }),
    },
    connection === null ? (
      <section class="card" aria-label="Shop connection">
        <Empty title="No shop is connected.">
          Once it is, its orders come by themselves, and codes are made in it.
        </Empty>
      </section>
    ) : (
      <ConnectionView desk={desk} store={store} connection={connection} />
    ),
  );
}
