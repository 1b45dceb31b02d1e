// How the views look: in the console's page, and in the widgets of a dashboard. Colours come in two sets, and never alone: each
// state has a mark and a word as well.
import { tables } from './style-tables.ts';

const colours = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --sheet: #ffffff; --text: #1a1d24; --muted: #5a6072; --line: #dcdfe7; --accent: #2450c4; --soft: #eceff5;
  --completed: #17733d; --failed: #b91c1c; --running: #1d55c9; --waiting: #855200; --pending: #5a6072; --skipped: #5a6072;
  --cancelled: #7b3f98; --stale: #855200; --missing: #5a6072;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12141a; --sheet: #1a1d25; --text: #e7e9f0; --muted: #a3a9ba; --line: #313644; --accent: #8fb1ff; --soft: #232733;
    --completed: #52c98d; --failed: #ff8a80; --running: #8ab4ff; --waiting: #e5b84b; --pending: #a3a9ba; --skipped: #a3a9ba;
    --cancelled: #d3a6ea; --stale: #e5b84b; --missing: #a3a9ba;
  }
}
.s-completed { --own: var(--completed); } .s-failed { --own: var(--failed); } .s-running { --own: var(--running); }
.s-waiting { --own: var(--waiting); } .s-pending { --own: var(--pending); } .s-skipped { --own: var(--skipped); }
.s-cancelled { --own: var(--cancelled); } .s-stale { --own: var(--stale); } .s-missing { --own: var(--missing); }
.s-none { --own: var(--line); }
`;

const page = `
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Open Sans", sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 1.25rem 0 0.75rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 1.75rem 0 0.6rem; }
a, code, span { unicode-bidi: isolate; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
code, pre, .id, kbd { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: 0.87em; }
code { overflow-wrap: anywhere; }
kbd { border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 4px; padding: 0 0.35em; background: var(--sheet); }
main, .top, footer { max-width: 92rem; margin: 0 auto; padding: 0 1.25rem; }
main { padding-bottom: 3rem; }
footer { color: var(--muted); font-size: 0.85rem; padding-bottom: 2rem; border-top: 1px solid var(--line); }
.skip { position: absolute; left: -100rem; } .skip:focus { left: 1rem; top: 0.5rem; background: var(--sheet); padding: 0.4rem 0.8rem; z-index: 2; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.top { display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem 1.25rem; padding-top: 0.75rem; padding-bottom: 0.75rem; border-bottom: 1px solid var(--line); }
.brand { display: flex; align-items: center; gap: 0.5rem; font-weight: 700; font-size: 1.05rem; color: var(--text); text-decoration: none; }
.brand svg { fill: none; stroke-width: 2.5; stroke-linecap: round; stroke-linejoin: round; }
.thread { stroke: var(--muted); } .weft { stroke: var(--accent); }
.top nav { display: flex; flex-wrap: wrap; gap: 0.15rem; }
.top nav a { color: var(--text); text-decoration: none; padding: 0.3rem 0.65rem; border-radius: 6px; }
.top nav a:hover { background: var(--soft); }
.top nav a[aria-current] { background: var(--soft); font-weight: 600; box-shadow: inset 0 -2px 0 var(--accent); }
.top .search { margin-left: auto; }
.search input { font: inherit; width: 19rem; max-width: 100%; padding: 0.35rem 0.7rem; border: 1px solid var(--muted); border-radius: 6px; background: var(--sheet); color: var(--text); }
.search input::placeholder { color: var(--muted); opacity: 1; }
.place { color: var(--muted); font-size: 0.85rem; margin: 0; }
.live:not(:empty) { border: 1px solid var(--completed); color: var(--completed); border-radius: 999px; padding: 0.05rem 0.55rem; margin-right: 0.4rem; }
.live.lost { border-color: var(--failed); color: var(--failed); }
.lead { font-size: 1.05rem; margin: 0.25rem 0 1rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 0.7rem 1.5rem; margin: 0; padding: 1rem; background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; }
.facts dt { color: var(--muted); font-size: 0.8rem; } .facts dd { margin: 0; overflow-wrap: anywhere; }
.cause { border-left: 4px solid var(--failed); background: var(--sheet); padding: 0.7rem 1rem; margin: 0 0 1rem; white-space: pre-wrap; overflow-wrap: anywhere; border-radius: 0 8px 8px 0; }
.said { border-left: 4px solid var(--line); background: var(--sheet); padding: 0.7rem 1rem; margin: 0 0 1rem; white-space: pre-wrap; overflow-wrap: anywhere; border-radius: 0 8px 8px 0; }
.done { border-left-color: var(--completed); }
.value { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: 0.9rem 1rem; margin: 0; max-height: 30rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.scroll { position: relative; overflow-x: auto; background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; }
.badge { white-space: nowrap; color: var(--own); font-weight: 600; }
.badge .mark, .legend > .mark { display: inline-block; min-width: 1.1em; text-align: center; font-weight: 700; }
.dead { white-space: nowrap; color: var(--failed); border: 1px solid; border-radius: 999px; padding: 0 0.5rem; font-size: 0.85em; }
.muted, .legend, .pages { color: var(--muted); font-size: 0.9rem; } .legend .badge { margin-right: 0.7rem; }
.pages a { margin-right: 1rem; }
svg.graph { display: block; font-family: inherit; }
.box { text-decoration: none; } .box rect { fill: var(--ground); stroke: var(--line); } .box:hover rect, .box:focus-visible rect { stroke: var(--accent); stroke-width: 2; }
.box .edge, .box:hover .edge { fill: var(--own); stroke: none; } .box .title { fill: var(--text); font-size: 14px; font-weight: 600; } .box .title .mark { fill: var(--own); font-weight: 700; }
.box .sub { fill: var(--muted); font-size: 12px; } .box.marked rect { stroke: var(--text); stroke-width: 2; } .box.marked .edge { stroke: none; }
.box:focus-visible { outline: none; } .box.s-running .edge { animation: breathe 1.4s ease-in-out infinite alternate; }
.arrow { fill: none; stroke: var(--muted); stroke-width: 1.5; } .head { fill: var(--muted); } .arrow.marked { stroke: var(--text); stroke-width: 2.5; } .head.marked { fill: var(--text); }
.outlined { border: 2px solid var(--text); border-radius: 5px; padding: 0 0.45rem; color: var(--text); }
@keyframes breathe { from { opacity: 1; } to { opacity: 0.25; } }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; } }
@media (max-width: 40rem) {
  main, .top, footer { padding-left: 0.8rem; padding-right: 0.8rem; }
  .top .search { margin-left: 0; width: 100%; } .search input { width: 100%; } .top nav { width: 100%; } .top nav a { white-space: nowrap; padding: 0.25rem 0.5rem; font-size: 0.93rem; } h1 { font-size: 1.25rem; }
  .facts { grid-template-columns: repeat(2, minmax(0, 1fr)); }
}
`;

/** The style sheet of all views. */
export const style: string = colours + page + tables;

export const icon: string =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"><rect width="32" height="32" rx="7" fill="#1a1d24"/><path stroke="#a3a9ba" d="M6 7v18M13 7v18M19 7v18M26 7v18"/><path stroke="#8fb1ff" d="M6 12h7l6 8h7"/></svg>';
