import type { Child } from "hono/jsx";
import type { Scope } from "../../ground/http/auth.ts";
import type { DecimalCell } from "../../ground/http/csv.ts";
import type { Money } from "../frame/money.tsx";
import type { Method, Query, Sent } from "../frame/api-load.ts";
import type { Desk } from "../frame/desk-load.ts";
import type { Field } from "../form/field.ts";
import type { Needs } from "./may.ts";

/** Anything that the API shows with an id of its own. */
export interface Shown {
  id: string;
}

/** What cells and facts are made with. */
export interface View {
  desk: Desk;
  /** What ids are called. */
  names: Readonly<Record<string, string>>;
}

/** A column of a list. */
export interface Column<Row> {
  label: string;
  cell: (row: Row, view: View) => Child;
  /** Numbers stand at the right. */
  num?: boolean;
  /** The cell that names the row: it leads to it. */
  main?: boolean;
  /** The value in a CSV, where the desk writes it; without it the column is left out there. */
  csv?: (row: Row, view: View) => Cell;
  /** The same of an amount, which has two columns there: in the major unit under the label, and its currency. */
  csvMoney?: (row: Row) => Money | null | undefined;
}

/** A value in a CSV that the desk writes. */
export type Cell = string | number | boolean | DecimalCell | null | undefined;

/** A filter of a list: a parameter of the API's query, by its own name, so that an address says what `curl` would. */
export type Filter = Field & { name: string };

/** A list of a resource. */
export interface ListSpec<Row> {
  /** Of the API; without it that of the resource. */
  api?: string;
  filters: readonly Filter[] | ((desk: Desk) => readonly Filter[]);
  columns: readonly Column<Row>[];
  /** What is said where there is none yet. */
  empty: { title: string; text: string };
  /** `api`: the API writes the CSV by `format=csv`; a path: it does so there; `desk`: the pages of the list, by the columns' `csv`. */
  csv: "api" | "desk" | `/${string}` | null;
  /** Whether the API says by `expand=names` what ids are called. */
  expand?: boolean;
  /** Makes a row of what the API answers, where that has its id by another name. */
  row?: (answer: never) => Row;
  /** Whether the list has `store=`: then the store that is chosen filters it. */
  byStore?: boolean;
  /** A parameter that is always sent. */
  always?: Query;
  /** What filters begin with: an address that doesn't name them means these, and one that names them emptily means all. */
  start?: Readonly<Record<string, string>>;
  /** Adds to the rows of a page what another route knows of them, such as numbers. Where that fails they stand without. */
  beside?: (desk: Desk, rows: readonly Row[]) => Promise<readonly Row[]>;
  bulk?: readonly BulkAction<Row>[];
  /** What stands for the id of a row that the API shows without one. */
  idOf?: (row: Row) => string;
  /** Beside the title, before what every list has. */
  actions?: (desk: Desk) => Child;
  /** In place of the rows, without asking for any: what has to be chosen before there can be some. */
  first?: (desk: Desk) => Child | null;
  /** Above the list: what it is, figures, links to related pages. */
  intro?: (desk: Desk) => Child | Promise<Child>;
}

/** Something done to many rows. */
export interface BulkAction<Row> extends Needs {
  name: string;
  label: string;
  /** What else is asked, such as a reason. */
  fields?: readonly Field[];
  /** A tone that warns. */
  risky?: boolean;
  /**
   * Does it to each, or says what it would come to with `dryRun`, by the API's own bulk route; `oneByOne` (see `bulk-run.ts`)
   * makes such a function of a route for one.
   */
  run: (
    desk: Desk,
    ids: readonly string[],
    body: Record<string, unknown>,
    dryRun: boolean,
    /** An idempotency key of the form: sent again, as by a reload, it is answered as the first time. */
    once?: string,
  ) => Promise<BulkResult[]>;
  /** Only for rows that it may be done to. */
  fits?: (row: Row) => boolean;
}

/** What became of one of many, or would. */
export interface BulkResult {
  id: string;
  /** What it is called. */
  name: string;
  /** Such as "waiting → approved", or why nothing happens. */
  text: string;
  ok: boolean;
}

