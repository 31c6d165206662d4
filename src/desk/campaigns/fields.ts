import type { Field, Option } from "../form/field.ts";
import type { Desk } from "../frame/desk-load.ts";
import { planFields } from "../plans/fields.ts";

const NAME: Field = { kind: "text", name: "name", label: "Name", required: true, max: 120 };

const GENERATE_ON: Field = {
  kind: "choice",
  name: "generateOn",
  label: "A creator’s code and links are made",
  as: "radio",
  initial: "approval",
  empty: "omit",
  options: [
    { value: "approval", label: "once the creator is approved" },
    { value: "added", label: "as soon as the creator is added" },
  ],
};

const SEE: Field = {
  kind: "switch",
  name: "creatorsSeePerformance",
  label: "Creators see their performance, and can take the sales report with them",
};

/** What a campaign is changed by. */
export const EDIT_FIELDS: readonly Field[] = [
  NAME,
  {
    kind: "ref",
    of: "plan",
    name: "planId",
    label: "Tracking plan",
    hint: "A campaign that is launched keeps its plan, unless there is a reason below and no sale yet.",
  },
  GENERATE_ON,
  {
    kind: "switch",
    name: "tracking",
    label: "Codes and links are made",
    hint: "Those that there are go on working without.",
  },
  SEE,
  {
    kind: "group",
    name: "override",
    label: "Another plan after the launch",
    folded: true,
    optional: true,
    fields: [
      {
        kind: "text",
        name: "reason",
        label: "Reason",
        max: 500,
        empty: "omit",
        hint: "Creators may have posted what was made under the plan that it has. The reason is kept in the audit log.",
      },
    ],
  },
];

/** How a campaign comes to its plan. */
export type PlanChoice = "choose" | "make" | "later";

const HOW: Field = {
  kind: "choice",
  name: "how",
  label: "Tracking plan",
  as: "radio",
  initial: "choose",
  options: [
    { value: "choose", label: "One that there is" },
    { value: "make", label: "A new one" },
    { value: "later", label: "None yet" },
  ],
};

/**
 * The first step of a campaign. `plans` are those to choose from; `null`: they are too many, and typed. `choice` leaves out what doesn't belong to it; `null`: all of it, to be shown. `making`: of a
 * campaign that isn't there yet.
 */
export function planStepFields(
  desk: Desk,
  plans: readonly Option[] | null,
  making: boolean,
  choice: PlanChoice | null,
): readonly Field[] {
  return [
    NAME,
    HOW,
    ...(choice === null || choice === "choose"
      ? [
          {
            kind: "group",
            name: null,
            label: "The plan that there is",
            when: { name: "how", is: ["choose"] },
            fields: [planField(plans)],
          } as const,
        ]
      : []),
    ...(choice === null || choice === "make"
      ? [
          {
            kind: "group",
            name: "plan",
            label: "The new plan",
            folded: true,
            when: { name: "how", is: ["make"] },
            fields: planFields(desk, true),
          } as const,
        ]
      : []),
    GENERATE_ON,
    SEE,
    {
      kind: "switch",
      name: "tracking",
      label: "Make codes and links before the launch already",
      hint: making
        ? "Else nothing is made until you launch the campaign, so that you can look at everything first."
        : "Else nothing is made until the launch.",
    },
  ];
}

/** Which plan: a choice where they aren't too many. */
function planField(plans: readonly Option[] | null): Field {
  return plans === null
    ? { kind: "ref", of: "plan", name: "planId", label: "Plan", hint: "Its name, or its id." }
    : { kind: "choice", name: "planId", label: "Plan", options: plans };
}

/** With which status creators are added. */
export const STATUS_FIELD: Field = {
  kind: "choice",
  name: "status",
  label: "They are added as",
  as: "radio",
  initial: "approved",
  options: [
    { value: "approved", label: "approved: they take part" },
    { value: "applied", label: "applied: somebody approves them later" },
  ],
};

/** Creators as they are pasted. */
export const PASTED_FIELD: Field = {
  kind: "ref",
  of: "creator",
  many: true,
  name: "creatorIds",
  label: "Paste creators",
  hint: "One a line: a name, an e-mail address, a handle, your own id or Waymark’s. At most 50 names, or 1,000 ids.",
};
