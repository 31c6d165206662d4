import type { Context } from "hono";
import type { Child } from "hono/jsx";
import { dayIn } from "../../books/ledger/calendar.ts";
import type { AppTypes } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import { hasValues, renderChart } from "../../reports/chart/chart.ts";
import type { Decisions } from "../../reports/decisions/schema.ts";
import type { SummaryReport } from "../../reports/summary/schema.ts";
import { ChooseStore, lacksStore } from "../frame/choose-store.tsx";
import { type Desk, deskOf } from "../frame/desk-load.ts";
import { Card, Empty, ProblemNote } from "../frame/parts.tsx";
import { answerPage } from "../frame/shell-page.tsx";
import { PeriodChoice, PeriodFields } from "../report/period-choice.tsx";
import { type Period, periodOf } from "../report/period.ts";
import { StoreChoice } from "../resource/list-page.tsx";
import { DecisionList } from "./decisions.tsx";
import { summaryChart } from "./summary-chart.ts";
import { Figures, Freshness, Stores } from "./summary-view.tsx";

/** Days that it shows where its address names none: a week beside the week before says what is going on now. */
const USUAL_DAYS = 7;

/** Answers the first page: what waits for a decision, then how it goes. What can't be read is said, and hurts no other part. */
export async function todayPage(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  const period = periodOf(desk.url.searchParams, dayIn(desk.timezone, desk.now), USUAL_DAYS);
  const store = desk.store?.id;
  const [decisions, summary] = await Promise.all([
    readOr(desk.api.get<Decisions>("/decisions", { store })),
    readOr(
      desk.api.get<SummaryReport>("/reports/summary", {
        store,
        from: period.from,
        to: period.to,
        currency: desk.url.searchParams.get("currency"),
      }),
    ),
  ]);
  return answerPage(
    c,
    { title: "Today" },
    <>
      <Card title="Waits for you" id="waits">
        {decisions instanceof Problem ? (
          <Unread desk={desk} problem={decisions} />
        ) : (
          <DecisionList desk={desk} decisions={decisions} />
        )}
      </Card>
      <section aria-label="How it goes" class="part">
        <div class="head">
          <h2>How it goes</h2>
          <PeriodChoice url={desk.url} period={period} />
        </div>
        <Choice desk={desk} period={period} />
        {summary instanceof Problem ? (
          <Unread desk={desk} problem={summary} />
        ) : (
          <Numbers desk={desk} summary={summary} period={period} />
        )}
      </section>
    </>,
  );
}

function Numbers({ desk, summary, period }: { desk: Desk; summary: SummaryReport; period: Period }): Child {
  const { formats } = desk;
  const chart = summaryChart(summary, formats);
  const days = period.days === null ? { ...period, days: null } : { days: String(period.days) };
  const isNothing = !hasValues(chart) && summary.total.conversions === 0;
  return (
    <>
      <p class="note">
        {formats.date(summary.from)} to {formats.date(summary.to)}
        {summary.before === null
          ? ""
          : `, beside ${formats.date(summary.before.from)} to ${formats.date(summary.before.to)}`}
      </p>
      <Figures desk={desk} summary={summary} />
      <Freshness desk={desk} freshness={summary.freshness} />
      {summary.stores.length === 0 ? (
        <Empty
          title="There is no store yet."
          action={
            desk.may("settings:write") ? (
              <a class="button" href="/admin/stores/new">
                New store
              </a>
            ) : null
          }
        >
          A store is where sales happen: connect a shop, and its orders are told to Waymark.
        </Empty>
      ) : isNothing ? (
        <Empty title="No clicks and no sales in this time.">
          Clicks come by links, sales by links and codes, once the store’s shop or pages tell of them.
        </Empty>
      ) : (
        <Card title={`By ${chart.unit}`} id="chart">
          <div class="chart">{renderChart(chart)}</div>
        </Card>
      )}
      {summary.stores.length > 0 ? <Stores desk={desk} summary={summary} query={days} /> : null}
    </>
  );
}

function Choice({ desk, period }: { desk: Desk; period: Period }) {
  const currency = desk.url.searchParams.get("currency") ?? "";
  return (
    <form class="filters" aria-label="What is shown">
      {desk.stores.length > 1 ? (
        <StoreChoice desk={desk} />
      ) : desk.store === null ? null : (
        <input type="hidden" name="store" value={desk.store.id} />
      )}
      <PeriodFields period={period} />
      <div class="field short">
        <label for="f-currency">Currency</label>
        <input
          id="f-currency"
          name="currency"
          value={currency}
          maxlength={3}
          autocomplete="off"
          placeholder="The store’s"
        />
      </div>
      <button>Show</button>
    </form>
  );
}

/** Why a part isn't there, and what would bring it. */
function Unread({ desk, problem }: { desk: Desk; problem: Problem }) {
  if (problem.code === "forbidden") return <p class="note">Your key may not see this. {problem.message}</p>;
  if (lacksStore(desk) && problem.fields.some(({ path }) => path === "store")) return <ChooseStore desk={desk} />;
  return <ProblemNote problem={problem} />;
}

/** What was asked for, or the problem that the API tells instead. */
async function readOr<Body>(asked: Promise<Body>): Promise<Body | Problem> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
