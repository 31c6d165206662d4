import type { HeaderMap } from "../../books/reconcile/columns.ts";
import { FIELDS, type Field as Column, PRESET_NAMES, type PresetName } from "../../books/reconcile/preset.ts";
import type { FileFormat } from "../../books/reconcile/read-file.ts";
import type { DateOrder } from "../../ground/file/date-order.ts";
import type { FieldError } from "../../ground/http/problem.ts";
import { SOURCE_STATUSES, type SourceStatus } from "../../ground/model/evidence.ts";
import type { Query } from "../frame/api-load.ts";
import { type Field, type Option, optionsOf, wordsOf } from "../form/field.ts";

/** Whose exports are known. */
export const PRESET_WORDS: Readonly<Record<PresetName, string>> = {
  generic: "Waymark’s own form",
  shopify: "Shopify",
  woocommerce: "WooCommerce",
  bigcommerce: "BigCommerce",
  magento: "Magento",
};

/** What a column may be: as the preset has it (empty), none, or one of the file's, whose name comes after the mark. */
const NONE = "none";
const MARK = "column:";

/** What a form of an upload says. */
export interface UploadSettings {
  store: string;
  format: FileFormat | null;
  preset: PresetName | null;
  from: string | null;
  to: string | null;
  dateOrder: DateOrder | null;
  statuses: Record<string, SourceStatus>;
  map: HeaderMap;
}

/** The fields of an upload; columns can be chosen once those of the file (`headers`) are known. */
export function uploadFields(stores: readonly Option[], headers: readonly string[]): readonly Field[] {
  const columns: Option[] = [
    { value: NONE, label: "The file has none" },
    ...headers.map((header) => ({ value: MARK + header, label: header })),
  ];
  return [
    stores.length === 0
      ? { kind: "text", name: "store", label: "Store", required: true, hint: "Its id (str_…)." }
      : { kind: "choice", name: "store", label: "Store", required: true, options: stores },
    {
      kind: "choice",
      name: "preset",
      label: "Whose export it is",
      options: PRESET_NAMES.map((value) => ({ value, label: PRESET_WORDS[value] })),
      hint: "Empty: the file’s columns tell.",
    },
    {
      kind: "choice",
      name: "dateOrder",
      label: "Dates such as 03/11/2026",
      options: [
        { value: "dmy", label: "Have the day first" },
        { value: "mdy", label: "Have the month first" },
      ],
      hint: "Empty: the file’s other dates tell; where they don’t, it is refused.",
    },
    {
      kind: "group",
      name: null,
      label: "Which orders should be in it",
      folded: true,
      hint: "Orders that were tracked in this time and are not in the file are missing in the shop. Empty: from the file’s first day to its last.",
      fields: [
        { kind: "moment", name: "from", label: "Placed from (UTC)" },
        { kind: "moment", name: "to", label: "Placed before (UTC)" },
      ],
    },
    {
      kind: "group",
      name: null,
      label: "Statuses that only this shop has",
      folded: true,
      fields: [
        {
          kind: "list",
          name: "statuses",
          label: "Words for statuses",
          item: "Word",
          most: 50,
          of: [
            { kind: "text", name: "word", label: "The shop’s word", max: 255, placeholder: "Shipped by drone" },
            { kind: "choice", name: "means", label: "It means", options: optionsOf(SOURCE_STATUSES) },
          ],
        },
      ],
    },
    ...(headers.length === 0
      ? []
      : [
          {
            kind: "group" as const,
            name: "map",
            label: "Which column is what",
            folded: true,
            hint: "Only where the file’s columns are called otherwise than in the shop’s own exports.",
            fields: FIELDS.map((name) => ({
              kind: "choice" as const,
              name,
              label: wordsOf(name),
              options: columns,
            })),
          },
        ]),
    {
      kind: "choice",
      name: "format",
      label: "How the file is written",
      options: [
        { value: "csv", label: "CSV" },
        { value: "json", label: "JSON" },
        { value: "ndjson", label: "JSON, a row a line" },
      ],
      hint: "Empty: the end of its name tells.",
    },
  ];
}

/** What a form that was read says of an upload. */
export function settingsOf(body: Readonly<Record<string, unknown>>): UploadSettings {
  const words = (body["statuses"] ?? []) as { word?: string; means?: SourceStatus }[];
  const columns = Object.entries((body["map"] ?? {}) as Partial<Record<Column, string>>);
  const text = (name: string): string | null => (typeof body[name] === "string" ? body[name] : null);
  return {
    store: text("store") ?? "",
    format: text("format") as FileFormat | null,
    preset: text("preset") as PresetName | null,
    from: text("from"),
    to: text("to"),
    dateOrder: text("dateOrder") as DateOrder | null,
    statuses: Object.fromEntries(
      words.flatMap(({ word, means }) => (word !== undefined && means !== undefined ? [[word, means]] : [])),
    ),
    map: Object.fromEntries(
      columns.map(([name, value]) => [name, value.startsWith(MARK) ? value.slice(MARK.length) : null]),
    ),
  };
}

/** The API's query of an upload. */
export function uploadQuery(settings: UploadSettings, dryRun: boolean): Query {
  const { format: _format, map, statuses, ...plain } = settings;
  const json = (value: object): string | null => (Object.keys(value).length === 0 ? null : JSON.stringify(value));
  return { ...plain, map: json(map), statuses: json(statuses), ...(dryRun && { dryRun: "true" }) };
}

/** How a file is written: as the form says, else as its name does. */
export function formatOf(settings: UploadSettings, name: string): FileFormat {
  if (settings.format !== null) return settings.format;
  if (/\.(?:ndjson|jsonl)$/i.test(name)) return "ndjson";
  return /\.json$/i.test(name) ? "json" : "csv";
}

/** The API's faults by the form's names: of columns, and of the file itself. */
export function faultsOf(faults: readonly FieldError[]): FieldError[] {
  const columns: ReadonlySet<string> = new Set(FIELDS);
  return faults.map(({ path, message }) => {
    if (columns.has(path)) return { path: `map.${path}`, message };
    return { path: path === "" ? "file" : path, message };
  });
}
