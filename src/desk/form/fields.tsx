import type { Child } from "hono/jsx";
import type { FieldError } from "../../ground/http/problem.ts";
import { isDate } from "../../ground/time/moment.ts";
import type { Field, GroupField, ListField, ValueField } from "./field.ts";
import { Faults, idOf, namesOf } from "./faults.tsx";
import type { Filled } from "./read.ts";

/** A form as it is shown: what it was filled in with, and what is wrong with that. */
export interface FormState {
  filled: Filled;
  faults: readonly FieldError[];
  /** Whether nothing has to be filled in, so that none of the fields has to say so: filters. */
  free?: boolean;
}

/** Shown below a list of groups: blank ones to fill in, where script can't add them. */
const BLANK_ENTRIES = 1;

/** The fields of a form, each with its label, its hint and its fault. */
export function Fields({
  fields,
  state,
  prefix = "",
}: {
  fields: readonly Field[];
  state: FormState;
  prefix?: string;
}) {
  return (
    <>
      {fields.map((field) => {
        if (field.kind === "group") return <Group field={field} state={state} prefix={prefix} />;
        if (field.kind === "list") return <List field={field} state={state} prefix={prefix} />;
        return <One field={field} state={state} prefix={prefix} />;
      })}
    </>
  );
}

function Group({ field, state, prefix }: { field: GroupField; state: FormState; prefix: string }) {
  const inner = field.name === null ? prefix : `${prefix}${field.name}.`;
  const names = namesOf(field.fields, inner);
  const says = names.some((name) =>
    [...state.filled].some(
      ([key, texts]) => (key === name || key.startsWith(`${name}.`)) && texts.some((text) => text !== ""),
    ),
  );
  const faulty = state.faults.some(({ path }) => names.some((name) => path === name || path.startsWith(`${name}.`)));
  const content = (
    <>
      {field.hint === undefined ? null : <p class="hint">{field.hint}</p>}
      <Fields fields={field.fields} state={state} prefix={inner} />
    </>
  );
  const when = field.when !== undefined && {
    "data-when": prefix + field.when.name,
    "data-is": field.when.is.join(" "),
  };
  if (field.folded !== true) {
    return (
      <fieldset {...when}>
        <legend>{field.label}</legend>
        {content}
      </fieldset>
    );
  }
  return (
    <details open={says || faulty} {...when}>
      <summary>{field.label}</summary>
      <fieldset aria-label={field.label}>{content}</fieldset>
    </details>
  );
}

function List({ field, state, prefix }: { field: ListField; state: FormState; prefix: string }) {
  const name = prefix + field.name;
  const indexes = [...state.filled.keys()]
    .filter((key) => key.startsWith(`${name}.`))
    .map((key) => Number(key.slice(name.length + 1).split(".", 1)[0]))
    .filter((index) => Number.isInteger(index) && index >= 0);
  const last = Math.max(-1, ...indexes);
  const most = field.most ?? 200;
  const shown = [...new Set(indexes)].toSorted((a, b) => a - b);
  const blanks = Array.from(
    { length: Math.max(0, Math.min(BLANK_ENTRIES, most - shown.length)) },
    (_none, index) => last + 1 + index,
  );
  return (
    <fieldset id={idOf(name)} data-list={name}>
      <legend>{field.label}</legend>
      {field.hint === undefined ? null : <p class="hint">{field.hint}</p>}
      <Faults faults={state.faults} path={name} />
      {[...shown, ...blanks].map((index, place) => (
        <fieldset data-entry="">
          <legend>
            {field.item} {place + 1}
            {shown.includes(index) ? "" : " (new)"}
          </legend>
          <Fields fields={field.of} state={state} prefix={`${name}.${index}.`} />
        </fieldset>
      ))}
      <p>
        <button name="_step" value="more" formnovalidate>
          Add another
        </button>{" "}
        <small>An entry that is emptied is left out.</small>
      </p>
    </fieldset>
  );
}

