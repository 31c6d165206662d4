import { html } from "hono/html";
import type { Html } from "../../ground/http/html.ts";
import type { Commission } from "../../ground/model/plan.ts";
import type { PlanProgress } from "./load-progress.ts";
import type { Voice } from "./words.ts";

const bold = (inner: Html): Html => html`<b>${inner}</b>`;

/** Basis points of 100 %. */
const ALL = 10_000;

/** How far it is to the next step of what a creator earns, and how much of a month's cap is used. */
export function renderProgress(progress: PlanProgress, voice: Voice): Html {
  const { formats, say } = voice;
  const { rule, cap, currency, until } = progress;
  const day = formats.day(until);
  const money = (minor: number): string => formats.money(minor, currency);
  return html`<div class="goal">
    ${rule.tiers.length === 0 ? "" : renderSteps(progress, voice)}
    ${
      cap === null
        ? ""
        : renderBar(
            cap.usedMinor,
            cap.capMinor,
            cap.usedMinor < cap.capMinor
              ? say.html("cap", { used: money(cap.usedMinor), cap: money(cap.capMinor), b: bold })
              : say("capFull", { cap: money(cap.capMinor), day }),
          )
    }
    ${rule.newCustomersOnly ? html`<small>${say("newOnly")}</small>` : ""}
    ${rule.special.length > 0 ? html`<small>${say("special")}</small>` : ""}
    ${progress.waiting === 0 ? "" : html`<small>${say("uncounted", { count: progress.waiting })}</small>`}
  </div>`;
}

function renderSteps({ rule, value, next, salesMinor, currency, until }: PlanProgress, { formats, say }: Voice): Html {
  const isShare = rule.type === "percentage";
  const earned = (of: number): string => earnedText(rule, of, formats);
  const day = formats.day(until);
  const left = next === null ? "" : formats.money(next.leftMinor, currency);
  return html`<p>
      ${say.html(isShare ? "earnsShare" : "earnsFixed", { value: earned(value), b: bold })}
      ${
        next === null
          ? say("top", { day })
          : say.html(isShare ? "nextShare" : "nextFixed", { left, day, value: earned(next.value), b: bold })
      }
    </p>
    ${
      next === null
        ? ""
        : renderBar(
            salesMinor,
            next.fromMinor,
            say("steps", {
              sold: formats.money(salesMinor, currency),
              from: formats.money(next.fromMinor, currency),
            }),
          )
    }`;
}

/** A rule's value as people read it: 12.5%, or an amount. */
function earnedText(rule: Commission, value: number, formats: Voice["formats"]): string {
  return rule.type === "percentage" ? formats.share(value, ALL) : formats.money(value, rule.currency);
}

/** What a bar says is its name, too. */
function renderBar(value: number, most: number, said: Html | string): Html {
  return html`<label>${said}<progress max="${most}" value="${value}"></progress></label>`;
}
