import type { Preview } from "../../conversions/definition/preview-schema.ts";
import { wordsOf } from "../form/field.ts";
import type { Desk } from "../frame/desk-load.ts";
import { MoneyText } from "../frame/money.tsx";
import { Chip, Count, Facts, Moment } from "../frame/parts.tsx";
import { Rows } from "../frame/rows.tsx";
import { TrustChip } from "../orders/state.tsx";

/** What a definition would have come to in the last 30 days. */
export function PreviewFigures({ desk, preview }: { desk: Desk; preview: Preview }) {
  const { looked, partial, met, counted, converters, notToldApart, byTrigger, value, valueless, samples } = preview;
  return (
    <>
      <p>
        From <Moment desk={desk} time={preview.from} /> to <Moment desk={desk} time={preview.to} />:{" "}
        <b>
          <Count desk={desk} value={counted} /> {counted === 1 ? "conversion" : "conversions"}
        </b>
        {value === null ? null : (
          <>
            {" "}
            worth{" "}
            <b>
              <MoneyText desk={desk} money={value} />
            </b>
          </>
        )}
        .
      </p>
      {partial ? <p class="warn">There was more than is looked at: it would have been more.</p> : null}
      <Facts
        facts={[
          ["Met it", <Count desk={desk} value={met} />],
          ["Count, by the limit", <Count desk={desk} value={counted} />],
          ["Different people", <Count desk={desk} value={converters} />],
          ["Nobody can tell apart", notToldApart === 0 ? null : <Count desk={desk} value={notToldApart} />],
          ["Without the value they should have", valueless === 0 ? null : <Count desk={desk} value={valueless} />],
          [
            "Looked at",
            `${desk.formats.count(looked.events)} events, ${desk.formats.count(looked.orders)} orders, ${desk.formats.count(
              looked.conversions,
            )} conversions, ${desk.formats.count(looked.contacts)} contacts`,
          ],
        ]}
      />
      <Rows
        caption="By trigger"
        heads={["Trigger", { label: "Met", num: true }, "Note"]}
        rows={byTrigger.map((trigger) => [
          trigger.summary,
          trigger.met === null ? "can’t be told" : <Count desk={desk} value={trigger.met} />,
          trigger.note ?? <span class="none">–</span>,
        ])}
      />
      {samples.length === 0 ? (
        <p class="note">Nothing met it.</p>
      ) : (
        <Rows
          caption="The newest that met it"
          heads={["When", "What", "Trigger", "Word", { label: "Value", num: true }, "Counts"]}
          rows={samples.map((sample) => [
            <Moment desk={desk} time={sample.time} />,
            <>
              {wordsOf(sample.kind)}
              {sample.name === null ? "" : ` ${sample.name}`}
              {sample.page === null ? null : (
                <>
                  {" "}
                  <code>{sample.page}</code>
                </>
              )}
              {sample.contactId === null ? null : (
                <>
                  {" "}
                  <a href={`/admin/contacts/${sample.contactId}`}>contact</a>
                </>
              )}
            </>,
            String(sample.trigger + 1),
            <TrustChip trust={sample.trust} />,
            sample.valueNote === null ? <MoneyText desk={desk} money={sample.value} /> : wordsOf(sample.valueNote),
            sample.counted ? <Chip tone="good">Counts</Chip> : <Chip>Over the limit</Chip>,
          ])}
        />
      )}
    </>
  );
}
