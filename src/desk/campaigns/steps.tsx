/** The steps by which a campaign is set up. */
export const STEPS = ["plan", "creators", "preview", "launch"] as const;

/** One of {@link STEPS}. */
export type StepName = (typeof STEPS)[number];

const NAMES: Readonly<Record<StepName, string>> = {
  plan: "Plan",
  creators: "Creators",
  preview: "Preview",
  launch: "Launch",
};

/** The page of a step; each can be left, and come back to. */
export function pathOfStep(id: string, step: StepName): string {
  const here = `/admin/campaigns/${encodeURIComponent(id)}`;
  return step === "launch" ? `${here}/launch` : step === "plan" ? `${here}/setup` : `${here}/setup/${step}`;
}

/** Where somebody is on the way to a campaign. `id` is `null` before there is a draft: there is no other step then. */
export function Steps({ id, current }: { id: string | null; current: StepName }) {
  return (
    <nav class="tabs" aria-label="Steps">
      {STEPS.map((step, index) => {
        const name = `${index + 1}. ${NAMES[step]}`;
        if (id === null && step !== current) return <span>{name}</span>;
        return (
          <a
            href={id === null ? "/admin/campaigns/new" : pathOfStep(id, step)}
            {...(step === current && { "aria-current": "step" as const })}
          >
            {name}
          </a>
        );
      })}
    </nav>
  );
}
