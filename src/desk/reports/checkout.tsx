import type { CheckoutReport } from "../../reports/visits/cart-schema.ts";
import { renderFunnel } from "../../reports/chart/funnel.ts";
import { deskListOf } from "../frame/lists.ts";
import { Card } from "../frame/parts.tsx";
import { measuresOf, shareText } from "../report/measures.ts";
import type { Answer, Report, ReportView } from "../report/report.ts";

type Step = CheckoutReport["data"][number];

const { count, share, time } = measuresOf<Step>();

/** `/admin/reports/checkout`: each number of carts leads to these. */
export const CHECKOUT: Report<Step, Step> = {
  title: "Checkout",
  about: "In the order of the active plan’s steps, of carts of consenting visitors that began in this time.",
  api: "/reports/checkout",
  store: "one",
  filters: [],
  keys: [{ label: "Step", text: ({ step }) => step, href: ({ lists }) => deskListOf(lists.entered) }],
  measures: [
    count("entered", "Came to it", { hint: "Carts, each once.", href: ({ lists }) => deskListOf(lists.entered) }),
    count("continued", "Went on", {
      hint: "To a later step or an order.",
      href: ({ lists }) => deskListOf(lists.continued),
    }),
    count("left", "Left", { hint: "It was their last step.", href: ({ lists }) => deskListOf(lists.left) }),
    count("open", "Are there yet", { href: ({ lists }) => deskListOf(lists.open) }),
    share("lostShare", "Lost", { hint: "Left of those that came to it." }),
    time("medianMsToNext", "Time to go on", { hint: "From first entering it to the next step or the order; median." }),
    count("events", "Entered by anybody", { hint: "How often, with consent or without." }),
    count("measuredEvents", "By consenting visitors"),
    share("measuredShare", "Measured"),
  ],
  foot: () => [],
  above: (answer, view) => <Funnel answer={answer} view={view} />,
  empty: "Steps are those of the checkout in the store’s active tagging plan; pages tell of them by the snippet.",
};

/** The way from the first step to the order, drawn. */
function Funnel({ answer, view: { desk } }: { answer: Answer<Step, Step>; view: ReportView }) {
  const { formats } = desk;
  const { carts, bought } = answer.total as unknown as CheckoutReport["total"];
  if (answer.data.length === 0) return null;
  const shareOf = (value: number): string => (carts === 0 ? "" : `, ${shareText(formats, value / carts)} of all`);
  const steps = [
    ...answer.data.map(({ step, entered, lostShare }) => ({
      name: step,
      count: entered,
      text: `${formats.count(entered)} came to it${shareOf(entered)}${lostShare === null ? "" : `; ${shareText(formats, lostShare)} of these left here`}`,
    })),
    { name: "Bought", count: bought, text: `${formats.count(bought)}${shareOf(bought)}` },
  ];
  return (
    <Card
      title="From step to step"
      id="funnel"
      note={`${formats.count(carts)} carts came to any step, ${formats.count(bought)} were bought.`}
    >
      {renderFunnel(steps, "s1")}
    </Card>
  );
}
