import type { Store } from "../../programme/store/schema.ts";
import type { Desk } from "../frame/desk-load.ts";
import { mayDo } from "../resource/may.ts";
import type { Action } from "../resource/resource.ts";

/** What giving a store its logo needs, and taking it away. */
export const WRITE = { scope: "settings:write", also: ["orders:write"] } as const;

/** What can be done to a store's brand beside its fields; a picture is sent by a page of its own (`logo-page.tsx`). */
export const BRAND_ACTIONS: readonly Action<Store>[] = [
  {
    name: "take-logo-away",
    label: "Take the logo away",
    ...WRITE,
    aside: true,
    fits: ({ logoPath }) => logoPath !== null,
    method: "DELETE",
    api: ({ id }) => `/stores/${id}/logo`,
    text: "Pages then say the brand’s name alone.",
    done: "The store has no logo any more.",
    onwards: ({ id }) => `/admin/stores/${id}`,
  },
];

/** A store's logo as its creators see it, if it has one. */
export function Logo({ store: { logoPath } }: { store: Store }) {
  return logoPath === null ? null : <img src={logoPath} height="36" alt="The logo" />;
}

/** The logo, and what can be done to it. */
export function BrandPanel({ desk, store }: { desk: Desk; store: Store }) {
  const at = `/admin/stores/${store.id}`;
  return (
    <>
      {store.logoPath === null ? (
        <p>Without a logo, the pages of creators and shoppers say the brand’s name alone.</p>
      ) : (
        <p>
          <Logo store={store} />
        </p>
      )}
      {mayDo(desk, WRITE) ? (
        <p class="row">
          <a class="button" href={`${at}/logo`}>
            {store.logoPath === null ? "Add a logo" : "Change the logo"}
          </a>
          {store.logoPath === null ? null : (
            <a class="button" href={`${at}/take-logo-away`}>
              Take the logo away
            </a>
          )}
        </p>
      ) : null}
    </>
  );
}
