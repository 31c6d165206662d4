import type { Desk } from "./desk-load.ts";
import { withQuery } from "./places.ts";

/** Whether a key is for several stores and the address names none of them: the API tells it of one at a time. */
export function lacksStore({ actor, store }: Desk): boolean {
  return store === null && (actor.storeIds?.size ?? 0) > 1;
}

/** Asks for the store that a page is to be of. Whichever is chosen stays in the menu's addresses. */
export function ChooseStore({ desk }: { desk: Desk }) {
  const kept = Object.fromEntries([...desk.url.searchParams].filter(([name]) => !["cursor", "done"].includes(name)));
  return (
    <div class="empty">
      <p>
        <b>Choose a store</b>
      </p>
      <p>Your key is for several stores, and this is told of one at a time.</p>
      <p class="row">
        {desk.stores.map(({ id, name }) => (
          <a class="button" href={withQuery(desk.url.pathname, { ...kept, store: id })}>
            {name}
          </a>
        ))}
      </p>
    </div>
  );
}
