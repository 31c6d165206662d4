/** What a scenario came to. */
export interface Outcome {
  scenario: string;
  requests: number;
  /** Shoppers who were sent where the link leads. */
  redirected: number;
  /** Rows of the click log in the end, restored ones included. */
  logged: number;
  /** Redirects without a row. */
  lost: number;
  /** Rows and sums beyond one for each redirect. */
  doubled: number;
  /** Clicks that only the Worker's own log had, before they were ingested from there. */
  restored: number;
  /** Messages delivered, each time counted. */
  deliveries: number;
  deadLetters: number;
  /** What the alarm `click_drift` says of the night: Analytics Engine minus click log; `null`: no alarm. */
  drift: number | null;
}

const HEAD = [
  "What fails",
  "Requests",
  "Redirected",
  "In the click log",
  "Lost",
  "Doubled",
  "Restored from the Worker's log",
  "Queue deliveries",
  "Dead letters",
  "Drift alarm",
];

/** Columns that are the same in every run; the rest depend on which call happens to come first. */
const STEADY_COLUMNS = 6;

/** The outcomes as the Markdown table of docs/reliability.md. */
export function tableOf(outcomes: readonly Outcome[]): string {
  return [
    lineOf(HEAD),
    lineOf(HEAD.map((_title, index) => (index === 0 ? "---" : "--:"))),
    ...outcomes.map((outcome) => lineOf(cellsOf(outcome))),
  ].join("\n");
}

/** What a document's table must have in common with one made of these outcomes, line by line. */
export function steadyPartOf(outcomes: readonly Outcome[]): string[] {
  return outcomes.map((outcome) => lineOf(cellsOf(outcome).slice(0, STEADY_COLUMNS)));
}

/** The same part of the table in a document, which may be spaced otherwise. */
export function steadyPartIn(markdown: string): string[] {
  const lines = markdown.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) => {
    const cells = line.split("|").slice(1, -1);
    return lineOf(cells.slice(0, STEADY_COLUMNS).map((cell) => cell.trim()));
  });
}

function cellsOf(outcome: Outcome): string[] {
  const { drift } = outcome;
  return [
    outcome.scenario,
    ...[outcome.requests, outcome.redirected, outcome.logged, outcome.lost, outcome.doubled].map(String),
    ...[outcome.restored, outcome.deliveries, outcome.deadLetters].map(String),
    drift === null ? "–" : drift > 0 ? `+${drift}` : String(drift),
  ];
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
