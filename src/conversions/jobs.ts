import type { Jobs } from "../ground/wing.ts";
import { tidyEvents } from "./contact/sums-store.ts";
import { purgeDefinitions } from "./definition/delete-run.ts";
import { evaluateDue } from "./due-run.ts";
import { tidyLinks } from "./event/contact-store.ts";
import { evaluateEvents } from "./event/evaluate-run.ts";
import { runBackfills } from "./past/backfill-run.ts";
import { evaluateSegmentsDue } from "./segment/due-run.ts";
import { sweepSegments } from "./segment/sweep-run.ts";

/** What the wing does every minute. */
export const minutely: Jobs = {
  evaluate_events: (env, now) => evaluateEvents(env, now),
  evaluate_segments: (env, now) => evaluateSegmentsDue(env, now),
  sweep_segments: (env, now) => sweepSegments(env, now),
  evaluate_due: (env, now) => evaluateDue(env, now),
  backfill_conversions: (env, now) => runBackfills(env, now),
  delete_definitions: (env, now) => purgeDefinitions({ d1: env.DB }, now),
};

/** What the wing does every night. */
export const nightly: Jobs = {
  tidy_visitor_links: (env, now) => env.DB.batch(tidyLinks(env.DB, now)),
  tidy_visitor_events: (env, now) => tidyEvents(env.DB, now).run(),
};
