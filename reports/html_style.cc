// SPDX-License-Identifier: Apache-2.0
#include "reports/html_style.h"

namespace upkeep::reports {

const char kHtmlStyle[] = R"css(
:root{color-scheme:light dark;--ink:#1c2430;--quiet:#566170;--paper:#fff;--soft:#f4f6f8;--line:#d8dee5;
--critical:#b3261e;--warning:#855500;--unknown:#6b3fa0;--ok:#1d6b3a;--skipped:#566170;--accent:#0b57a4}
@media (prefers-color-scheme:dark){:root{--ink:#e7ebf0;--quiet:#a3afbd;--paper:#12171d;--soft:#1b222b;--line:#323c48;
--critical:#ff8a80;--warning:#f2b84b;--unknown:#c9a6ff;--ok:#7fd39a;--skipped:#a3afbd;--accent:#8ec1ff}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:70rem;padding:1.5rem 1rem 3rem;background:var(--paper);color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI","Noto Sans KR","Noto Sans CJK KR","Apple SD Gothic Neo","Malgun Gothic",sans-serif;
overflow-wrap:anywhere}
:lang(ko){word-break:keep-all}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .25rem;text-wrap:balance}
h2{font-size:1.15rem;margin:2.25rem 0 .75rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}
h2.quiet{font-size:.9rem;font-weight:600;color:var(--quiet);border:0;margin:1.25rem 0 .4rem;padding:0}
h3{font-size:1rem;margin:0}h4{font-size:1rem;font-weight:600;margin:0}
a{color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.skip{position:absolute;left:-200vw}.skip:focus{left:1rem;top:.5rem;background:var(--paper);padding:.25rem .5rem}
nav ul{display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;margin:1rem 0;padding:0;list-style:none;font-size:.9rem}
nav a{display:inline-block;padding:.15rem 0}
p.facts{color:var(--quiet);margin:0;font-size:.9rem}
dl{margin:0}dd{margin:0}
dl.facts{display:grid;gap:.1rem;font-size:.9rem;margin-top:.6rem}
dl.facts>div{display:grid;grid-template-columns:minmax(6.5rem,max-content) 1fr;column-gap:.75rem}
dl.facts dt{color:var(--quiet)}
#actions dl.facts{grid-template-columns:repeat(auto-fit,minmax(min(24rem,100%),1fr));column-gap:2rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.6rem;margin:.6rem 0 0;padding:0;list-style:none}
.tiles li,.sum div{background:var(--soft);border:1px solid var(--line);border-radius:.5rem;padding:.5rem .8rem}
.tiles b{display:block;font-size:1.5rem;line-height:1.2;font-variant-numeric:tabular-nums}
.tiles span{font-size:.85rem;color:var(--quiet)}
main>.tiles:first-child{margin-top:1.25rem}
.sum{display:grid;grid-template-columns:repeat(6,1fr);gap:.6rem;margin-bottom:.6rem}
.sum div{display:flex;flex-direction:column-reverse;justify-content:flex-end}
.sum dt{font-size:.85rem;color:var(--quiet)}
.sum dd{font-size:1.25rem;line-height:1.3;font-weight:600;font-variant-numeric:tabular-nums}
.sum .first dd::before{content:"= ";color:var(--quiet)}.sum .plus dd::before{content:"+ ";color:var(--quiet)}
.sum .due{border-color:var(--quiet)}.sum .apart{background:none;border-style:dashed}
.none,.state.none{color:var(--quiet);font-weight:400}
.alarm{border:1px solid var(--critical);color:var(--critical);border-radius:.5rem;padding:.5rem .8rem;margin:1rem 0 0}
article{border:1px solid var(--line);border-left:.35rem solid var(--quiet);border-radius:.5rem;padding:.75rem .9rem;margin:0 0 .75rem}
article.critical{border-left-color:var(--critical)}article.warning{border-left-color:var(--warning)}
article.unknown{border-left-color:var(--unknown)}article.ok{border-left-color:var(--ok)}
article.figures{border:0;padding:0;margin:0 0 1.5rem}article.figures .wide{margin-top:.4rem}
article p{margin:.1rem 0}
.findings{margin:.35rem 0 0;padding:0;list-style:none}
.findings li{border-top:1px solid var(--line);padding:.45rem 0}
.since{font-size:.85rem;font-weight:400;color:var(--quiet)}
.state{font-weight:600}
.state.critical{color:var(--critical)}.state.warning{color:var(--warning)}
.state.unknown{color:var(--unknown)}.state.ok{color:var(--ok)}.state.skipped{color:var(--skipped)}
.tag{display:inline-block;border:1px solid var(--line);border-radius:1rem;padding:0 .55rem;font-size:.8rem;font-weight:600;color:var(--quiet)}
.wide{overflow-x:auto;border:1px solid var(--line);border-radius:.5rem}
table{border-collapse:collapse;width:100%;font-size:.9rem;overflow-wrap:break-word}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid var(--line);min-width:4.5rem}
tbody th{font-weight:400;min-width:9rem;overflow-wrap:anywhere}
tbody tr:last-child>*{border-bottom:0}
thead th{background:var(--soft);font-weight:600;white-space:nowrap}
th.number{text-align:right}
.figures table{table-layout:fixed}.figures th:first-child{width:52%}
code{font:.85em/1.4 ui-monospace,"SFMono-Regular",Menlo,Consolas,monospace;background:var(--soft);padding:.05rem .3rem;border-radius:.25rem}
details{margin:.2rem 0}summary{cursor:pointer;color:var(--accent);font-size:.9rem}
details pre{white-space:pre-wrap;background:var(--soft);padding:.5rem;border-radius:.35rem;margin:.35rem 0 0;font-size:.8rem}
footer{margin-top:2.5rem;color:var(--quiet);font-size:.8rem}
@media (max-width:56rem){.sum{grid-template-columns:repeat(4,1fr)}}
@media (max-width:40rem){h1{font-size:1.35rem}body{padding:1rem .75rem 2rem}
.tiles,.sum{grid-template-columns:repeat(2,minmax(0,1fr))}
.tiles li:last-child:nth-child(odd){grid-column:1/-1}
dl.facts>div{display:block}dl.facts dt,dl.facts dd{display:inline}dl.facts dt::after{content:": "}
table,thead,tbody,tr,tbody th,td{display:block}thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{border-bottom:1px solid var(--line);padding:.4rem 0}tr:last-child{border-bottom:0}
tbody th{font-weight:600}tbody tr>*{min-width:0!important;overflow-wrap:anywhere}
tbody tr>*{border:0!important;padding:.1rem .6rem!important;text-align:left!important;white-space:normal!important}
td::before{color:var(--quiet);font-weight:400}td:empty::before{content:none!important}}
@page{size:A4;margin:16mm 14mm 18mm;@bottom-right{content:counter(page) " / " counter(pages)}}
@media print{:root{color-scheme:light;--ink:#000;--quiet:#444;--paper:#fff;--soft:#fff;--line:#999;--critical:#a00;--warning:#740;
--unknown:#518;--ok:#052;--skipped:#444;--accent:#000}
body{max-width:none;padding:0;font-size:10pt}nav,.skip{display:none}
.sum{grid-template-columns:repeat(6,1fr)}.tiles{grid-template-columns:repeat(auto-fit,minmax(6rem,1fr))}.tiles b{font-size:1.2rem}
#actions dl.facts{grid-template-columns:1fr 1fr}
h2,h3,article>p.facts,thead{break-after:avoid}tbody tr:first-child{break-before:avoid}tr,.findings li,.tiles,.sum,dl.facts{break-inside:avoid}
article:not(.figures){break-inside:auto}.wide{overflow:visible;border:0}
thead{display:table-header-group}details::details-content{content-visibility:visible;block-size:auto}
summary{list-style:none;color:inherit}}
)css";

}  // namespace upkeep::reports
