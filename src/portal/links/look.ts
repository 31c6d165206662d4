import { sparkGaps } from "../overview/spark.ts";

/** Days that the clicks of a link are shown of. */
export const CLICK_DAYS = 30;

/** The style of the page of links, beside the shared one. No line of it begins with a space: see `shellPage`. */
export const LINKS_STYLE = `:root{--bad:#a3261b}
@media(prefers-color-scheme:dark){:root{--bad:#ffb1a6}}
.group{display:grid;gap:1rem;margin-top:1rem}
.group>div:first-child{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:baseline;justify-content:space-between}
.group h2 :is(small,.chip){font-weight:400;margin-left:.35rem}
.card>div>h3{font-size:1rem;overflow-wrap:anywhere}
.card>div>h3 span{font-weight:400;color:var(--soft)}
.about{display:flex;flex-wrap:wrap;gap:.3rem .5rem;margin-top:.35rem}
.live{background:none;padding-left:0;color:var(--sales);font-weight:600}
.live::before{content:"";display:inline-block;width:.5rem;height:.5rem;border-radius:50%;background:var(--sales);margin-right:.4rem}
.spark{height:2.25rem;margin-top:.35rem}
.does{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;font-size:.9rem}
.does summary{padding:.5rem 0;font-size:.9rem;color:var(--accent)}
.does a{padding:.5rem 0}
.does details[open]{flex-basis:100%;order:1}
.terms{display:flex;flex-wrap:wrap;gap:.35rem;margin:0;padding:0;list-style:none}
.terms li{background:var(--chip);border-radius:.5rem;padding:.1rem .6rem;font-size:.875rem}
.new{border-color:var(--accent);box-shadow:inset .3rem 0 var(--accent)}
@media(max-width:40rem){.list .copy[data-share] code{flex-basis:100%}.list .copy[data-share] button{flex:1}}
.list>.across{flex-basis:100%}
@media(min-width:40.01rem){.across{grid-template-columns:minmax(0,1fr) minmax(0,1fr);align-items:center}.across .copy{grid-area:1/2/span 2}}
.make:not([open]){gap:0}
.make>summary{padding:.1rem 0;font-size:1.15rem;font-weight:650;color:var(--accent)}
.make[open]>summary{color:var(--text)}
.make form{display:grid;gap:.9rem;margin-top:.25rem}
.make label,.make b{color:var(--text);font-weight:600}
.make input,.make select{font:inherit;width:100%;min-width:0;min-height:3rem;padding:.4rem .8rem;border:1px solid var(--soft);border-radius:.75rem;background:var(--bg);color:var(--text)}
.make ::placeholder{color:var(--soft);opacity:1}
.make [aria-invalid]{border-color:var(--bad);border-width:2px}
.make .at{display:flex;gap:.35rem;align-items:center}
.make .at span{flex:none;max-width:50%;color:var(--soft)}
.fields{display:grid;gap:.9rem 1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,17rem),1fr));align-items:start}
.fields>div{display:grid;gap:.3rem}
.fault{color:var(--bad);font-size:.9rem}
.sure nav{align-items:center}
.make button,.sure button{justify-self:start;min-height:2.75rem}
${sparkGaps(CLICK_DAYS)}`;
