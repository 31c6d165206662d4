import { Chip, type Tone } from "../frame/parts.tsx";
import type { Provider } from "./provider-load.ts";

type Capability = keyof Provider["capabilities"];

const WORDS: Readonly<Record<Capability, string>> = {
  discountCodes: "Discount codes",
  affiliateLink: "Links that earn",
  attributionTag: "A tag of each creator",
  oncePerCustomer: "A code once for each customer",
  totalUses: "A bound on a code’s uses",
  minimumCartValue: "A minimum value of the cart",
  minimumQuantity: "A minimum number of pieces",
  products: "Limits to products or categories",
  productsAndCategories: "Limits to both at once",
  startDate: "Codes that begin later",
  endDate: "Codes that end by themselves",
  orders: "How orders come in",
  code: "What codes are made of",
};

const ORDERS: Readonly<Record<Provider["capabilities"]["orders"], string>> = {
  webhooks: "The shop tells of them",
  polling: "The shop is asked for them",
  report: "Reports are imported",
  site: "Your pages or your server report them",
};

const LINKS = {
  redirect: "Lead to the page with a click id",
  discount_link: "Apply the code by themselves",
  checkout_link: "Open the checkout with the code",
} as const;

/** What a platform can do, in words, with what people should know of it. */
export function ProviderTable({ provider }: { provider: Provider }) {
  const names = Object.keys(WORDS) as Capability[];
  return (
    <table class="stack">
      <caption class="off">What {provider.name} can do</caption>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Can it</th>
          <th scope="col">To know</th>
        </tr>
      </thead>
      <tbody>
        {names.map((name) => {
          const { text, tone } = answerOf(provider, name);
          const note = provider.notes[name];
          return (
            <tr>
              <th scope="row">{WORDS[name]}</th>
              <td data-label="Can it">
                <span>{tone === null ? text : <Chip tone={tone}>{text}</Chip>}</span>
              </td>
              <td data-label="To know">
                <span>
                  {note?.says} {note?.wayRound == null ? null : <>Instead: {note.wayRound}.</>}
                </span>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function answerOf({ capabilities, notes }: Provider, name: Capability): { text: string; tone: Tone | null } {
  if (name === "orders") return { text: ORDERS[capabilities.orders], tone: null };
  if (name === "affiliateLink" && capabilities.affiliateLink !== null)
    return { text: LINKS[capabilities.affiliateLink], tone: null };
  if (name === "code" && capabilities.code !== null) {
    const { minLength, maxLength, alphabet } = capabilities.code;
    return { text: `${minLength} to ${maxLength} of ${alphabet}`, tone: null };
  }
  if (capabilities[name] === null || capabilities[name] === false) return { text: "No", tone: "bad" };
  return notes[name]?.effort === "best" ? { text: "As far as it can", tone: "wait" } : { text: "Yes", tone: "good" };
}
