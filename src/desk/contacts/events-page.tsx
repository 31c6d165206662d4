import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import { deskOf } from "../frame/desk-load.ts";
import { answerPage } from "../frame/shell-page.tsx";
import { eventsOf } from "./contact.tsx";

/** Answers what a contact did, page by page. */
export async function eventsPage(c: Context<AppTypes>, id: string): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["orders:read"]);
  const events = await eventsOf(
    { desk, names: {} },
    { id: encodeURIComponent(id) },
    desk.url.searchParams.get("cursor"),
  );
  return answerPage(
    c,
    {
      title: "What a contact did",
      trail: [
        { name: "Contacts", path: "/admin/contacts" },
        { name: "Contact", path: `/admin/contacts/${encodeURIComponent(id)}` },
      ],
    },
    <section class="card" aria-label="Events">
      {events}
    </section>,
  );
}
