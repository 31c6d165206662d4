/** Lists of the API that have another path on the desk. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "/ledger/balances": "/balances",
  "/phone-numbers": "/numbers",
  "/number-pools": "/pools",
  "/webhook-endpoints": "/webhooks",
  "/conversion-definitions": "/definitions",
};

/** The desk's page of a list of the API, such as `/api/v1/orders?status=disputed`, with the same filters. */
export function deskListOf(list: string): string {
  const [path = "", query] = list.replace(/^\/api\/v1/, "").split("?", 2);
  const place = ELSEWHERE[path] ?? path.replace(/^(\/reconciliations\/[^/]+)\/discrepancies$/, "$1/rows");
  return `/admin${place}${query === undefined ? "" : `?${query}`}`;
}
