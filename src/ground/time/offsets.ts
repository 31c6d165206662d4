/** A span of time in which clocks of a time zone are equally far from UTC. Times are ms UTC. */
export interface OffsetSpan {
  fromAt: number;
  /** Not in the span. */
  toAt: number;
  /** What is added to UTC, ms. */
  offsetMs: number;
}

/** The years that spans are worked out for. */
const FIRST = Date.UTC(2000, 0, 1);
const END = Date.UTC(2060, 0, 1);

/** No zone has kept an offset for less than three days since 2000: none is stepped over. */
const STEP_MS = 86_400_000;

const SECOND_MS = 1000;

/**
 * The offsets of a zone of the IANA database from 2000 to 2060, one span after another without a gap, each
 * change exact to the second. Throws a `RangeError` for a zone that isn't known.
 */
export function offsetSpans(zone: string): OffsetSpan[] {
  if (zone === "UTC") return [{ fromAt: FIRST, toAt: END, offsetMs: 0 }];
  const offsetAt = offsetsOf(zone);
  const spans: OffsetSpan[] = [];
  let fromAt = FIRST;
  let offsetMs = offsetAt(FIRST);
  for (let time = FIRST; time < END; time += STEP_MS) {
    if (offsetAt(time + STEP_MS) === offsetMs) continue;
    const toAt = changeBetween(offsetAt, time, time + STEP_MS);
    spans.push({ fromAt, toAt, offsetMs });
    [fromAt, offsetMs] = [toAt, offsetAt(toAt)];
  }
  return [...spans, { fromAt, toAt: END, offsetMs }];
}

/** The first moment after `early` at which the offset isn't that of `early`. Both are whole seconds. */
function changeBetween(offsetAt: (time: number) => number, early: number, late: number): number {
  const before = offsetAt(early);
  let [same, other] = [early / SECOND_MS, late / SECOND_MS];
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (offsetAt(middle * SECOND_MS) === before) same = middle;
    else other = middle;
  }
  return other * SECOND_MS;
}

function offsetsOf(zone: string): (time: number) => number {
  // The offset comes as `GMT+05:30`, and as `GMT` where there is none.
  const clock = new Intl.DateTimeFormat("en-US", { timeZone: zone, hour: "numeric", timeZoneName: "longOffset" });
  return (time) => {
    const [, sign, hours, minutes, seconds] = /GMT([+-])(\d+):(\d+)(?::(\d+))?$/.exec(clock.format(time)) ?? [];
    if (sign === undefined) return 0;
    const ms = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0)) * SECOND_MS;
    return sign === "-" ? -ms : ms;
  };
}