function One({ field, state, prefix }: { field: ValueField; state: FormState; prefix: string }) {
  const path = prefix + field.name;
  const id = idOf(path);
  const faults = state.faults.filter((fault) => fault.path === path || fault.path.startsWith(`${path}.`));
  const described = [field.hint === undefined ? null : `${id}-hint`, faults.length === 0 ? null : `${id}-fault`].filter(
    (each) => each !== null,
  );
  const common = {
    id,
    name: path,
    ...(described.length > 0 && { "aria-describedby": described.join(" ") }),
    ...(faults.length > 0 && { "aria-invalid": "true" as const }),
    ...(field.required === true && { required: true }),
  };
  const texts = state.filled.get(path) ?? [];
  const after = (
    <>
      {field.hint === undefined ? null : (
        <p class="hint" id={`${id}-hint`}>
          {field.hint}
        </p>
      )}
      <Faults faults={faults} path={path} id={`${id}-fault`} />
    </>
  );
  if (field.kind === "switch") {
    return (
      <div class="field">
        <label class="check">
          <input type="checkbox" {...common} value="on" checked={texts.includes("on")} />
          <span>{field.label}</span>
        </label>
        {after}
      </div>
    );
  }
  if (field.kind === "choices" || (field.kind === "choice" && field.as === "radio")) {
    const type = field.kind === "choices" ? "checkbox" : "radio";
    return (
      <fieldset id={id} {...(described.length > 0 && { "aria-describedby": described.join(" ") })}>
        <legend>{field.label}</legend>
        <div class="checks">
          {field.options.map(({ value, label }) => (
            <label class="check">
              <input type={type} name={path} value={value} checked={texts.includes(value)} />
              <span>{label}</span>
            </label>
          ))}
        </div>
        {after}
      </fieldset>
    );
  }
  const isShort = field.short ?? ["whole", "number", "decimal", "date", "moment", "when"].includes(field.kind);
  return (
    <div class={`field${isShort ? " short" : ""}${faults.length > 0 ? " faulty" : ""}`}>
      <label for={id}>
        {field.label}
        {field.required === true || state.free === true ? null : <small> (optional)</small>}
      </label>
      <Input field={field} texts={texts} common={common} />
      {after}
    </div>
  );
}

/** The control of a field. Its `required` is the browser's own check; the API's is the one that counts. */
function Input({ field, texts, common }: { field: ValueField; texts: readonly string[]; common: Common }): Child {
  const text = texts.at(-1) ?? "";
  switch (field.kind) {
    case "choice":
      return (
        <select {...common}>
          {field.required === true && text !== "" ? null : <option value="">–</option>}
          {field.options.map(({ value, label }) => (
            <option value={value} selected={value === text}>
              {label}
            </option>
          ))}
        </select>
      );
    case "maybe":
      return (
        <select {...common}>
          {[
            ["", "–"],
            ["yes", "Yes"],
            ["no", "No"],
          ].map(([value, label]) => (
            <option value={value} selected={value === text}>
              {label}
            </option>
          ))}
        </select>
      );
    case "textarea":
    case "lines":
    case "map":
    case "json":
      return (
        <textarea
          {...common}
          rows={field.rows ?? 4}
          class={field.kind === "textarea" || field.kind === "lines" ? "" : "code"}
          spellcheck={false}
        >
          {text}
        </textarea>
      );
    case "ref":
      if (field.many === true) {
        return (
          <textarea {...common} rows={4} spellcheck={false}>
            {text}
          </textarea>
        );
      }
      return (
        <>
          <input
            {...common}
            type="text"
            value={text}
            list={`${common.id}-found`}
            data-find={field.of}
            autocomplete="off"
            spellcheck={false}
          />
          <datalist id={`${common.id}-found`} />
        </>
      );
    case "whole":
    case "number":
      return (
        <input
          {...common}
          type="number"
          inputmode={field.kind === "whole" ? "numeric" : "decimal"}
          step={field.kind === "whole" ? "1" : "any"}
          value={text}
          {...(field.least !== undefined && { min: field.least })}
          {...(field.most !== undefined && { max: field.most })}
        />
      );
    case "decimal":
      return <input {...common} type="text" inputmode="decimal" value={text} />;
    case "moment":
      return <input {...common} type="datetime-local" step="1" value={text} />;
    case "when":
      return text === "" || isDate(text) ? (
        <input {...common} type="date" value={text} />
      ) : (
        <input {...common} type="datetime-local" step="any" value={text} />
      );
    case "words":
      return <input {...common} type="text" value={text} />;
    case "secret":
      return <input {...common} type="password" value="" autocomplete="off" />;
    case "switch":
    case "choices":
      return null;
    default:
      return (
        <input
          {...common}
          type={field.kind}
          value={text}
          {...(field.max !== undefined && { maxlength: field.max })}
          {...(field.placeholder !== undefined && { placeholder: field.placeholder })}
          autocomplete="off"
        />
      );
  }
}

interface Common {
  id: string;
  name: string;
}
