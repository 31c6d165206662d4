import type { AbandonmentReport } from "../../reports/visits/cart-schema.ts";
import type { Desk } from "../frame/desk-load.ts";
import { withQuery } from "../frame/places.ts";
import { measuresOf } from "../report/measures.ts";
import type { Answer, Measure, Report, ReportView } from "../report/report.ts";

type Figures = AbandonmentReport["total"];
type AbandonmentRow = AbandonmentReport["data"][number];

const { count, share } = measuresOf<Figures>();

const STATES = ["open", "abandoned", "recovered", "bought", "replaced"] as const;

const HINTS: Readonly<Record<(typeof STATES)[number], string>> = {
  open: "Something may come of them yet.",
  abandoned: "Nothing was done with them for too long.",
  recovered: "They were abandoned, and bought later.",
  bought: "An order came of them.",
  replaced: "Their visitor took another cart.",
};

/** What carts in a state are worth, below how many they are. */
function worth(state: (typeof STATES)[number]): NonNullable<Measure<Figures>["extra"]> {
  return ({ amounts }: Figures, { formats }: Desk) =>
    amounts
      .filter((each) => each[`${state}Minor`] !== 0)
      .map((each) => (
        <>
          {" "}
          <small>{formats.money(each[`${state}Minor`], each.currency)}</small>
        </>
      ));
}

/** `/admin/reports/abandonment`. */
export const ABANDONMENT: Report<AbandonmentRow, Figures> = {
  title: "Abandonment",
  about: "Carts of consenting visitors by the day on which they began, as they stand now.",
  api: "/reports/abandonment",
  store: "one",
  filters: [
    {
      kind: "choice",
      name: "by",
      label: "Rows are by",
      initial: "none",
      options: [
        { value: "none", label: "Time alone" },
        { value: "source", label: "Source of the visit" },
      ],
    },
  ],
  intervals: ["day", "month"],
  pageRows: 50,
  keys: [
    {
      label: "Source",
      text: ({ source }) => source,
      none: "All",
      href: ({ source }, view) => (source === null ? null : cartsPath(view, { source })),
    },
  ],
  measures: [
    count("carts", "Carts", { main: true, hint: "With an item at least." }),
    ...STATES.map((state) =>
      count(state, state.charAt(0).toUpperCase() + state.slice(1), {
        main: state === "abandoned" || state === "recovered" || state === "bought",
        lessIsBetter: state === "abandoned",
        hint: HINTS[state],
        extra: worth(state),
      }),
    ),
    share("recoveryRate", "Recovery", { main: true, hint: "Recovered of all that were abandoned." }),
  ],
  notes: (answer, view) => <Notes answer={answer} view={view} />,
  empty: "Carts are told of by the snippet, as a tagging plan’s checkout says.",
};

function Notes({ answer, view }: { answer: Answer<AbandonmentRow, Figures>; view: ReportView }) {
  const { abandonedAfterMinutes } = answer as unknown as AbandonmentReport;
  return (
    <p class="note">
      A cart is abandoned after {abandonedAfterMinutes} minutes without anything done.{" "}
      <a href={cartsPath(view, { state: "abandoned" })}>Abandoned carts</a>,{" "}
      <a href={withQuery("/admin/abandoners", keptOf(view))}>who left one</a>
    </p>
  );
}

/** The carts behind a number. */
function cartsPath(view: ReportView, filter: Record<string, string>): string {
  return withQuery("/admin/carts", { ...keptOf(view), ...filter });
}

function keptOf({ here }: ReportView): Record<string, string | null> {
  return Object.fromEntries(["store", "days", "from", "to"].map((name) => [name, here.searchParams.get(name)]));
}
