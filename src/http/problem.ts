/**
 * Every error that the API answers, by its stable code: the HTTP status and the title that go with
 * it (RFC 9457). Clients may rely on codes; titles and details are for people.
 */
export const PROBLEMS = {
  malformed_json: { status: 400, title: "The body is not valid JSON" },
  unauthorized: { status: 401, title: "A valid API key is needed" },
  forbidden: { status: 403, title: "The API key lacks the scope for this" },
  not_found: { status: 404, title: "There is nothing here" },
  method_not_allowed: { status: 405, title: "This method is not supported here" },
  slug_taken: { status: 409, title: "Another link has this slug" },
  key_taken: { status: 409, title: "Another store has this key" },
  hostname_taken: { status: 409, title: "This host name is registered already" },
  external_id_taken: { status: 409, title: "Another creator has this external id" },
  unreadable: { status: 409, title: "This message can not be read" },
  host_blocked: { status: 409, title: "This host is blocked already" },
  list_full: { status: 409, title: "The list is full" },
  archive_damaged: { status: 409, title: "This archive is missing or damaged" },
  archive_busy: { status: 409, title: "Another archive run is under way" },
  in_use: { status: 409, title: "Something else still depends on this" },
  idempotency_key_reused: { status: 409, title: "This Idempotency-Key came with another body before" },
  link_inactive: { status: 410, title: "This link is not active" },
  body_too_large: { status: 413, title: "The body is too large" },
  validation_failed: { status: 422, title: "Some values are not acceptable" },
  range_archived: { status: 422, title: "Only whole hours can be told of a time whose clicks are archived" },
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

  constructor(
    code: ProblemCode,
    detail: string,
    fields: readonly FieldError[] = [],
    headers: Record<string, string> = {},
  ) {
    super(detail);
    this.code = code;
    this.fields = fields;
    this.headers = headers;
  }

  /** The problem of one value that isn't acceptable. */
  static invalid(path: string, message: string): Problem {
    return new Problem("validation_failed", `${path}: ${message}`, [{ path, message }]);
  }
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
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/problem+json", "Cache-Control": "no-store", ...problem.headers },
  });
}
