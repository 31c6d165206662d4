import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import { dayAfter } from "../../ground/time/range.ts";
import type { HeatAnswer } from "../../reports/visits/heat-schema.ts";
import { type Desk, deskOf } from "../frame/desk-load.ts";
import { Card, Count, Empty } from "../frame/parts.tsx";
import { answerPage } from "../frame/shell-page.tsx";
import { StoreChoice } from "../resource/list-page.tsx";
import { heatDrawing } from "./heat-drawing.ts";

const WIDTHS = [
  { value: "narrow", label: "Phones, up to 767 px" },
  { value: "medium", label: "Tablets, up to 1199 px" },
  { value: "wide", label: "Wider windows" },
] as const;

/** Rows of each table. */
const TABLE_ROWS = 50;

/** Pages that are offered, the most viewed first. */
const PAGES = 200;

/** `/admin/heatmap`: where a page is clicked, over its outline or a screenshot of one's own, and as tables. */
export async function heatPage(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["reports:read"]);
  const asked = (name: string): string => desk.url.searchParams.get(name) ?? "";
  const store = desk.store ?? desk.stores[0] ?? null;
  const today = new Date(desk.now).toISOString().slice(0, 10);
  const from = asked("from") || dayAfter(today, -29);
  const to = asked("to") || today;
  const width = WIDTHS.find(({ value }) => value === asked("width"))?.value ?? "wide";
  const pages = store === null ? [] : await pagesOf(desk, store.id, from, to);
  const page = asked("page") || pages[0] || "";
  const heat =
    store === null || page === ""
      ? null
      : await desk.api.get<HeatAnswer>("/heatmaps", { store: store.id, from, to, page, width });
  return answerPage(
    c,
    { title: "Heat map", islands: ["heat"] },
    <>
      <form class="filters" aria-label="Filters">
        <StoreChoice desk={{ ...desk, store }} all={false} />
        <div class="field">
          <label for="f-page">Page</label>
          <input id="f-page" name="page" value={page} list="pages" autocomplete="off" />
          <datalist id="pages">
            {pages.map((path) => (
              <option value={path} />
            ))}
          </datalist>
        </div>
        <div class="field">
          <label for="f-width">Windows</label>
          <select id="f-width" name="width" data-now="">
            {WIDTHS.map(({ value, label }) => (
              <option value={value} selected={value === width}>
                {label}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for="f-from">From</label>
          <input id="f-from" type="date" name="from" value={from} />
        </div>
        <div class="field">
          <label for="f-to">Until</label>
          <input id="f-to" type="date" name="to" value={to} />
        </div>
        <button>Show</button>
      </form>
      {heat === null || (heat.cells.length === 0 && heat.scroll.length === 0) ? (
        <Empty title="Nothing was counted on this page." action={<a href="/admin/tagging-plans">Tagging plans</a>}>
          Clicks by zone are counted of consenting visitors where the store’s tagging plan asks for the heat map.
        </Empty>
      ) : (
        <Heat desk={desk} heat={heat} />
      )}
    </>,
  );
}

/** The paths that were seen most in that time: none where that can't be read. */
async function pagesOf(desk: Desk, store: string, from: string, to: string): Promise<string[]> {
  try {
    const { data } = await desk.api.get<{ data: { page: string }[] }>("/reports/pages", {
      store,
      from,
      to,
      limit: PAGES,
    });
    return data.map(({ page }) => page);
  } catch {
    return [];
  }
}

function Heat({ desk, heat }: { desk: Desk; heat: HeatAnswer }) {
  const drawing = heatDrawing(heat);
  const share =
    heat.measuredShare === null
      ? ""
      : `, ${desk.formats.share(Math.round(heat.measuredShare * 10_000), 10_000)} of all views`;
  return (
    <>
      <Card
        title={heat.page}
        id="drawing"
        note={
          <>
            <Count desk={desk} value={heat.views} /> measured views of such windows{share}. Darker is clicked more.
            Framed: planned elements, where they were seen last.
          </>
        }
      >
        <div
          class="heat"
          data-heat={JSON.stringify({ cells: drawing.cells, width: drawing.width, height: drawing.height })}
        >
          <svg
            viewBox={`0 0 ${drawing.width} ${drawing.height}`}
            role="img"
            aria-label={`Where ${heat.page} is clicked: the same as the table below`}
          >
            <rect class="page" width={drawing.width} height={drawing.height} />
            {drawing.outline.map(({ left, top, width, height, rule }) => (
              <rect class="outline" x={left} y={top} width={width} height={height}>
                <title>{rule}</title>
              </rect>
            ))}
            {drawing.cells.map(({ x, y, width, height, heat: value }) => (
              <rect class="cell" x={x} y={y} width={width} height={height} fill-opacity={value} />
            ))}
          </svg>
        </div>
        <p hidden data-shot="">
          <label>
            Lay it over a screenshot of the page <input type="file" accept="image/*" />
          </label>{" "}
          <small>It stays in this browser.</small>
        </p>
      </Card>
      <div class="cards">
        <Card title="Zones" note="50 columns, rows of 20 px; the most clicked first.">
          <Zones desk={desk} rows={heat.cells} of={drawing.clicks} />
        </Card>
        <Card title="Planned elements">
          {heat.elements.length === 0 ? (
            <Empty title="No planned element was clicked." />
          ) : (
            <table>
              <thead>
                <tr>
                  <th scope="col">Element</th>
                  <th scope="col">Where on it</th>
                  <th scope="col" class="num">
                    Clicks
                  </th>
                </tr>
              </thead>
              <tbody>
                {heat.elements.slice(0, TABLE_ROWS).map(({ rule, column, row, count }) => (
                  <tr>
                    <th scope="row">{rule}</th>
                    <td>
                      {column * 10} % across, {row * 10} % down
                    </td>
                    <td class="num">
                      <Count desk={desk} value={count} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Card>
        <Card title="Rage clicks" note="Three and more in one place within a second each.">
          {heat.rage.length === 0 ? (
            <Empty title="There were none." />
          ) : (
            <Zones desk={desk} rows={heat.rage} of={drawing.rage} />
          )}
        </Card>
        <Card title="How far the page is seen">
          <table>
            <thead>
              <tr>
                <th scope="col">At least</th>
                <th scope="col" class="num">
                  Views
                </th>
                <th scope="col" class="num">
                  Share
                </th>
              </tr>
            </thead>
            <tbody>
              {heat.scroll.slice(0, TABLE_ROWS).map(({ px, views }) => (
                <tr>
                  <th scope="row">{desk.formats.count(px)} px</th>
                  <td class="num">
                    <Count desk={desk} value={views} />
                  </td>
                  <td class="num">{desk.formats.share(views, heat.views)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Card>
      </div>
    </>
  );
}

function Zones({ desk, rows, of }: { desk: Desk; rows: HeatAnswer["cells"]; of: number }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Across</th>
          <th scope="col">Down</th>
          <th scope="col" class="num">
            Clicks
          </th>
          <th scope="col" class="num">
            Share
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, TABLE_ROWS).map(({ column, row, fixed, count }) => (
          <tr>
            <td>{column * 2} %</td>
            <td>
              {desk.formats.count(row * 20)} px{fixed ? ", stays in view" : ""}
            </td>
            <td class="num">
              <Count desk={desk} value={count} />
            </td>
            <td class="num">{desk.formats.share(count, of)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
