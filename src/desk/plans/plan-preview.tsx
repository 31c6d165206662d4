import type { PlanPreview } from "../../programme/plan/preview-run.ts";
import { Chip, Copy, Facts } from "../frame/parts.tsx";

/** The code and the links that a creator has by a plan, or would get. */
export function PreviewFacts({ preview }: { preview: PlanPreview }) {
  const { code, link, trackingLink, failure } = preview;
  return (
    <>
      {failure === null ? null : (
        <p class="warn">
          Nothing could be made for this creator: {failure.detail} <small>({failure.code})</small>
        </p>
      )}
      <Facts
        facts={[
          ["Code", code === null ? "none" : <Copy text={code.example} label="the code" />],
          [
            "Why not the pattern’s",
            code?.taken === true ? (
              <>
                <Chip tone="wait">Taken</Chip> {code.text} is another creator’s.
              </>
            ) : null,
          ],
          ["Link that earns", <LinkText link={link} />],
          ["Link that counts", <LinkText link={trackingLink} />],
        ]}
      />
    </>
  );
}

/** Where a link leads, and how it is called once it is made. */
export function LinkText({ link }: { link: PlanPreview["link"] | PlanPreview["trackingLink"] }) {
  if (link === null) return <>none</>;
  return (
    <>
      {link.shortUrl === null ? null : (
        <>
          <Copy text={link.shortUrl} label="the link" />
          <br />
        </>
      )}
      leads to <code>{link.url}</code>
    </>
  );
}
