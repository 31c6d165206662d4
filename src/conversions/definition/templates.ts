import type { ConversionLimit } from "../../ground/model/conversion.ts";

/** The standard conversions by what the API calls them. */
export const TEMPLATE_IDS = [
  "purchase",
  "sign-up",
  "lead-form",
  "quote-request",
  "pdf-download",
  "add-to-cart",
  "checkout-started",
  "call",
  "returning-customer",
  "first-purchase",
] as const;

/** One of {@link TEMPLATE_IDS}. */
export type TemplateId = (typeof TEMPLATE_IDS)[number];

/** What a person has to do, with what is to be pasted for it. */
export interface Step {
  step: string;
  code: string | null;
}

/** A standard conversion; triggers and value in the form that `POST /conversion-definitions` takes. */
export interface Template {
  id: TemplateId;
  name: string;
  description: string;
  triggers: readonly Readonly<Record<string, unknown>>[];
  value: Readonly<Record<string, unknown>>;
  limit: ConversionLimit | null;
  instructions: readonly Step[];
}

const SNIPPET: Step = {
  step: "Have the snippet of the store on every page (see docs/embedding.md), and on this one too.",
  code: null,
};
const ORDERS: Step = {
  step: "Let the store's orders be known: by a connected shop, a call of its server, or the snippet on the page that thanks. An order converts once a server has confirmed it.",
  code: null,
};
const ACTIVATE: Step = {
  step: "See by POST …/preview what the last 30 days would have made of it, then activate it by POST …/activate.",
  code: null,
};

/** A step that runs a line when a form was sent. */
function sent(selector: string, call: string): Step {
  return {
    step: `Behind the form, with ${selector} replaced by what selects it on your page.`,
    code: `<script>\n  document.querySelector("${selector}").addEventListener("submit", function () {\n    ${call};\n  });\n</script>`,
  };
}

/** The standard conversions. */
export const TEMPLATES: Readonly<Record<TemplateId, Template>> = {
  purchase: {
    id: "purchase",
    name: "Purchase",
    description: "An order that was bought, with what it came to. Cancelled ones are withdrawn.",
    triggers: [{ type: "order", which: "any" }],
    value: { mode: "order" },
    limit: null,
    instructions: [ORDERS, ACTIVATE],
  },
  "sign-up": {
    id: "sign-up",
    name: "Sign-up",
    description: "Somebody opened an account: once a contact, whatever they open after it.",
    triggers: [{ type: "event", event: "sign_up" }],
    value: { mode: "none" },
    limit: { times: 1, windowDays: null },
    instructions: [
      SNIPPET,
      { step: "On the page that comes after an account was opened.", code: '<script>wm("track", "sign_up");</script>' },
      ACTIVATE,
    ],
  },
  "lead-form": {
    id: "lead-form",
    name: "Lead form",
    description: "A contact form that was sent: once a contact within 30 days.",
    triggers: [{ type: "event", event: "lead" }],
    value: { mode: "none" },
    limit: { times: 1, windowDays: 30 },
    instructions: [SNIPPET, sent("#contact-form", 'wm("track", "lead", { form: "contact" })'), ACTIVATE],
  },
  "quote-request": {
    id: "quote-request",
    name: "Quote request",
    description: "Somebody asked for a quote, with what it may come to, if the page knows.",
    triggers: [{ type: "event", event: "quote_request" }],
    value: { mode: "event" },
    limit: null,
    instructions: [
      SNIPPET,
      sent("#quote-form", 'wm("track", "quote_request", { value: "250.00", currency: "EUR" })'),
      { step: "Put the amount and the currency of the request there, or leave both out.", code: null },
      ACTIVATE,
    ],
  },
  "pdf-download": {
    id: "pdf-download",
    name: "PDF download",
    description: "A click on a link to a PDF: once a contact and day.",
    triggers: [{ type: "event", event: "download", where: [{ property: "file", is: "contains", value: ".pdf" }] }],
    value: { mode: "none" },
    limit: { times: 1, windowDays: 1 },
    instructions: [
      SNIPPET,
      {
        step: "On every page with such links: it tells of each click on one.",
        code: '<script>\n  document.addEventListener("click", function (event) {\n    var link = event.target.closest && event.target.closest("a[href]");\n    if (link && /\\.pdf$/i.test(link.pathname)) wm("track", "download", { file: link.pathname });\n  });\n</script>',
      },
      ACTIVATE,
    ],
  },
  "add-to-cart": {
    id: "add-to-cart",
    name: "Add to cart",
    description: "Something was put into the cart, with its price.",
    triggers: [{ type: "event", event: "add_to_cart" }],
    value: { mode: "event" },
    limit: null,
    instructions: [
      SNIPPET,
      {
        step: "When the button is pressed, with the price and the currency of the product.",
        code: 'wm("track", "add_to_cart", { value: "19.90", currency: "EUR", sku: "SKU-1" });',
      },
      ACTIVATE,
    ],
  },
  "checkout-started": {
    id: "checkout-started",
    name: "Checkout started",
    description: "The checkout was opened, by its page or by what the page says: once a contact and day.",
    triggers: [
      { type: "url", url: { is: "contains", value: "/checkout" } },
      { type: "event", event: "checkout_started" },
    ],
    value: { mode: "none" },
    limit: { times: 1, windowDays: 1 },
    instructions: [
      SNIPPET,
      {
        step: "Nothing more, where the address of the checkout has /checkout in it. Else, as it is opened:",
        code: 'wm("track", "checkout_started");',
      },
      ACTIVATE,
    ],
  },
  call: {
    id: "call",
    name: "Call",
    description: "A call of half a minute or more.",
    triggers: [{ type: "call", minTalkSeconds: 30 }],
    value: { mode: "none" },
    limit: null,
    instructions: [
      {
        step: "Let whoever takes calls, or their system, record them by POST /conversion-definitions/{id}/conversions.",
        code: null,
      },
      ACTIVATE,
    ],
  },
  "returning-customer": {
    id: "returning-customer",
    name: "Returning customer",
    description: "An order of a customer who bought before, with what it came to.",
    triggers: [{ type: "order", which: "returning" }],
    value: { mode: "order" },
    limit: null,
    instructions: [
      ORDERS,
      { step: "Send customerId with each order: without it nobody can be told to come back.", code: null },
      ACTIVATE,
    ],
  },
  "first-purchase": {
    id: "first-purchase",
    name: "First purchase",
    description: "The first order of a customer, with what it came to.",
    triggers: [{ type: "order", which: "first" }],
    value: { mode: "order" },
    limit: { times: 1, windowDays: null },
    instructions: [
      ORDERS,
      { step: "Send customerId with each order: without it nobody can be told to be new.", code: null },
      ACTIVATE,
    ],
  },
};
