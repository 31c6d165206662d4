/**
 * Every error that the API answers, by its stable code: the HTTP status and the title that go with
 * it (RFC 9457). Clients may rely on codes; titles and details are for people.
 */
export const PROBLEMS = {
  malformed_json: { status: 400, title: "The body is not valid JSON" },
  too_deep: { status: 400, title: "The body is nested too deeply" },
  unauthorized: { status: 401, title: "A valid API key is needed" },
  unsigned: { status: 401, title: "The store's server must prove who it is" },
  forbidden: { status: 403, title: "The API key may not do this" },
  not_found: { status: 404, title: "There is nothing here" },
  method_not_allowed: { status: 405, title: "This method is not supported here" },
  slug_taken: { status: 409, title: "Another link has this slug" },
  key_taken: { status: 409, title: "Another store has this key" },
  hostname_taken: { status: 409, title: "This host name is registered already" },
  external_id_taken: { status: 409, title: "Another creator has this external id" },
  plan_name_taken: { status: 409, title: "Another tracking plan has this name" },
  plan_locked: { status: 409, title: "A launched campaign keeps its tracking plan" },
  plan_missing: { status: 409, title: "The campaign has no tracking plan" },
  sales_recorded: { status: 409, title: "Sales are recorded under the tracking plan" },
  tag_taken: { status: 409, title: "Another creator of the store is known by this" },
  bonus_booked: { status: 409, title: "A bonus was booked for these rows already" },
  code_taken: { status: 409, title: "Another creator of the store has this code" },
  code_exists: { status: 409, title: "The creator has a code under this plan" },
  code_retired: { status: 409, title: "The code is retired" },
  already_approved: { status: 409, title: "The creator is approved already" },
  already_rejected: { status: 409, title: "The creator is rejected already" },
  already_launched: { status: 409, title: "The campaign is launched already" },
  not_launched: { status: 409, title: "The campaign is not launched" },
  campaign_archived: { status: 409, title: "The campaign is archived" },
  not_due: { status: 409, title: "No code or link is due for this creator" },
  already_generated: { status: 409, title: "The code and links of this creator exist or are under way" },
  unreadable: { status: 409, title: "This message can not be read" },
  host_blocked: { status: 409, title: "This host is blocked already" },
  list_full: { status: 409, title: "The list is full" },
  archive_damaged: { status: 409, title: "This archive is missing or damaged" },
  click_database_missing: { status: 409, title: "A database of the click log is missing or can't be used" },
  archive_busy: { status: 409, title: "Another archive run is under way" },
  in_use: { status: 409, title: "Something else still depends on this" },
  idempotency_key_reused: { status: 409, title: "This Idempotency-Key came with another body before" },
  report_emptied: { status: 409, title: "The body of this report was emptied" },
  illegal_step: { status: 409, title: "The order can't take this step from where it stands" },
  order_unconfirmed: { status: 409, title: "No server has confirmed this order" },
  order_contested: { status: 409, title: "Browsers claim this order for different creators" },
  order_in_payout: { status: 409, title: "The order's commission is in a payout run" },
  conversion_unpayable: { status: 409, title: "Nothing can be owed for this conversion" },
  conversion_decided: { status: 409, title: "The conversion's commission stands there already" },
  conversion_in_payout: { status: 409, title: "The conversion's commission is in a payout run" },
  period_locked: { status: 409, title: "The period is locked" },
  period_not_over: { status: 409, title: "The period is not over" },
  period_order: { status: 409, title: "Periods follow one another without a gap" },
  payout_empty: { status: 409, title: "Nobody is owed enough for a payout" },
  payout_not_draft: { status: 409, title: "The payout run is no draft any more" },
  account_unreadable: { status: 409, title: "The account can't be opened" },
  proposal_decided: { status: 409, title: "This change of payout details is decided already" },
  proposal_stale: { status: 409, title: "The payout details in force changed since this change was proposed" },
  sepa_euro_only: { status: 409, title: "SEPA pays in EUR alone" },
  payer_missing: { status: 409, title: "The store has no account to pay from" },
  payees_missing: { status: 409, title: "Not all creators can be paid by SEPA" },
  payout_not_paid: { status: 409, title: "The payout run is not paid" },
  reconciliation_busy: { status: 409, title: "The reconciliation is under way" },
  reconciliation_dry: { status: 409, title: "A dry run can't be applied" },
  reconciliation_unmatched: { status: 409, title: "Nearly nothing of the file matches what was tracked" },
  rebuild_busy: { status: 409, title: "The roll-ups are being made anew already" },
  delivery_pending: { status: 409, title: "This delivery is still under way" },
  provider_differs: { status: 409, title: "The store runs on another platform" },
  shop_connected: { status: 409, title: "Another store is connected to this shop" },
  shop_differs: { status: 409, title: "The store has orders of another shop" },
  not_connected: { status: 409, title: "The store is not connected to a shop" },
  definition_active: { status: 409, title: "Only drafts of conversion definitions change" },
  backfill_running: { status: 409, title: "The conversion definition is being applied to the past already" },
  definition_inactive: { status: 409, title: "The conversion definition is not active" },
  definition_key_taken: { status: 409, title: "Another conversion definition of the store has this key" },
  no_script: { status: 409, title: "The conversion definition listens to no script" },
  tagging_plan_active: { status: 409, title: "Only drafts of tagging plans change" },
  tagging_plan_draft: { status: 409, title: "The tagging plan is a draft still" },
  tagging_plan_retired: { status: 409, title: "The tagging plan is retired" },
  number_taken: { status: 409, title: "This phone number is registered already" },
  number_bound: { status: 409, title: "The phone number is bound to something else" },
  pool_taken: { status: 409, title: "Another pool stands in for this number" },
  confirm_needed: { status: 409, title: "What goes with this has to be confirmed" },
  visibility_off: { status: 403, title: "The campaign doesn't show its performance to creators" },
  link_inactive: { status: 410, title: "This link is not active" },
  shop_disconnected: { status: 410, title: "The store is not connected to its shop any more" },
  body_too_large: { status: 413, title: "The body is too large" },
  too_many_events: { status: 413, title: "The request has too many events" },
  unsupported_type: { status: 415, title: "This content type is not supported here" },
  validation_failed: { status: 422, title: "Some values are not acceptable" },
  not_supported_yet: { status: 422, title: "Stores of this platform can't be connected yet" },
  shop_refused: { status: 422, title: "The shop refuses what it was asked" },
  range_archived: { status: 422, title: "Only whole hours can be told of a time whose clicks are archived" },
  personal_value: { status: 422, title: "A value says who somebody is" },
  too_many_clicks: { status: 422, title: "So many clicks can't be told apart one by one" },
  rate_limited: { status: 429, title: "Too many requests" },
  internal: { status: 500, title: "Something went wrong on our side" },
  unavailable: { status: 503, title: "A part of the service is not available" },
} as const;

