import type { Preview } from "../../conversions/definition/preview-schema.ts";
import { TEMPLATE_IDS, TEMPLATES, type TemplateId } from "../../conversions/definition/templates.ts";
import type { Desk } from "../frame/desk-load.ts";
import { withQuery } from "../frame/places.ts";
import { PreviewFigures } from "./preview.tsx";
import type { ShownDefinition } from "./state.tsx";
import { shownTerms, termsBody } from "./terms.ts";

/** What a form of a definition would come to: of a draft that is there, what it doesn't say is as it stands. Throws the API's `Problem`. */
export async function previewBody(desk: Desk, body: Record<string, unknown>, row: ShownDefinition | null = null) {
  const whole =
    row === null ? body : { ...termsBody(shownTerms(row)), storeId: row.storeId, currency: row.currency, ...body };
  const sent = await desk.api.send<Preview>("POST", "/conversion-definitions/preview", whole);
  if (!sent.ok) throw sent.problem;
  return <PreviewFigures desk={desk} preview={sent.body} />;
}

/** The template that an address names; `null`: none. */
function templateIn(url: URL): TemplateId | null {
  return TEMPLATE_IDS.find((id) => id === url.searchParams.get("begin")) ?? null;
}

/** What the template that an address names has a new form begin with. */
export function startOf(url: URL): unknown {
  const id = templateIn(url);
  if (id === null) return {};
  const { name, triggers, value, limit } = TEMPLATES[id];
  return { name, triggers, value, limit };
}

/** Above the form of a new definition: templates to begin from, or what to do for the one that was chosen. */
export function Begin({ desk }: { desk: Desk }) {
  const id = templateIn(desk.url);
  return (
    <>
      {id === null ? (
        <p class="note">
          <a href={withQuery("/admin/definitions/templates", { store: desk.store?.id })}>Begin from a template</a>, or
          fill it in from nothing. A draft counts nothing until it is activated.
        </p>
      ) : (
        <section class="card" aria-label="What to do for it">
          <h2>{TEMPLATES[id].name}</h2>
          <p>{TEMPLATES[id].description}</p>
          <Steps id={id} />
        </section>
      )}
      <Live path="/admin/definitions/live" />
    </>
  );
}

/** What a person has to do for a template. */
export function Steps({ id }: { id: TemplateId }) {
  return (
    <ol>
      {TEMPLATES[id].instructions.map(({ step, code }) => (
        <li>
          {step}
          {code === null ? null : (
            <>
              <pre>{code}</pre>
              <button type="button" data-copy={code} hidden>
                Copy
              </button>
            </>
          )}
        </li>
      ))}
    </ol>
  );
}

/** Where script shows, as a form is filled in, what it would come to. Without script the form's own Preview does. */
export function Live({ path }: { path: string }) {
  return (
    <section class="card" data-live={path} aria-label="What it would come to, as it is filled in" hidden>
      <h2>What the last 30 days would have made of it</h2>
      <div data-shown="" aria-live="polite" />
    </section>
  );
}
