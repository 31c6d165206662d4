import { type ApiDocument, nameOf, type Schema } from "./document.ts";
import { type Field, namesFrom, shapeOf, type Variant } from "./shape.ts";

/** A type in TypeScript for a schema, components by their names. `pad` is what its lines begin with. */
export function typeText(document: ApiDocument, schema: Schema, pad = ""): string {
  const shaped = shapeOf(document, schema);
  const name = nameOf(schema) ?? shaped.name;
  const text = name ?? bareText(document, schema, pad);
  return shaped.nullable ? `${text} | null` : text;
}

/** The declarations of all components that schemas refer to. */
export function declarations(document: ApiDocument, schemas: readonly Schema[]): string[] {
  return namesFrom(document, schemas).map((name) => {
    const schema = document.components.schemas[name] ?? {};
    const { shape, nullable } = shapeOf(document, schema);
    const text = bareText(document, schema, "");
    return shape.kind === "object" && !nullable
      ? `interface ${name} ${text}`
      : `type ${name} = ${text}${nullable ? " | null" : ""};`;
  });
}

function bareText(document: ApiDocument, schema: Schema, pad: string): string {
  const { shape } = shapeOf(document, schema);
  switch (shape.kind) {
    case "object":
      return objectText(document, shape.fields, pad);
    case "list":
      return shape.of === null ? "unknown[]" : listText(typeText(document, shape.of, pad));
    case "record":
      return `Record<string, ${typeText(document, shape.of, pad)}>`;
    case "variants":
      return shape.variants.map((variant) => variantText(document, variant, pad)).join(" | ");
    case "values":
      return shape.values.map((value) => JSON.stringify(value)).join(" | ");
    case "plain":
      return shape.types.map((type) => (type === "integer" ? "number" : type)).join(" | ");
    default:
      return "unknown";
  }
}

function variantText(document: ApiDocument, { name, schema }: Variant, pad: string): string {
  return name ?? typeText(document, schema, pad);
}

function listText(item: string): string {
  return /[|]/.test(item) && !item.startsWith("{") ? `(${item})[]` : `${item}[]`;
}

function objectText(document: ApiDocument, fields: readonly Field[], pad: string): string {
  const inner = `${pad}  `;
  const lines = fields.map(({ name, schema, required }) => {
    const key = /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? name : JSON.stringify(name);
    return `${inner}${key}${required ? "" : "?"}: ${typeText(document, schema, inner)};`;
  });
  return lines.length === 0 ? "{}" : `{\n${lines.join("\n")}\n${pad}}`;
}
