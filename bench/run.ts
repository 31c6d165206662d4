/** `npm run bench -- [--quick] [--json] [NAME…]`: how fast the Worker is, beside the least it could be. */
import { parseArgs } from "node:util";
import { Failure } from "../scripts/failure.ts";
import { benchAttribution } from "./attribution.ts";
import { benchConversions } from "./conversions.ts";
import { benchDesk } from "./desk.ts";
import { benchEvents } from "./events.ts";
import { benchGeneration } from "./generation.ts";
import { benchIngest } from "./ingest.ts";
import { benchLeases } from "./leases.ts";
import { benchRedirect } from "./redirect.ts";
import { benchMessage } from "./message.ts";
import { benchMoney } from "./money.ts";
import { benchPortal } from "./portal.ts";
import { benchReconcile } from "./reconcile.ts";
import { benchReports } from "./reports.ts";
import { benchRollup } from "./rollup.ts";
import { progress, readable, type Report, type Result, type RunOptions } from "./result.ts";
import { benchSegments } from "./segments.ts";
import { benchShops } from "./shops.ts";
import { benchSnippetCost } from "./snippet-cost.ts";
import { benchStart } from "./start.ts";
import { benchVisits } from "./visits.ts";

const BENCHMARKS: Readonly<Record<string, (options: RunOptions) => Promise<Report>>> = {
  redirect: benchRedirect,
  start: benchStart,
  message: benchMessage,
  ingest: benchIngest,
  generation: benchGeneration,
  events: benchEvents,
  conversions: benchConversions,
  attribution: benchAttribution,
  money: benchMoney,
  reconcile: benchReconcile,
  rollup: benchRollup,
  reports: benchReports,
  desk: benchDesk,
  portal: benchPortal,
  shops: benchShops,
  segments: benchSegments,
  visits: benchVisits,
  leases: benchLeases,
  snippet: benchSnippetCost,
};

const USAGE = `Usage: npm run bench -- [--quick] [--json] [${Object.keys(BENCHMARKS).join(" | ")} …]`;

try {
  const { quick, json, names } = readArguments();
  const reports: Report[] = [];
  for (const [name, bench] of names) {
    progress(`Benchmark ${name}${quick ? ", quick" : ""}`);
    reports.push(await bench({ quick }));
  }
  const results = reports.flatMap((report) => report.results);
  const write = json ? progress : console.log;
  write(tableOf(results));
  for (const note of reports.flatMap((report) => report.notes)) write(note);
  if (json) console.log(JSON.stringify({ results }));
  const faults = reports.flatMap((report) => report.faults);
  for (const fault of faults) progress(`FAULT: ${fault}`);
  // A missed target is a figure to look at; a lost or doubled click is an error.
  process.exitCode = faults.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Failure ? error.message : error);
  process.exitCode = error instanceof Failure ? 2 : 1;
}

/** Throws a {@link Failure} for arguments that mean nothing here. */
function readArguments() {
  const { values, positionals } = (() => {
    try {
      return parseArgs({ options: { quick: { type: "boolean" }, json: { type: "boolean" } }, allowPositionals: true });
    } catch (error) {
      throw new Failure(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    }
  })();
  const asked = positionals.length === 0 ? Object.keys(BENCHMARKS) : positionals;
  const names = asked.map((name) => {
    const bench = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined;
    if (bench === undefined) throw new Failure(`There is no benchmark "${name}".\n${USAGE}`);
    return [name, bench] as const;
  });
  return { quick: values.quick === true, json: values.json === true, names };
}

/** The results as a Markdown table, as it stands in RESULTS.md. */
function tableOf(results: readonly Result[]): string {
  const rows = results.map((result) => [
    result.name,
    `${readable(result.value)} ${result.unit}`,
    result.baseline === null ? "" : readable(result.baseline),
    result.ratio === null ? "" : result.ratio.toFixed(2),
    readable(result.target),
    result.ok ? "yes" : "NO",
  ]);
  const lines = [["name", "value", "baseline", "ratio", "target", "ok"], Array(6).fill("---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
