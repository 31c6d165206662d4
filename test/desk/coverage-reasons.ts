/** Operations that no page of the desk asks for, and why. */
export const NOT_ON_THE_DESK: Readonly<Record<string, string>> = {
  "GET /healthz": "for load balancers and uptime checks",
  "GET /api-keys/self": "a session knows its key without asking",
  "GET /conversion-templates": "the desk has the same templates, from the same file",
  "POST /codes/uses": "shops tell of uses that no order tells of",
};

/** Values of bodies that no form has a field for, and why. */
export const NOT_A_FIELD: readonly { of: RegExp; why: string }[] = [
  { of: / dryRun$/, why: "each form and bulk action says what it would come to before it is done" },
  { of: /^POST \/conversion-definitions\/\{id\}\/conversions confirmed$/, why: "who records one by hand confirms it" },
  { of: /^POST \/orders\/\{id\}\/attribute rule$/, why: "the choice of whose it is: of the rules" },
  {
    of: /(?:activate|backfill|delete) confirm$|apply confirmUnmatched$/,
    why: "asked for where the API asks for it, with the number that it names",
  },
];

/** Parameters that no page's filters have, and why. */
export const NOT_A_FILTER: readonly { of: RegExp; why: string }[] = [
  { of: / \?(?:limit|cursor|offset|expand)$/, why: "pages ask for them by themselves" },
  { of: / \?format$/, why: "the CSV button, where there is one" },
  { of: / \?dryRun$/, why: "each upload says what it would come to before it is done" },
  { of: /^GET \/reports\/summary \?compare$/, why: "the first page always has the period before beside it" },
];
