import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import { deskOf } from "../frame/desk-load.ts";
import { Empty } from "../frame/parts.tsx";
import { answerPage } from "../frame/shell-page.tsx";
import { StoreChoice } from "../resource/list-page.tsx";
import { Summary, summaryOf } from "./report.tsx";

const SPANS = [1, 7, 14, 30, 90];

/** Answers what came in for a store in the last days, summed up. */
export async function summaryPage(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["orders:read"]);
  const store = desk.store ?? desk.stores[0];
  const days = Number(desk.url.searchParams.get("days") ?? 7);
  return answerPage(
    c,
    { title: "What came in", trail: [{ name: "Inbox", path: "/admin/inbox" }] },
    store === undefined ? (
      <Empty title="There is no store yet.">Reports come in for stores.</Empty>
    ) : (
      <>
        <form class="filters" aria-label="Filters">
          <StoreChoice desk={{ ...desk, store }} all={false} />
          <div class="field">
            <label for="f-days">Days</label>
            <select id="f-days" name="days" data-now="">
              {[...new Set([...SPANS, days])]
                .toSorted((a, b) => a - b)
                .map((span) => (
                  <option value={String(span)} selected={span === days}>
                    {span}
                  </option>
                ))}
            </select>
          </div>
          <button>Show</button>
        </form>
        <Summary desk={desk} store={store} summary={await summaryOf(desk, store.id, days)} />
      </>
    ),
  );
}
