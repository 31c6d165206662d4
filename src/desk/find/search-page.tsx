import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { wordsOf } from "../form/field.ts";
import { deskOf } from "../frame/desk-load.ts";
import { Card, Empty } from "../frame/parts.tsx";
import { pathOfId, withQuery } from "../frame/places.ts";
import { answerPage } from "../frame/shell-page.tsx";
import { StoreChoice } from "../resource/list-page.tsx";
import { LEAST_TEXT, type SearchAnswer } from "./find-load.ts";

/** Things that can be found, as headings have them, in their order. */
const KINDS: Readonly<Record<string, string>> = {
  store: "Stores",
  campaign: "Campaigns",
  plan: "Plans",
  creator: "Creators",
  code: "Codes",
  link: "Links",
  order: "Orders",
  number: "Numbers",
};

/** The most that the API finds at once. */
const MOST_FOUND = 50;

/** Answers what is called so, by kind. `kind=` of the address narrows it to one. */
export async function searchPage(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  const q = (desk.url.searchParams.get("q") ?? "").trim();
  const asked = desk.url.searchParams.get("kind") ?? "";
  const kind = asked in KINDS ? asked : null;
  const isAsked = q.length >= LEAST_TEXT;
  const { data, hidden }: SearchAnswer = isAsked
    ? await desk.api.get<SearchAnswer>("/search", { q, store: desk.store?.id, limit: MOST_FOUND })
    : { data: [], hidden: [] };
  const groups = Map.groupBy(data, (found) => found.kind);
  const kinds = Object.keys(KINDS).filter((each) => groups.has(each));
  const shown = kind === null ? kinds : kinds.filter((each) => each === kind);
  const storeNames = new Map(desk.stores.map(({ id, name }) => [id, name]));
  const to = (name: string | null): string => withQuery("/admin/search", { q, kind: name, store: desk.store?.id });
  return answerPage(
    c,
    { title: "Search" },
    <>
      <form class="filters" aria-label="Search">
        <div class="field">
          <label for="f-q">What to look for</label>
          <input type="search" id="f-q" name="q" value={q} />
        </div>
        {desk.stores.length > 1 ? <StoreChoice desk={desk} /> : null}
        {kind === null ? null : <input type="hidden" name="kind" value={kind} />}
        <button>Find</button>
      </form>
      {isAsked ? null : (
        <Empty title="Type two characters or more.">
          A slug or a whole short address, a part of a destination, a creator’s name, handle, e-mail address or external
          id, a code, an order’s number, the name of a campaign, plan or store, a phone number, or any id of Waymark.
        </Empty>
      )}
      {isAsked && data.length === 0 ? (
        <Empty title={`Nothing here is called “${q}”.`}>
          Parts of names are found, too; of an order’s number it takes three characters.
        </Empty>
      ) : null}
      {kinds.length < 2 && kind === null ? null : (
        <nav class="tabs" aria-label="Kinds">
          <a href={to(null)} {...(kind === null && { "aria-current": "page" })}>
            All {data.length}
          </a>
          {kinds.map((each) => (
            <a href={to(each)} {...(kind === each && { "aria-current": "page" })}>
              {KINDS[each]} {groups.get(each)?.length}
            </a>
          ))}
        </nav>
      )}
      {data.length > 0 && shown.length === 0 ? <Empty title="Nothing of this kind is called so." /> : null}
      {shown.map((each) => (
        <Card title={KINDS[each]}>
          <ul>
            {groups.get(each)?.map(({ id, name, detail, storeId }) => (
              <li>
                <a href={pathOfId(id) ?? "#"}>{name}</a> <small>{detailText(each, detail)}</small>
                {desk.store === null && storeId !== null && each !== "store" && storeNames.size > 1 ? (
                  <small> · {storeNames.get(storeId) ?? storeId}</small>
                ) : null}
              </li>
            ))}
          </ul>
        </Card>
      ))}
      {data.length === MOST_FOUND ? (
        <p class="note">These are the {MOST_FOUND} that fit best. More words find less.</p>
      ) : null}
      {hidden.length === 0 ? null : (
        <p class="note">
          Not looked for, as your key may not read them: {hidden.map((each) => KINDS[each] ?? each).join(", ")}.
        </p>
      )}
    </>,
  );
}

/** States are told in the wire's words, the rest in people's own. */
function detailText(kind: string, detail: string): string {
  return kind === "order" || kind === "campaign" ? wordsOf(detail) : detail;
}
