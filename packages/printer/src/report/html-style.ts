/** The look of a page, light or dark as the reader's system is. Colours never carry a meaning alone: signs and words do, too. */
export const htmlStyle = `
:root{color-scheme:light dark;--page:#fff;--text:#1f2328;--faint:#59636e;--line:#d8dee4;--card:#f6f8fa;
--running:#0969da;--completed:#1a7f37;--failed:#cf222e;--retrying:#9a6700;--awaiting:#8250df;--recovered:#8250df;--cancelled:#6e7781;--interrupted:#9a6700}
@media (prefers-color-scheme:dark){:root{--page:#0d1117;--text:#e6edf3;--faint:#9198a1;--line:#30363d;--card:#161b22;
--running:#58a6ff;--completed:#3fb950;--failed:#f85149;--retrying:#d29922;--awaiting:#bc8cff;--recovered:#bc8cff;--cancelled:#8b949e;--interrupted:#d29922}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:84rem;padding:1.5rem;background:var(--page);color:var(--text);font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem}small,header p,.hint{color:var(--faint)}
header p{margin:.25rem 0}code,pre{font:.85em/1.45 ui-monospace,Menlo,Consolas,monospace;overflow-wrap:anywhere}
pre{margin:.2rem 0;padding:.5rem;background:var(--card);border:1px solid var(--line);border-radius:6px;white-space:pre-wrap;max-height:24rem;overflow:auto}
a{color:var(--running)}
.badge{font-size:.9rem;font-weight:600;padding:.1rem .6rem;border:1px solid currentcolor;border-radius:1rem;vertical-align:middle}
.stopped{color:var(--interrupted);font-weight:600}
.numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.75rem;margin:1.25rem 0}
.card{display:flex;flex-direction:column;padding:.6rem .8rem;background:var(--card);border:1px solid var(--line);border-radius:8px}
.card b{font-size:1.35rem}.card span{color:var(--faint);font-size:.85rem}.lists p{margin:.25rem 0}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;font-size:.85rem;margin:.3rem 0}.legend .bar{position:static;display:inline-block;width:1.6rem;margin-right:.4rem;vertical-align:middle}
.hint{font-size:.85rem;margin:.2rem 0 .6rem}
.row{display:grid;grid-template-columns:minmax(12rem,2.2fr) 3.5rem 4.5rem 4.5rem minmax(12rem,4fr);gap:.6rem;align-items:center;padding:.22rem .4rem;border-bottom:1px solid var(--line)}
.head{color:var(--faint);font-size:.8rem;align-items:end}.head>span:nth-child(3),.head>span:nth-child(4){text-align:right}.head .axis{position:relative;height:1.2rem;margin-right:2.5rem}.axis span{position:absolute;padding-left:.25rem;border-left:1px solid var(--line);white-space:nowrap}
summary.row{cursor:pointer;list-style:none}summary.row::-webkit-details-marker{display:none}summary.row:hover,details[open]>summary.row{background:var(--card)}
summary.row:focus-visible{outline:2px solid var(--running);outline-offset:-2px}
.name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.name::before{content:"\\25B8";display:inline-block;width:.9rem;color:var(--faint);font-size:.7rem}details[open]>summary .name::before{content:"\\25BE"}
.kind,.attempts,.took{color:var(--faint);font-size:.85rem}.attempts,.took{text-align:right;font-variant-numeric:tabular-nums}
.sign{font-style:normal;font-weight:700}
.track{position:relative;height:1rem;margin-right:2.5rem}
.bar{position:absolute;top:.15rem;height:.7rem;min-width:3px;border-radius:2px;background:var(--cancelled)}
.bar.good{background:var(--completed)}.bar.bad{background:var(--failed)}.bar.open{background:repeating-linear-gradient(90deg,var(--running) 0 6px,transparent 6px 9px)}
.bar.backoff{background:repeating-linear-gradient(45deg,var(--retrying) 0 2px,transparent 2px 5px);border:1px solid var(--retrying)}
.bar.wait{background:transparent;border:1px dashed var(--awaiting)}.bar.reuse{background:var(--recovered);width:3px;border-radius:0}
.call{padding:.4rem .4rem .8rem 2.2rem;border-bottom:1px solid var(--line)}.call p{margin:.2rem 0}
table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums}th,td{text-align:left;vertical-align:top;padding:.2rem .9rem .2rem 0}
thead th{color:var(--faint);font-weight:400}.facts{width:100%}.facts tr{border-bottom:1px solid var(--line)}.facts th{font-weight:600;width:16rem;overflow-wrap:anywhere}.facts td{overflow-wrap:anywhere}
.error{color:var(--failed)}.cause{color:var(--text)}.cause .word{color:var(--faint)}.value{margin:.4rem 0}
.running{color:var(--running)}.completed{color:var(--completed)}.failed,.error,td.error{color:var(--failed)}.retrying,td.warn{color:var(--retrying)}.awaiting{color:var(--awaiting)}.recovered{color:var(--recovered)}.cancelled{color:var(--cancelled)}.interrupted{color:var(--interrupted)}
@media (max-width:46rem){body{padding:.8rem}.row{grid-template-columns:minmax(0,1fr) 4.5rem}.kind,.attempts,.head>span:nth-child(2),.head>span:nth-child(3){display:none}.track,.head .axis{grid-column:1/-1}.track:empty{display:none}}
@media print{details>.call{display:block}summary.row{break-inside:avoid}}
`;
