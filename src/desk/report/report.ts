import type { Child } from "hono/jsx";
import type { Query } from "../frame/api-load.ts";
import type { Desk } from "../frame/desk-load.ts";
import type { Filter } from "../resource/resource.ts";

/** What a page of a report is made with. */
export interface ReportView {
  desk: Desk;
  /** What ids in it are called. */
  names: Readonly<Record<string, string>>;
  /** Path of the page, for links to the same report with other filters. */
  here: URL;
}

/** What rows are told apart by. */
export interface Key<R> {
  label: string;
  /** The row's own name, or an id that `view.names` may have one for; `null`: there is none. */
  text: (row: R, view: ReportView) => string | null;
  /** What stands where there is none, such as "Not known". */
  none?: string;
  /** Where it leads. */
  href?: (row: R, view: ReportView) => string | null;
  /** The API's name, where rows can be sorted by it. */
  sort?: string;
  /** Whether a row is known without it. */
  aside?: boolean;
}

/** A number of rows and of their total. */
export interface Measure<F> {
  /** The API's name, which rows can be sorted by where the report says so. */
  name: string;
  label: string;
  /** What it counts, in a sentence. */
  hint?: string;
  value: (figures: F) => number | null;
  text: (value: number, figures: F, desk: Desk) => string;
  /** What is behind it: a list of just these. */
  href?: (figures: F, view: ReportView) => string | null;
  /** What stands below it, such as amounts in other currencies. */
  extra?: (figures: F, desk: Desk) => Child;
  /** Whether it stands above the table, too. */
  main?: boolean;
  /** Only with all columns. */
  more?: boolean;
  lessIsBetter?: boolean;
}

/** What the API answers: rows, and what they come to. */
export interface Answer<R, F> {
  data: R[];
  total: F;
  /** Of the same days before, where it is asked for. */
  previous?: F | null;
  range?: { from: string; to: string };
  nextCursor?: string | null;
  measuredShare?: number | null;
  names?: Readonly<Record<string, string>>;
}

/** A line below the rows. */
export interface Foot<F> {
  label: string;
  figures: F;
}

/** A report of the API as the desk shows it. `R` is a row and has the numbers `F`, which the total has, too. */
export interface Report<R extends F, F extends object> {
  title: string;
  /** What it tells, in a sentence or two. */
  about: string;
  /** Of the API. */
  api: string;
  /** Whether it is of one store alone, or of all where none is chosen. */
  store: "one" | "any";
  /** Filters beside store, period, interval, comparison and sort: by the API's names. */
  filters: readonly Filter[];
  /** How rows can be spaced, beside `total`. */
  intervals?: readonly string[];
  /** Whether it can be compared with the time before, and where the API says that: of each row, or of the total alone. */
  compare?: "rows" | "total";
  /** What the API can sort by, without its minus; none: rows stand in an order of their own. */
  sorts?: readonly string[];
  /** The API's own order. */
  usualSort?: string;
  /** Rows of a page; without it the API answers all at once. */
  pageRows?: number;
  keys: readonly Key<R>[];
  measures: readonly Measure<F>[];
  /** Where one row stands of the time before, if rows say that. */
  before?: (row: R | F) => F | undefined;
  /** Lines below the rows; without it the total, and what it was before. */
  foot?: (answer: Answer<R, F>) => Foot<F>[];
  /** What is shown above the table of this answer, such as a drawing. */
  above?: (answer: Answer<R, F>, view: ReportView) => Child;
  /** What is shown below the table of this answer. */
  notes?: (answer: Answer<R, F>, view: ReportView) => Child;
  /** Whether the API has no CSV of it. */
  noCsv?: boolean;
  /** What is said where there is nothing. */
  empty: string;
  /** A parameter that is always sent. */
  always?: Query;
  /** Other reports beside it. */
  tabs?: (view: { desk: Desk }) => readonly { name: string; path: string; current: boolean }[];
}
