/** The style of the page of orders, beside the shared one. No line of it begins with a space. */
export const ORDERS_STYLE = `@media(max-width:40rem){.states{gap:.35rem}.states a{padding:.4rem .7rem;font-size:.85rem}}
.brought{list-style:none;margin:0;padding:0;background:var(--card);border:1px solid var(--line);border-radius:1rem}
.brought li{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:.2rem 1rem;padding:.9rem 1.1rem;border-top:1px solid var(--line)}
.brought li:first-child{border-top:0}
.brought h3{font-size:1rem;font-variant-numeric:tabular-nums}
.brought :is(small,.why){grid-column:1/-1}
.worth{display:grid;justify-items:end}
.worth b{font-size:1.05rem;line-height:1.45;font-weight:650;color:var(--text);font-variant-numeric:tabular-nums;white-space:nowrap}
.why{max-width:46rem;font-size:.9rem;color:var(--text)}
.chip{white-space:nowrap;margin-right:.25rem}
@media(max-width:40rem){.brought li{display:flex;flex-wrap:wrap;align-items:baseline;gap:.1rem .4rem;padding:.6rem .8rem;font-size:.85rem;line-height:1.4}
.brought .why{display:contents;font-size:.85rem}
.brought h3{order:-3;font-size:.95rem}
.brought .chip{order:-2;margin:0;padding:0 .5rem;font-size:.75rem}
.brought .worth{order:-1;margin-left:auto;text-align:right}
.brought small{flex-basis:100%;font-size:.8rem}
.brought .wide{display:none}
.worth b{line-height:1.4}}
.chip.approved,.chip.counted{background:none;box-shadow:inset 0 0 0 1px var(--sales);color:var(--sales)}
.chip.paid{background:var(--sales);color:var(--card)}
.chip.declined,.chip.reversed,.chip.uncounted{background:none;box-shadow:inset 0 0 0 1px var(--line);color:var(--soft)}
.sift form,.ask form{display:flex;flex-wrap:wrap;gap:.75rem;align-items:end}
.sift form{padding-top:.25rem}
.sift label,.ask label{display:grid;grid-template-columns:minmax(0,1fr);gap:.25rem;font-size:.875rem;color:var(--soft);min-width:0}
.sift select,.ask input{font:inherit;color:var(--text);background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.5rem .7rem;max-width:100%}
:is(.sift,.ask) :is(select,input,button){min-height:2.75rem}
.ask label{flex:1 1 12rem;max-width:22rem}
.ask input{background:var(--bg);width:100%}
.ask [aria-invalid]{border-color:var(--text)}
.ask .wrong{flex-basis:100%;color:var(--text)}
.answer{display:grid;gap:.35rem}
.answer+.answer{border-top:1px solid var(--line);padding-top:.75rem}
.answer :is(p,li){color:var(--text)}
.answer ul{margin:0;padding-left:1.2rem}
.answer .brought{padding:0;border:0}
.answer .brought li{padding:.25rem 0}`;
