import { type Destination, foldName } from "./compile.ts";

/**
 * The pairs of a visitor's query that the link's owner leaves free, as raw text. The owner's names
 * always win, so credit can't be taken over by whoever spreads a decorated short link (dub#753).
 */
export function freePairs(query: string, owned: ReadonlySet<string>): string {
  if (query === "") return "";
  let kept = "";
  for (let start = 0; start <= query.length;) {
    let end = query.indexOf("&", start);
    if (end < 0) end = query.length;
    if (end > start) {
      let nameEnd = query.indexOf("=", start);
      if (nameEnd < 0 || nameEnd > end) nameEnd = end;
      if (!owned.has(foldName(query.slice(start, nameEnd)))) {
        kept += kept === "" ? query.slice(start, end) : `&${query.slice(start, end)}`;
      }
    }
    start = end + 1;
  }
  // Some servers still split pairs at `;` (HTML 4.01, B.2.2), which would smuggle an owned name in.
  return kept.includes(";") ? kept.replaceAll(";", "%3B") : kept;
}

/**
 * The `Location` of a click: the link's URL, its UTMs, the click id and the visitor's own query, in
 * that precedence, with the fragment kept. `token` is `null` where the visit may carry no click id.
 */
export function destinationOf(destination: Destination, token: string | null, query: string): string {
  const base = token === null ? destination.anonymous : join(destination.pieces, token);
  const fragment = join(destination.fragment, token ?? "");
  const extra = freePairs(query, destination.owned);
  if (extra === "") return base + fragment;
  return `${base}${base.includes("?") ? "&" : "?"}${extra}${fragment}`;
}

function join(pieces: readonly string[], token: string): string {
  // Two pieces, one click id at the end, is nearly every link.
  return pieces.length === 2 ? `${pieces[0]}${token}${pieces[1]}` : pieces.join(token);
}
