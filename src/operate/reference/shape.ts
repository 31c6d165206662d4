import { type ApiDocument, nameOf, type Schema } from "./document.ts";

/** What a value is. */
export type Shape =
  | { kind: "object"; fields: Field[] }
  | { kind: "list"; of: Schema | null }
  /** An object whose keys aren't known before. */
  | { kind: "record"; of: Schema }
  /** One of several; `by` is the field that says which, `null` if none does. */
  | { kind: "variants"; variants: Variant[]; by: string | null; common: Field[] }
  | { kind: "values"; values: unknown[] }
  /** Of these JSON types, such as `["number", "string"]`. */
  | { kind: "plain"; types: string[] }
  | { kind: "anything" };

/** A field of an object. */
export interface Field {
  name: string;
  schema: Schema;
  required: boolean;
}

/** One of several shapes that a value may have. */
export interface Variant {
  schema: Schema;
  /** The component that it is, `null` if it has no name. */
  name: string | null;
  /** What the telling field has in it, `null` if there is no such field. */
  value: unknown;
  /** The fields that not all variants have alike; empty if it is no object. */
  fields: Field[];
}

/** A schema, read. */
export interface Shaped {
  shape: Shape;
  nullable: boolean;
  /** The component that it is, `null` if it has no name. */
  name: string | null;
  /** Itself, with what its parts say put together: for its description, default, example and limits. */
  schema: Schema;
}

/** Reads a schema, following its references by one step. */
export function shapeOf(document: ApiDocument, schema: Schema): Shaped {
  const whole = merged(document, schema);
  const name = nameOf(schema) ?? nameOf(soleOf(schema) ?? {});
  const branches = whole.anyOf ?? whole.oneOf ?? [];
  const present = branches.filter((branch) => branch.type !== "null");
  const types = [whole.type ?? []].flat();
  const nullable = present.length < branches.length || types.includes("null");
  const [only] = present;
  if (present.length === 1 && only !== undefined) {
    const inner = shapeOf(document, only);
    const { anyOf: _anyOf, oneOf: _oneOf, ...own } = whole;
    return { ...inner, nullable: nullable || inner.nullable, schema: { ...inner.schema, ...own } };
  }
  return { shape: bare(document, whole, present, types), nullable, name, schema: whole };
}

function bare(document: ApiDocument, whole: Schema, present: Schema[], types: string[]): Shape {
  if (whole.enum !== undefined) return { kind: "values", values: whole.enum.filter((value) => value !== null) };
  if (present.length > 1) return severalOf(document, present);
  if (types.includes("array")) return { kind: "list", of: whole.items ?? null };
  const { additionalProperties: rest } = whole;
  const fields = fieldsOf(whole);
  if (fields.length === 0 && typeof rest === "object") return { kind: "record", of: rest };
  if (whole.properties !== undefined || types.includes("object")) return { kind: "object", fields };
  const plain = types.filter((type) => type !== "null");
  return plain.length === 0 ? { kind: "anything" } : { kind: "plain", types: plain };
}

/** Several branches: of plain types a plain type, else variants. */
function severalOf(document: ApiDocument, present: Schema[]): Shape {
  const read = present.map((schema) => shapeOf(document, schema));
  const plain = read.map(({ shape, name }) => (name === null && shape.kind === "plain" ? shape.types : null));
  if (!plain.includes(null)) return { kind: "plain", types: [...new Set(plain.flatMap((types) => types ?? []))] };
  const values = read.map(({ shape, name }) => (name === null && shape.kind === "values" ? shape.values : null));
  if (!values.includes(null)) return { kind: "values", values: values.flatMap((some) => some ?? []) };

  const objects = read.map(({ shape }) => (shape.kind === "object" ? shape.fields : []));
  const by = tellingField(document, objects);
  // Named variants have a place of their own, where all of them is told.
  const isNamed = read.every(({ name }) => name !== null);
  const [first = []] = objects;
  const common = isNamed ? [] : first.filter((field) => objects.every((fields) => fields.some(isLike(field))));
  return {
    kind: "variants",
    by,
    common,
    variants: read.map(({ name, schema }, index) => ({
      schema,
      name,
      value: valueIn(document, objects[index] ?? [], by),
      fields: (objects[index] ?? []).filter((field) => field.name !== by && !common.some(isLike(field))),
    })),
  };
}

function isLike(field: Field): (other: Field) => boolean {
  const text = JSON.stringify(field);
  return (other) => other.name === field.name && JSON.stringify(other) === text;
}

/** The field that has one value of its own in each of several objects. */
function tellingField(document: ApiDocument, objects: readonly Field[][]): string | null {
  const [first = []] = objects;
  const found = first.find(({ name }) => {
    const values = objects.map((fields) => valueIn(document, fields, name));
    return !values.includes(null) && new Set(values).size === values.length;
  });
  return found?.name ?? null;
}

function valueIn(document: ApiDocument, fields: readonly Field[], name: string | null): unknown {
  const field = fields.find((field) => field.name === name);
  if (field === undefined) return null;
  const { shape } = shapeOf(document, field.schema);
  return shape.kind === "values" && shape.values.length === 1 ? shape.values[0] : null;
}

function fieldsOf({ properties = {}, required = [] }: Schema): Field[] {
  return Object.entries(properties).map(([name, schema]) => ({ name, schema, required: required.includes(name) }));
}

/** The one component among the parts of an `allOf` of which the others add only words. */
function soleOf({ allOf = [] }: Schema): Schema | null {
  const [first, ...others] = allOf;
  return first !== undefined && others.every(({ properties }) => properties === undefined) ? first : null;
}

/** A schema with what it refers to and all of its parts in it. */
function merged(document: ApiDocument, schema: Schema): Schema {
  const name = nameOf(schema);
  const target = name === null ? schema : (document.components.schemas[name] ?? {});
  if (target.allOf === undefined) return target;
  const { allOf, ...own } = target;
  return [...allOf.map((part) => merged(document, part)), own].reduce<Schema>(
    (sum, part) => ({
      ...sum,
      ...part,
      ...((sum.properties ?? part.properties) && { properties: { ...sum.properties, ...part.properties } }),
      ...((sum.required ?? part.required) && { required: [...(sum.required ?? []), ...(part.required ?? [])] }),
    }),
    {},
  );
}

/** The names of the components that a schema refers to by itself or by its nameless parts, in their order. */
export function namesIn(schema: Schema): string[] {
  const name = nameOf(schema);
  if (name !== null) return [name];
  return [...Object.values(schema.properties ?? {}), ...partsOf(schema)].flatMap(namesIn);
}

/** What a schema is made of beside its fields: its branches, and what its entries are. */
export function partsOf({ additionalProperties: rest, allOf, anyOf, items, oneOf }: Schema): Schema[] {
  return [anyOf, oneOf, allOf, items, typeof rest === "object" ? rest : []].flatMap((parts) => parts ?? []);
}

/** Those components, and all that these refer to in turn, each once. */
export function namesFrom(document: ApiDocument, schemas: readonly Schema[]): string[] {
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    for (const inner of namesIn(document.components.schemas[name] ?? {})) visit(inner);
  };
  for (const schema of schemas) for (const name of namesIn(schema)) visit(name);
  return [...found];
}
