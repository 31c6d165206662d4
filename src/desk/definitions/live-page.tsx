import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import { Problem } from "../../ground/http/problem.ts";
import { FormFaults } from "../form/faults.tsx";
import { readForm } from "../form/read.ts";
import { resolveRefs } from "../form/resolve-load.ts";
import { filledBy } from "../form/show.ts";
import { deskOf } from "../frame/desk-load.ts";
import { SAFE } from "../frame/shell-page.tsx";
import { previewBody } from "./begin.tsx";
import { editFields, NEW_FIELDS } from "./fields.ts";
import type { ShownDefinition } from "./state.tsx";
import { termsBody } from "./terms.ts";

/**
 * Answers a part of a page: what a definition's form, as it is filled in, would have come to. With `of=` the form is that of
 * a draft that is there. Writes nothing.
 */
export async function livePart(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["plans:read", "orders:read"]);
  const of = desk.url.searchParams.get("of");
  const row =
    of === null ? null : await desk.api.get<ShownDefinition>(`/conversion-definitions/${encodeURIComponent(of)}`);
  const fields = row === null ? NEW_FIELDS : editFields(row);
  const { body, faults, refs } = readForm(fields, filledBy(await c.req.formData()), row === null);
  faults.push(...(await resolveRefs(desk.api, refs)));
  let shown: Child;
  try {
    if (faults.length > 0) throw new Problem("validation_failed", "Some values have to be mended.", faults);
    shown = await previewBody(desk, termsBody(body), row);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    shown = <FormFaults problem={error} fields={fields} />;
  }
  const text = await ((<>{shown}</>) as unknown as Promise<string> | string);
  return new Response(text, {
    headers: { ...SAFE, "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "default-src 'none'" },
  });
}
