import type { Context } from "hono";
import type { Actor, AppTypes } from "../../ground/deps.ts";
import { allows } from "../../ground/http/auth.ts";
import { deskOf } from "../frame/desk-load.ts";
import type { CallingKey } from "../../operate/api-key/schema.ts";
import { Chip, Facts, Moment } from "../frame/parts.tsx";
import { answerPage } from "../frame/shell-page.tsx";
import { activeSessions } from "./store.ts";

/** Whether somebody may end sessions of others' keys: who may take those keys away. */
export function mayEndAll(actor: Actor): boolean {
  return actor.storeIds === null && allows(actor, "settings:write");
}

/** Who is signed in: with one's own key, or with any for who may read the keys. */
export async function sessionsPage(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  const { actor } = desk;
  const seesAll = actor.storeIds === null && allows(actor, "settings:read");
  const sessions = await activeSessions(c.env.deps, seesAll ? null : actor.id);
  const own = await desk.api.get<CallingKey>("/api-keys/self");
  return answerPage(
    c,
    { title: "Sessions", done: desk.url.searchParams.get("done") === "ended" ? "The session was ended." : null },
    <>
      <section class="card" aria-label="Your key">
        <h2>Your key</h2>
        <Facts
          facts={[
            ["Name", desk.name],
            ["May", own.scopes.join(", ")],
            [
              "Stores",
              own.storeIds === null
                ? "All"
                : own.storeIds.map((id) => desk.stores.find((store) => store.id === id)?.name ?? id).join(", "),
            ],
            ["Works until", own.expiresAt === null ? "It is revoked" : <Moment desk={desk} time={own.expiresAt} />],
          ]}
        />
      </section>
      <section class="card" aria-label="Sessions">
        <p class="note">
          Who is signed in at the desk. A session ends when it isn’t used for twelve hours, after a week, or with its
          key.
          {seesAll ? null : " Only sessions of your own key are shown."}
        </p>
        <table class="stack">
          <caption class="off">Sessions</caption>
          <thead>
            <tr>
              <th scope="col">Key</th>
              <th scope="col">Browser</th>
              <th scope="col">Since</th>
              <th scope="col">Last used</th>
              <th scope="col">Until</th>
              <th scope="col">End it</th>
            </tr>
          </thead>
          <tbody>
            {sessions.map(({ id, name, browser, keyId, createdAt, lastUsedAt, expiresAt }) => (
              <tr>
                <th scope="row" class="main-cell">
                  {name} {id === desk.sessionId ? <Chip tone="good">This one</Chip> : null}
                </th>
                <td data-label="Browser">
                  <span>{browser}</span>
                </td>
                <td data-label="Since">
                  <Moment desk={desk} time={createdAt} />
                </td>
                <td data-label="Last used">
                  <Moment desk={desk} time={lastUsedAt} />
                </td>
                <td data-label="Until">
                  <Moment desk={desk} time={expiresAt} />
                </td>
                <td data-label="End it">
                  {keyId === actor.id || mayEndAll(actor) ? (
                    <form method="post" action={`/admin/sessions/${id}/end`}>
                      <button aria-label={`End the session of ${name} in ${browser}`}>End</button>
                    </form>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>,
  );
}
