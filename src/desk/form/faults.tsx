import type { FieldError, Problem } from "../../ground/http/problem.ts";
import { ExistingNote, ProblemNote } from "../frame/parts.tsx";
import type { Field } from "./field.ts";

/** What is wrong with a form, before it: each fault leads to its field. */
export function FormFaults({ problem, fields }: { problem: Problem | null; fields: readonly Field[] }) {
  if (problem === null) return null;
  const named = (path: string): boolean => namesOf(fields).some((name) => path === name || path.startsWith(`${name}.`));
  const own = problem.fields.filter(({ path }) => named(path));
  if (own.length === 0) return <ProblemNote problem={problem} />;
  const others = problem.fields.filter(({ path }) => !named(path));
  return (
    <div class="problem" role="alert">
      <p>
        <b>{own.length === 1 ? "One value has to be mended." : `${own.length} values have to be mended.`}</b>
      </p>
      <ul>
        {own.map(({ path, message }) => (
          <li>
            <a href={`#${idOf(path)}`}>{labelOf(fields, path)}</a> {message}
          </li>
        ))}
        {others.map(({ path, message }) => (
          <li>
            <code>{path}</code> {message}
          </li>
        ))}
      </ul>
      <ExistingNote problem={problem} />
    </div>
  );
}

/** Every name of a form's fields, in full; of a list, the list's own. */
export function namesOf(fields: readonly Field[], prefix = ""): string[] {
  return fields.flatMap((field) =>
    field.kind === "group"
      ? namesOf(field.fields, field.name === null ? prefix : `${prefix}${field.name}.`)
      : [prefix + field.name],
  );
}

function labelOf(fields: readonly Field[], path: string, prefix = ""): string {
  for (const field of fields) {
    if (field.kind === "group") {
      const inner = field.name === null ? prefix : `${prefix}${field.name}.`;
      if (namesOf(field.fields, inner).some((name) => path === name || path.startsWith(`${name}.`))) {
        return labelOf(field.fields, path, inner);
      }
    } else if (path === prefix + field.name || path.startsWith(`${prefix}${field.name}.`)) return field.label;
  }
  return path;
}

/** By which a field is linked to. */
export function idOf(path: string): string {
  return `f-${path.replaceAll(/[^\w-]/g, "-")}`;
}

/** What is wrong with a value, below its field. */
export function Faults({ faults, path, id }: { faults: readonly FieldError[]; path: string; id?: string }) {
  const own = faults.filter((fault) => fault.path === path || fault.path.startsWith(`${path}.`));
  if (own.length === 0) return null;
  return (
    <p class="fault" {...(id !== undefined && { id })}>
      {own
        .map(({ path: at, message }) => (at === path ? message : `${at.slice(path.length + 1)} ${message}`))
        .join("; ")}
    </p>
  );
}
