import type { Evidence } from "../../ground/model/evidence.ts";

/** The calls whose deal a piece of evidence says that its order is: what was entered for them alone can. */
export function callsIn({ source, trust, data: { calls = [] } }: Evidence): string[] {
  return source === "call" && trust === "confirmed" ? calls.map(({ callId }) => callId) : [];
}

/**
 * An order's evidence as far as it stands, each piece once. Of what was entered for a call the last word does; a deal
 * that was taken back is no word at all, unless no server has any other: the order was made without the call then.
 */
export function upheld<Item extends Evidence>(evidence: readonly Item[]): Item[] {
  const last = new Map<string, Item>();
  for (const one of evidence) {
    const [call] = callsIn(one);
    if (call === undefined) continue;
    const known = last.get(call);
    if (known === undefined || isLater(one, known)) last.set(call, one);
  }
  if (last.size === 0) return [...evidence];
  const left = evidence.filter((one) => one.source !== "call" || last.get(callsIn(one)[0] ?? "") === one);
  const held = left.filter(({ source, data }) => source !== "call" || data.status !== "cancelled");
  return held.some(({ trust }) => trust === "confirmed") ? held : left;
}

function isLater(a: Evidence, b: Evidence): boolean {
  return a.sourceTime === b.sourceTime ? a.hash > b.hash : a.sourceTime > b.sourceTime;
}
