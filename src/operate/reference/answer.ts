import { MONEY_ANSWERS } from "./answers/money.ts";
import { OPERATIONS_ANSWERS } from "./answers/operations.ts";
import { PROGRAMME_ANSWERS } from "./answers/programme.ts";
import { REPORTS_ANSWERS } from "./answers/reports.ts";
import { SALES_ANSWERS } from "./answers/sales.ts";
import { SHOPS_ANSWERS } from "./answers/shops.ts";
import { CALLS_ANSWERS } from "./answers/calls.ts";
import { CONVERSIONS_ANSWERS } from "./answers/conversions.ts";
import { PLANS_ANSWERS } from "./answers/plans.ts";
import { VISIT_REPORTS_ANSWERS } from "./answers/visit-reports.ts";
import { isRecord, tell, type ToldBy } from "./answers/tell.ts";
import { VISITS_ANSWERS } from "./answers/visits.ts";
import { BEGAN, NOW } from "./answers/world.ts";
import { type ApiDocument, type Entry, successOf } from "./document.ts";
import { keyOf, requestOf } from "./request.ts";
import { sampleOf } from "./sample.ts";

/** What is told of answers, by component and by operation. */
export const ANSWERS: ToldBy = {
  ...PROGRAMME_ANSWERS,
  ...SHOPS_ANSWERS,
  ...SALES_ANSWERS,
  ...MONEY_ANSWERS,
  ...VISITS_ANSWERS,
  ...REPORTS_ANSWERS,
  ...CALLS_ANSWERS,
  ...CONVERSIONS_ANSWERS,
  ...PLANS_ANSWERS,
  ...VISIT_REPORTS_ANSWERS,
  ...OPERATIONS_ANSWERS,
};

/**
 * What an operation answers to the request that shows it, `undefined` if that is no JSON: a sample of its schema, with
 * what the request says in it, and what is told of the operation.
 */
export function answerOf(document: ApiDocument, entry: Entry): unknown {
  const { status, answer } = successOf(entry.operation);
  const schema = answer.content?.["application/json"]?.schema;
  if (schema === undefined) return undefined;
  const { body } = requestOf(document, entry);
  const sample = sampleOf(document, schema, "whole", "", 0, ANSWERS);
  const made =
    status === "201" && isRecord(sample) && sample["createdAt"] === BEGAN ? { ...sample, createdAt: NOW } : sample;
  const asked = body !== null && "json" in body ? saidAgain(made, body.json) : made;
  const key = keyOf(entry);
  return settled(key in ANSWERS ? tell(asked, ANSWERS[key]) : asked);
}

/** A sample with what a body has under the same names, as far as that is of the same kind. */
function saidAgain(sample: unknown, body: unknown): unknown {
  if (!isRecord(sample) || !isRecord(body)) return sample;
  const said = Object.entries(body).flatMap(([name, value]) => {
    if (!(name in sample)) return [];
    const again = valueAgain(sample[name], value, body["currency"]);
    return again === undefined ? [] : [[name, again] as const];
  });
  return { ...sample, ...Object.fromEntries(said) };
}

/** A field of an answer by that of a body; `undefined` if it says nothing about it. */
function valueAgain(own: unknown, value: unknown, currency: unknown): unknown {
  // Amounts come in the major unit, and go in the minor one.
  if (typeof value === "number" && isRecord(own) && "amountMinor" in own) {
    return { ...own, amountMinor: Math.round(value * 100), ...(typeof currency === "string" && { currency }) };
  }
  if (Array.isArray(value)) return Array.isArray(own) && value.every((one) => !isRecord(one)) ? value : undefined;
  if (isRecord(value)) {
    if (!isRecord(own) || "amountMinor" in own) return undefined;
    // With a name that the other lacks, it is one whose keys nobody knows before: it stands whole.
    return Object.keys(value).every((name) => name in own) ? saidAgain(own, value) : value;
  }
  // Days become moments by the store's clock: what is told of the operation says which.
  const isDay = typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value);
  return isDay || (own !== null && typeof own !== typeof value) ? undefined : value;
}

/** A sample without the fields that it was told not to have. */
function settled(sample: unknown): unknown {
  if (Array.isArray(sample)) return sample.map(settled);
  if (!isRecord(sample)) return sample;
  return Object.fromEntries(
    Object.entries(sample).flatMap(([name, value]) => (value === undefined ? [] : [[name, settled(value)]])),
  );
}