/** A form that makes or changes something by one write of the API. */
export interface FormSpec<Row> extends Needs {
  title?: string;
  /** What is said above it. */
  intro?: (desk: Desk, row: Row | null) => Child | Promise<Child>;
  fields: readonly Field[] | ((desk: Desk, row: Row | null) => readonly Field[] | Promise<readonly Field[]>);
  method?: Method;
  /** Of the API; without it that of the resource, with the row's id where there is one. `read`: what the fields say. */
  api?: (row: Row | null, read: Readonly<Record<string, unknown>>) => string;
  /** What a new form begins with, besides the fields' own `initial`. */
  start?: (desk: Desk) => unknown;
  /** What the fields show; without it the row itself. */
  shown?: (row: Row, desk: Desk) => unknown;
  /** What is sent, if it isn't what the fields say. */
  toBody?: (body: Record<string, unknown>, row: Row | null, desk: Desk) => Record<string, unknown>;
  /** Whether a change sends all its fields, and not only those that differ. */
  whole?: boolean;
  /** What it would come to, beside what changes: by the API's own preview. `read`: all that the fields say. */
  preview?: (
    desk: Desk,
    body: Record<string, unknown>,
    row: Row | null,
    read: Readonly<Record<string, unknown>>,
  ) => Promise<Child>;
  /** What is shown instead of going on to what was made: where a secret is shown once. */
  answer?: (desk: Desk, body: unknown) => Child | null;
  button?: string;
  /** Islands that the form is better with. */
  islands?: readonly string[];
  /** Whether this row can be changed now. */
  fits?: (row: Row) => boolean;
}

/** Something that can be done to a row besides changing it. */
export interface Action<Row> extends Needs {
  /** Last part of the desk's path: `/admin/orders/{id}/approve`. */
  name: string;
  label: string;
  /** It has no button of its own on the page: a part of that leads to it. */
  aside?: boolean;
  /** Whether it can be done to this row now. */
  fits?: (row: Row) => boolean;
  /** What it does and can't take back, said before it is done. */
  text?: string | ((row: Row, view: View) => Child);
  fields?: readonly Field[] | ((desk: Desk, row: Row) => readonly Field[] | Promise<readonly Field[]>);
  method?: Method;
  /** Of the API. */
  api: (row: Row) => string;
  toBody?: (body: Record<string, unknown>, row: Row, desk: Desk) => unknown;
  /** What of the form stands in the API's query: it is sent beside the body, or instead of one. */
  toQuery?: (body: Record<string, unknown>, row: Row) => Query;
  risky?: boolean;
  /** What is said afterwards. */
  done: string;
  /** Where to go on; without it, to the row. */
  onwards?: (row: Row, sent: Sent<unknown> & { ok: true }) => string;
  /** What is shown instead of going on: where an answer holds what is shown once. */
  answer?: (desk: Desk, body: unknown, row: Row) => Child | null;
  /** What it would come to, shown with the form. */
  preview?: (desk: Desk, row: Row) => Promise<Child>;
}

/** A part of a row's page that asks the API for more. What fails is said there, and hurts no other part. */
export interface Panel<Row> {
  title: string;
  scope?: Scope;
  fits?: (row: Row) => boolean;
  show: (view: View, row: Row) => Promise<Child>;
}

/** Something of the API as the desk shows it: a list, a page for each, and what can be done. */
export interface Resource<Row extends Shown> {
  /** Below `/admin/`. */
  place: string;
  one: string;
  many: string;
  /** Where its list stands, if it belongs to something. */
  trail?: readonly { name: string; path: string }[];
  /** Of the API. */
  api: string;
  read: Scope;
  list: ListSpec<Row> | null;
  /** What a row is called. */
  title: (row: Row, view: View) => string;
  /** Whether there is a page for each, by `GET {api}/{id}`. */
  page: PageSpec<Row> | null;
  /** Reads one where the API has no such route. Throws the API's `Problem`. */
  find?: (desk: Desk, id: string) => Promise<Found<Row>>;
  create?: FormSpec<Row>;
  edit?: FormSpec<Row>;
  actions?: readonly Action<Row>[];
  /** What is said after something was done on a page of its own, by the word that `done=` has. */
  said?: Readonly<Record<string, string>>;
}

/** A row, with what its ids are called. */
export interface Found<Row> {
  row: Row;
  names: Readonly<Record<string, string>>;
}

/** The page of a row. */
export interface PageSpec<Row> {
  /** Where the API has it, if not at its list's path and id. */
  api?: (id: string) => string;
  query?: Query;
  /** How the row stands in the answer, if that isn't the row itself. */
  pick?: (answer: unknown) => Row;
  facts: (row: Row, view: View) => readonly (readonly [Child, Child | null | undefined])[];
  /** Above the facts: a state, a warning. */
  head?: (row: Row, view: View) => Child;
  panels?: readonly Panel<Row>[];
  /** While it is so, the page asks for itself anew: long work is under way. */
  busy?: (row: Row) => boolean;
}
