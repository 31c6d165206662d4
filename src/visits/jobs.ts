import type { Jobs } from "../ground/wing.ts";
import { archiveVisitBacklog, archiveVisits } from "./archive/run.ts";
import { tellAbandoned } from "./cart/tell-run.ts";
import { exportVisits } from "./export/run.ts";
import { forgetVisitors, tidyForgotten } from "./forget/forget-run.ts";
import { addSumsDue } from "./log/add-run.ts";
import { foldSpans } from "./log/fold-run.ts";
import { tidyHeatMaps, tidyVisitWrites } from "./log/tidy-run.ts";
import { countPageVisitors } from "./log/visitors-run.ts";
import { tidyQuality, watchSilenceDue } from "./quality/silence-run.ts";

/** What the wing does every minute. */
export const minutely: Jobs = {
  forget_visitors: (env, now) => forgetVisitors(env, now),
  tell_abandoned: (env, now) => tellAbandoned(env.DB, now),
  add_visit_sums: (env, now) => addSumsDue(env.DB, now),
  export_visits: (env) => exportVisits(env),
  watch_tagging: (env, now) => watchSilenceDue(env, now),
  archive_visit_backlog: (env, now) => archiveVisitBacklog(env, now),
};

/** What the wing does every night: what is told of the log comes before what leaves it. */
export const nightly: Jobs = {
  count_page_visitors: (env, now) => countPageVisitors(env.DB, now),
  archive_visits: (env, now) => archiveVisits(env, now),
  tidy_forgotten: (env, now) => env.DB.batch(tidyForgotten(env.DB, now)),
  tidy_visit_quality: (env, now) => tidyQuality(env, now),
  fold_visit_spans: (env, now) => foldSpans(env.DB, now),
  tidy_visit_writes: (env, now) => tidyVisitWrites(env.DB, now),
  tidy_heat_maps: (env, now) => tidyHeatMaps(env.DB, now),
};
