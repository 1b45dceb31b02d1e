import type { Markup } from './markup.ts';

// Teal and rust: told apart by colour-blind readers, and never without a sign or a word beside them.
const css = `
:root{color-scheme:light dark;--paper:light-dark(#fbfaf7,#15181b);--card:light-dark(#fff,#1d2125);--ink:light-dark(#1d2429,#e9ecee);
--soft:light-dark(#5b666e,#a3adb4);--line:light-dark(#e3e0d8,#333a40);--good:light-dark(#0f766e,#4fd1c0);--bad:light-dark(#b4441b,#ff9a6b);
--good-wash:light-dark(#d5ebe7,#173b38);--track:light-dark(#ece9e1,#2b3137)}
*{box-sizing:border-box}
body{margin:0 auto;max-width:64rem;padding:2.5rem 1.25rem 5rem;background:var(--paper);color:var(--ink);
font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
h1,blockquote{font-family:"Iowan Old Style","Palatino Linotype",Palatino,Georgia,serif}
h1{font-size:clamp(1.5rem,1.1rem + 1.9vw,2.2rem);line-height:1.22;font-weight:600;margin:.3rem 0 1.8rem;text-wrap:pretty;max-width:46rem}
h2{font-size:1.3rem;margin:0 0 .6rem}
h3{font-size:1rem;margin:1.4rem 0 .6rem}
.kicker,.lead,.aside,small,.quotes p,figcaption small{color:var(--soft)}
.kicker{margin:0;font-size:.9rem}
.lead{margin:.2rem 0 1rem;max-width:44rem}
.lead strong{color:var(--ink)}
.aside{font-size:.875rem;max-width:44rem}
section{margin-top:3.25rem}
.good{color:var(--good)}
.bad{color:var(--bad)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.2rem,1fr));gap:.75rem;margin:0}
.tiles>div{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.8rem .95rem}
dt{font-size:.82rem;color:var(--soft)}
dd{margin:0;font-size:1.65rem;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}
dd small{display:block;font-size:.78rem;font-weight:400;line-height:1.35;margin-top:.15rem}
figure{margin:0 0 1.4rem}
figcaption{font-weight:600;margin-bottom:.45rem}
figcaption small{font-weight:400;margin-left:.3rem}
.panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(16rem,1fr));gap:.4rem 1.8rem}
.plot{display:grid;grid-template-columns:2.7rem 1fr;grid-template-rows:6.5rem auto;font-size:.75rem;color:var(--soft)}
.plot.tall{grid-template-rows:12rem auto}
.plot svg{width:100%;height:100%;overflow:visible;display:block}
.y-axis{display:flex;flex-direction:column;justify-content:space-between;text-align:right;padding-right:.5rem;margin:-.55rem 0;line-height:1.1rem}
.x-axis{grid-column:2;display:flex;justify-content:space-between;margin-top:.45rem}
.x-axis .only{margin:0 auto}
.grid,.line,.dot{fill:none;vector-effect:non-scaling-stroke}
.grid{stroke:var(--line)}
.half{stroke:var(--soft);stroke-dasharray:4 4}
.line{stroke:var(--good);stroke-width:2;stroke-linejoin:round}
.dot{stroke:var(--good);stroke-width:5;stroke-linecap:round}
.area{fill:var(--good);opacity:.12}
.hit{fill:transparent}
.hit:hover{fill:var(--ink);opacity:.07}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:0 2.5rem}
.pair>div{min-width:0}
.bars,.quotes,.rejected,.runs{list-style:none;margin:0;padding:0}
.bars li{display:grid;grid-template-columns:1fr auto;gap:.1rem .8rem;margin-bottom:.65rem}
.bars svg{grid-column:1/-1;width:100%;height:.5rem;border-radius:.25rem}
.bars .value,.n{font-variant-numeric:tabular-nums}
.track{fill:var(--track)}
rect.good{fill:var(--good)}
rect.bad{fill:var(--bad)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.93rem}
th,td{text-align:left;padding:.5rem 1.1rem .5rem 0;border-bottom:1px solid var(--line);vertical-align:baseline;overflow-wrap:normal}
thead th{font-size:.8rem;font-weight:500;color:var(--soft)}
tbody th{font-weight:600}
tbody th small{font-weight:400}
.n{text-align:right}
.matrix td.n{white-space:nowrap}
.matrix td small{display:block}
.agrees{background:var(--good-wash);font-weight:600}
.under{display:block}
tbody th small{white-space:nowrap}
th:last-child,td:last-child{padding-right:.3rem}
.matrix th,.matrix td{padding:.55rem .7rem}
@media(max-width:36rem){body{padding-top:1.5rem}table{font-size:.88rem}th,td{padding-right:.7rem}.matrix th,.matrix td{padding:.5rem .35rem}}
.quotes li{border-left:3px solid var(--line);padding-left:.95rem;margin-bottom:1.25rem}
.quotes.good li{border-color:var(--good)}
.quotes.bad li{border-color:var(--bad)}
.quotes.good,.quotes.bad{color:inherit}
blockquote{margin:0;font-size:1.06rem;line-height:1.45}
.quotes p{margin:.25rem 0 0;font-size:.82rem}
.rejected li{padding:.3rem 0;border-bottom:1px solid var(--line);font-size:.93rem}
.share svg{width:100%;height:.9rem;border-radius:.45rem;display:block}
.share figcaption{display:flex;justify-content:space-between;font-weight:400;font-size:.875rem;color:var(--soft);margin-top:.4rem}
.first{fill:var(--good)}
.second{fill:var(--soft)}
.runs{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.75rem;margin:1.2rem 0}
.runs li{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.7rem .95rem}
.runs strong{display:block}
code{font:.85em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.runs code{color:var(--soft)}
.note{max-width:44rem;font-size:.93rem;background:var(--card);border:1px solid var(--line);border-left:3px solid var(--soft);border-radius:.4rem;padding:.8rem 1rem}
details{margin-top:.4rem}
summary{cursor:pointer;color:var(--soft);font-size:.9rem}
details .scroll{max-height:22rem;overflow:auto;margin-top:.6rem}
@media print{body{max-width:none}details{display:none}section{break-inside:avoid}}
`;

/** Written by us, so it goes on the page as it is. */
export const style: Markup = { kind: 'markup', text: css };