/** One of the stable codes of {@link PROBLEMS}. */
export type ProblemCode = keyof typeof PROBLEMS;

/** A value at fault: `path` as in `utm.source` or `links.3.url`; empty for the body as a whole. */
export interface FieldError {
  path: string;
  message: string;
}

/** Thrown by a use case; mapped to a response in one place. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly fields: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;
  /** What stands in the way, such as the plan that has a name already: the body's `existing`. */
  readonly existing: { id: string; name: string } | null;
  /** How much a confirmation is about: the body's `counts`. */
  readonly counts: Readonly<Record<string, number>> | null;

  constructor(
    code: ProblemCode,
    detail: string,
    fields: readonly FieldError[] = [],
    headers: Record<string, string> = {},
    existing: { id: string; name: string } | null = null,
    counts: Readonly<Record<string, number>> | null = null,
  ) {
    super(detail);
    this.code = code;
    this.fields = fields;
    this.headers = headers;
    this.existing = existing;
    this.counts = counts;
  }

  /** The problem of one value that isn't acceptable. */
  static invalid(path: string, message: string): Problem {
    return new Problem("validation_failed", `${path}: ${message}`, [{ path, message }]);
  }
}

/**
 * Makes of a look-up one that throws a `Problem` (404) where there is nothing of the id:
 * `orNotFound("creator", findCreator)` says "There is no creator crt_….".
 */
export function orNotFound<Source, Row>(name: string, find: (source: Source, id: string) => Promise<Row | null>) {
  return async (source: Source, id: string): Promise<Row> => {
    const row = await find(source, id);
    if (row === null) throw new Problem("not_found", `There is no ${name} ${id}.`);
    return row;
  };
}

/** The body of an error response. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ProblemCode;
  requestId: string;
  errors?: readonly FieldError[];
  existing?: { id: string; name: string };
  counts?: Readonly<Record<string, number>>;
}

/** Writes a problem as its response (RFC 9457, `application/problem+json`). */
export function problemResponse(problem: Problem, requestId: string): Response {
  const { status, title } = PROBLEMS[problem.code];
  const body: ProblemBody = {
    type: `urn:waymark:problem:${problem.code}`,
    title,
    status,
    detail: problem.message,
    code: problem.code,
    requestId,
    ...(problem.fields.length > 0 && { errors: problem.fields }),
    ...(problem.existing !== null && { existing: problem.existing }),
    ...(problem.counts !== null && { counts: problem.counts }),
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/problem+json", "Cache-Control": "no-store", ...problem.headers },
  });
}
