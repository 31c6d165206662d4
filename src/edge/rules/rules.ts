import type { DeviceName, LinkRule, RuleCondition } from "../../ground/model/link.ts";
import { inZone } from "../../ground/time/in-zone.ts";

/** What a rule may ask about a visitor. */
export interface Visitor {
  country: string | null;
  region: string | null;
  /** `ios`, `android`, …: see {@link deviceClasses}. */
  devices: ReadonlySet<DeviceName>;
  /** Languages in order of preference, lower case, such as `de-at`, `de`. */
  languages: readonly string[];
  /** ms UTC. */
  now: number;
  /**
   * Where the visitor stands in an A/B test, 0 to below 100: the same for every visit of a day,
   * without a cookie.
   */
  draw: number;
}

/** Why a rule did or didn't apply, for the simulation. */
export interface RuleTrace {
  index: number;
  matched: boolean;
  /** The first condition that failed, or what decided. */
  reason: string;
}

/** What the rules decided: the rule that applied, or `null` for the link's own destination. */
export interface RuleOutcome {
  index: number | null;
  trace: RuleTrace[];
}

/** The device classes that a user agent belongs to; good enough to choose a page, and cheap. */
export function deviceClasses(userAgent: string): Set<DeviceName> {
  const classes = new Set<DeviceName>();
  if (/iPhone|iPod/.test(userAgent)) classes.add("ios").add("mobile");
  else if (/iPad/.test(userAgent)) classes.add("ios").add("tablet");
  else if (userAgent.includes("Android")) classes.add("android").add(/Mobile/.test(userAgent) ? "mobile" : "tablet");
  else {
    if (/Windows NT/.test(userAgent)) classes.add("windows");
    else if (/CrOS/.test(userAgent)) classes.add("chromeos");
    else if (/Macintosh|Mac OS X/.test(userAgent)) classes.add("macos");
    else if (/Linux|X11/.test(userAgent)) classes.add("linux");
    classes.add(/Mobile/.test(userAgent) ? "mobile" : "desktop");
  }
  return classes;
}

/**
 * Chooses a destination: the first rule whose conditions all hold. Rules with a weight share the
 * visitors that reach them: each takes its percentage of them, the rest go on to the next rule.
 */
export function chooseRule(rules: readonly LinkRule[], visitor: Visitor): RuleOutcome {
  const trace: RuleTrace[] = [];
  let taken = 0;
  for (const [index, { when }] of rules.entries()) {
    const failed = failedCondition(when, visitor);
    if (failed !== null) {
      trace.push({ index, matched: false, reason: failed });
      continue;
    }
    if (when.weight === undefined) {
      trace.push({ index, matched: true, reason: "every condition holds" });
      return { index, trace };
    }
    const from = taken;
    taken += when.weight;
    if (visitor.draw < taken) {
      trace.push({
        index,
        matched: true,
        reason: `the visitor stands at ${visitor.draw.toFixed(2)}, within ${from}–${taken} of 100`,
      });
      return { index, trace };
    }
    trace.push({
      index,
      matched: false,
      reason: `weight: the visitor stands at ${visitor.draw.toFixed(2)}, past ${from}–${taken} of 100`,
    });
  }
  return { index: null, trace };
}

/** The first condition that doesn't hold, in words, or `null`. */
function failedCondition(when: RuleCondition, visitor: Visitor): string | null {
  if (when.country !== undefined && !when.country.includes(visitor.country ?? "")) {
    return `country: ${visitor.country ?? "unknown"} is not one of ${when.country.join(", ")}`;
  }
  if (
    when.region !== undefined &&
    !when.region.some((region) => region.toLowerCase() === visitor.region?.toLowerCase())
  ) {
    return `region: ${visitor.region ?? "unknown"} is not one of ${when.region.join(", ")}`;
  }
  if (when.device !== undefined && !when.device.some((device) => visitor.devices.has(device))) {
    return `device: ${[...visitor.devices].join(", ")} is not one of ${when.device.join(", ")}`;
  }
  if (when.language !== undefined && !prefers(visitor.languages, when.language)) {
    return `language: ${visitor.languages[0] ?? "unknown"} is not one of ${when.language.join(", ")}`;
  }
  if (when.hours !== undefined && !withinHours(when.hours, visitor.now)) {
    return `hours: it is ${localTime(when.hours.timezone, visitor.now)} in ${when.hours.timezone}`;
  }
  return null;
}

/** Whether the visitor's first language is one of these, or a variety of one (RFC 4647, basic filtering). */
function prefers(languages: readonly string[], wanted: readonly string[]): boolean {
  const first = languages[0];
  return (
    first !== undefined &&
    wanted.some((range) => first === range.toLowerCase() || first.startsWith(`${range.toLowerCase()}-`))
  );
}

/** Whether the local time lies from `from` to before `to`; a span may cross midnight. */
function withinHours(hours: NonNullable<RuleCondition["hours"]>, now: number): boolean {
  const time = localTime(hours.timezone, now);
  return hours.from <= hours.to ? time >= hours.from && time < hours.to : time >= hours.from || time < hours.to;
}

/** `HH:MM` in a time zone. */
const localTime = inZone("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
