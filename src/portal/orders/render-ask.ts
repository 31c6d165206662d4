import { html, raw } from "hono/html";
import type { Html } from "../../ground/http/html.ts";
import type { Say } from "../../ground/language/say.ts";
import type { Visit } from "../frame/admit-page.ts";
import { missesOf } from "./ask.ts";
import type { Answered } from "./load-asked.ts";
import { longDayOf, missText } from "./reason-text.ts";
import { renderRow } from "./render-row.ts";
import type { EN } from "./words/en.ts";

/** What was typed, and what came of it. */
export interface Asking {
  /** As it was typed, without what it is marked by. */
  number: string;
  /** Why it can't be answered; `null`: it was. */
  problem: "askEmpty" | "askTooOften" | null;
  answers: readonly Answered[];
}

/** The form that asks about an order, with the answer if one was asked for. */
export function renderAsk(say: Say<typeof EN>, visit: Visit, asking: Asking | null): Html {
  const problem = asking?.problem ?? null;
  const wrong = problem === null ? "" : raw('aria-invalid="true" aria-describedby="ask-wrong"');
  return html`<section class="card ask" id="ask">
    <h2>${say(asking === null ? "ask" : "askAnother")}</h2>
    <p>${say("askText")}</p>
    <form method="post" action="/creator/${visit.token}/orders/ask">
      <label>
        ${say("askNumber")}
        <input name="number" value="${asking?.number ?? ""}" maxlength="200" autocomplete="off" required ${wrong} />
      </label>
      <button class="main">${say("askSend")}</button>
      ${problem === null ? "" : html`<p class="wrong" id="ask-wrong" role="alert">${say(problem)}</p>`}
    </form>
  </section>`;
}

/** What is answered: the same whether there is no such order, it is another shop's, or nothing of the creator's led to it. */
export function renderAnswer(say: Say<typeof EN>, visit: Visit, { answers }: Asking): Html {
  const parts =
    answers.length === 0
      ? [
          html`<p>${say("nothingFound")}</p>
            <p>${say("nothingFoundWhy")}</p>`,
        ]
      : answers.map((answer) => renderOne(say, visit, answer));
  return html`<section class="card ask" role="status">
    ${parts.map((part) => html`<div class="answer">${part}</div>`)}
  </section>`;
}

function renderOne(say: Say<typeof EN>, visit: Visit, answer: Answered): Html {
  if (answer.is === "yours") {
    return html`<h2>${say("yours")}</h2>
      <ul class="brought">
        ${renderRow(say, visit, answer.order)}
      </ul>`;
  }
  const { order, store, timezone } = answer;
  return html`<h2>${say("missed", { day: longDayOf(visit, timezone, order.placedAt) })}</h2>
    ${visit.brand === null ? html`<small>${store}</small>` : ""}
    <ul>
      ${missesOf(order).map((miss) => html`<li>${missText(say, miss)}</li>`)}
    </ul>`;
}
