import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import type { VisitQuality } from "../../visits/quality/schema.ts";
import { deskOf } from "../frame/desk-load.ts";
import { Chip, Count, Empty, Moment } from "../frame/parts.tsx";
import { answerPage } from "../frame/shell-page.tsx";
import { StoreChoice } from "../resource/list-page.tsx";

const DAYS = [1, 7, 30, 90];

/** `/admin/quality`: whether what a tagging plan expects comes, and what became of it. */
export async function qualityPage(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["settings:read"]);
  const store = desk.store ?? desk.stores[0] ?? null;
  const days = DAYS.find((each) => String(each) === desk.url.searchParams.get("days")) ?? 7;
  const quality = store === null ? null : await desk.api.get<VisitQuality>(`/stores/${store.id}/quality`, { days });
  return answerPage(
    c,
    { title: "Quality of what pages tell" },
    <>
      <form class="filters" aria-label="Filters">
        <StoreChoice desk={{ ...desk, store }} all={false} />
        <div class="field">
          <label for="f-days">Days</label>
          <select id="f-days" name="days" data-now="">
            {DAYS.map((each) => (
              <option value={String(each)} selected={each === days}>
                {each}
              </option>
            ))}
          </select>
        </div>
        <button>Show</button>
      </form>
      <section class="card" aria-label="Quality">
        {quality === null || quality.data.length === 0 ? (
          <Empty
            title="Pages have told nothing in these days."
            action={<a href="/admin/tagging-plans">Tagging plans</a>}
          >
            With an active tagging plan, each thing that it expects is shown here with what became of it.
          </Empty>
        ) : (
          <>
            <p>
              {quality.plan === null ? (
                "No plan is active: nothing is expected."
              ) : (
                <>
                  By{" "}
                  <a href={`/admin/tagging-plans/${quality.plan.id}`}>
                    {quality.plan.name}, version {quality.plan.version}
                  </a>
                  .
                </>
              )}{" "}
              What came is the sum of what was counted, refused, repeated, implausible and programs’.
            </p>
            <table class="stack">
              <caption class="off">What pages told</caption>
              <thead>
                <tr>
                  <th scope="col">What</th>
                  <th scope="col">State</th>
                  <th scope="col" class="num">
                    Came
                  </th>
                  <th scope="col" class="num">
                    Counted
                  </th>
                  <th scope="col" class="num">
                    Refused
                  </th>
                  <th scope="col" class="num">
                    Repeated
                  </th>
                  <th scope="col" class="num">
                    Implausible
                  </th>
                  <th scope="col" class="num">
                    Programs
                  </th>
                  <th scope="col">Last</th>
                </tr>
              </thead>
              <tbody>
                {quality.data.map((row) => (
                  <tr>
                    <th scope="row" class="main-cell">
                      {row.event ?? row.rule ?? row.kind}{" "}
                      {row.event === null && row.rule === null ? null : <small>{row.kind}</small>}
                    </th>
                    <td data-label="State">
                      <span>
                        {row.silentSince !== null ? (
                          <Chip tone="bad">Silent</Chip>
                        ) : !row.planned ? (
                          <Chip tone="wait">Not planned</Chip>
                        ) : row.seen === 0 ? (
                          <Chip>Nothing yet</Chip>
                        ) : (
                          <Chip tone="good">Comes</Chip>
                        )}
                      </span>
                    </td>
                    <td data-label="Came" class="num">
                      <Count desk={desk} value={row.seen} />
                    </td>
                    <td data-label="Counted" class="num">
                      <Count desk={desk} value={row.valid} />
                    </td>
                    <td data-label="Refused" class="num">
                      <span>{whyRefused(row.refused, desk.formats.count)}</span>
                    </td>
                    <td data-label="Repeated" class="num">
                      <Count desk={desk} value={row.duplicates} />
                    </td>
                    <td data-label="Implausible" class="num">
                      <Count desk={desk} value={row.implausible} />
                    </td>
                    <td data-label="Programs" class="num">
                      <Count desk={desk} value={row.bots} />
                    </td>
                    <td data-label="Last">
                      <Moment desk={desk} time={row.lastAt} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </>
        )}
      </section>
    </>,
  );
}

const REASONS = {
  unplanned: "not planned",
  no_consent: "no consent",
  missing: "incomplete",
  malformed: "unreadable",
} as const;

/** How many were refused, each with why. */
function whyRefused(refused: VisitQuality["data"][number]["refused"], count: (value: number) => string): string {
  const parts = Object.entries(REASONS)
    .map(([name, words]) => ({ words, value: refused[name as keyof typeof REASONS] }))
    .filter(({ value }) => value > 0);
  return parts.length === 0 ? "0" : parts.map(({ words, value }) => `${count(value)} ${words}`).join(", ");
}
