/** Style of the first page beside the shared one. No line of it begins with a space: see `shellPage`. */
export const OVERVIEW_STYLE = `:root{--down:#a3421c}
@media(prefers-color-scheme:dark){:root{--down:#ff9d7a}}
.row dd small{display:block;font-size:.8rem;font-weight:500;letter-spacing:0}
.up{color:var(--sales)}
.down{color:var(--down)}
.up::before{content:"▲ "/""}
.down::before{content:"▼ "/""}
.spark{height:1.6rem;fill:var(--accent);opacity:.85}
.goal{display:grid;gap:.4rem;background:var(--bg);border-radius:.75rem;padding:.7rem .8rem}
.goal p{font-size:.95rem}
.goal b{color:var(--text)}
.goal label{font-size:.875rem;color:var(--soft)}
progress{appearance:none;display:block;width:100%;height:.55rem;margin-top:.3rem;border:0;border-radius:9rem;overflow:hidden;background:var(--line);color:var(--accent)}
::-webkit-progress-bar{background:var(--line)}
::-webkit-progress-value{background:var(--accent)}
::-moz-progress-bar{background:var(--accent)}
.lead>:first-child{border-color:var(--accent)}
.shops{display:flex;flex-wrap:wrap;gap:1rem}
.shops>*{flex:1 1 26rem;min-width:min(100%,22rem)}
.shops>:has(article+article){flex-basis:100%}
@media(min-width:52rem){main>.list>:only-child{grid-template-columns:repeat(2,minmax(0,1fr))}main>.list>:only-child>:not(.copy+.copy,:has(+.copy+:not(.copy))){grid-column:1/-1}}
.shop{display:grid;align-content:start;gap:.75rem;margin-top:1rem;grid-template-columns:minmax(0,1fr)}
.shop .brand{min-height:2.25rem;border-left:.3rem solid var(--accent);padding-left:.7rem}
@media(max-width:40rem){.wide{display:none}.lead>:first-child>dt+dd{font-size:2rem}}`;
