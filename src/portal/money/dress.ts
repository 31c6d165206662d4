/** Style of the money pages beside the shared one. No line of it begins with a space: see `shellPage`. */
export const MONEY_STYLE = `main>.three{grid-template-columns:repeat(3,minmax(0,1fr))}
.card .three{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.5rem 1.5rem}
.card .three>div{border:0;padding:0;background:none}
.card h4{margin:.25rem 0 0;font-size:1rem}
.plain{list-style:none;margin:0;padding:0;display:grid;gap:.4rem}
.plain li{color:var(--soft)}
.plain b,p b{color:var(--text)}
.runs{gap:0}
.runs li{display:grid;grid-template-columns:1fr auto;gap:.1rem 1rem;padding:.7rem 0;border-bottom:1px solid var(--line)}
.runs li:first-child{padding-top:0}
.runs li:last-child{border:0;padding-bottom:0}
.runs .sum{color:var(--text);font-weight:650;text-align:right;font-variant-numeric:tabular-nums}
.runs :is(small,a){grid-column:1/-1;justify-self:start}
.runs a{font-size:.9rem}
#account+.card summary{color:var(--accent);font-weight:600;font-size:1rem}
.wait{border-left:.3rem solid var(--accent)}
.said{border-left:.3rem solid var(--sales)}
form.card{padding:0;border:0;background:none;gap:1rem;max-width:30rem}
label{display:grid;gap:.25rem;font-weight:600}
label small{font-weight:400}
input:not([type=hidden]){font:inherit;padding:.6rem .75rem;border:1px solid var(--soft);border-radius:.6rem;background:var(--bg);color:var(--text);width:100%;min-width:0}
input[name=iban],input[name=bic]{font-family:ui-monospace,monospace;text-transform:uppercase}
[aria-invalid]{border:2px solid var(--fault)!important}
.fault{margin-top:.35rem;color:var(--fault);font-weight:600;font-size:.875rem}
:root{--fault:#a3241b}
@media(prefers-color-scheme:dark){:root{--fault:#ff9b91}}
form.card button{justify-self:start}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}`;

/** Style of a statement, on the screen and on paper: black on white, on sheets of A4, without what is for the screen alone. */
export const STATEMENT_STYLE = `.paper{gap:1rem}
.paper h2{font-size:1.35rem}
.paper h3{margin-top:.5rem}
.paper .who{display:flex;flex-wrap:wrap;gap:.5rem 2rem;justify-content:space-between;align-items:start}
.paper .who img{width:auto;height:2.5rem;max-width:11rem;margin:0 0 .4rem;background:none;object-fit:contain}
.paper :is(td,th):last-child,.paper tr:not(.sum) td:first-child{white-space:nowrap}
.paper .who b{color:var(--text);font-size:1.05rem}
.paper :is(th,td){text-align:left;vertical-align:top}
.paper :is(th,td):last-child{text-align:right}
.paper :is(th,td):first-child{padding-left:0}
.paper :is(th,td):last-child{padding-right:0}
@media(max-width:22rem){.paper tr:not(.sum) td:first-child{white-space:normal;overflow-wrap:normal;min-width:4.5rem}}
.paper td small{display:block}
.paper .sum :is(th,td){font-weight:650}
.bar{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center}
.bar nav{display:contents}
.bar button{min-width:0}
@media(max-width:40rem){.bar :is(a,button){flex:1 1 auto;text-align:center}.bar a:first-child{flex-basis:100%}}
@page{size:A4;margin:16mm 14mm}
@media print{:root{color-scheme:light;--bg:#fff;--card:#fff;--text:#000;--soft:#000;--line:#999;--accent:#000}
body{font-size:10pt}
body>header,footer,.bar,nav{display:none}
main{max-width:none;padding:0;display:block}
.paper{border:0;padding:0;border-radius:0;display:block}
.paper>*{margin-bottom:4mm}
.paper h3{break-after:avoid}
tr{break-inside:avoid}
thead{display:table-header-group}
a{color:#000;text-decoration:none}}`;

/** Shows the button that prints, and has it do so. */
export const PRINT_SCRIPT = `const print_=document.getElementById("print");
print_.hidden=false;
print_.onclick=()=>print()`;
