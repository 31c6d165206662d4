import type { Child } from "hono/jsx";

/** Text of several lines to copy: with script there is a button for it. */
export function CopyBlock({ text, label }: { text: string; label: string }) {
  return (
    <div>
      <pre tabindex={0} aria-label={label}>
        <code>{text}</code>
      </pre>
      <p>
        <button type="button" class="quiet" data-copy={text} hidden>
          Copy<span class="off"> {label}</span>
        </button>
      </p>
    </div>
  );
}

/** A secret that nobody is shown again: to be taken along now. */
export function ShownOnce({
  what,
  text,
  on,
  children,
}: {
  what: string;
  text: string;
  /** Where to go on. */
  on: { name: string; path: string };
  children?: Child;
}) {
  return (
    <section class="card" aria-label={what}>
      <p class="warn">
        <b>This is the only time that it is shown.</b> Put it where it is kept safe now: Waymark itself can’t show it
        again.
      </p>
      <p>{what}:</p>
      <CopyBlock text={text} label={what.toLowerCase()} />
      {children}
      <p>
        <a class="button" href={on.path}>
          {on.name}
        </a>
      </p>
    </section>
  );
}
