// The style of tables, of the grid of runs, and of forms.
export const tables = `
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; color: var(--muted); font-weight: 600; font-size: 0.85rem; white-space: nowrap; }
th, td { padding: 0.45rem 0.8rem; border-bottom: 1px solid var(--line); vertical-align: top; }
tbody tr:last-child > * { border-bottom: 0; } tbody tr:hover > * { background: var(--soft); }
td { white-space: nowrap; } td.id, td.key { white-space: normal; overflow-wrap: anywhere; min-width: 8rem; max-width: 15rem; } td.id { min-width: 13rem; max-width: 19rem; } th.id { font: inherit; font-weight: 600; font-size: 0.85rem; } td.why { white-space: normal; min-width: 14rem; max-width: 44rem; overflow-wrap: anywhere; color: var(--muted); }
.number { text-align: right; } tbody th { color: var(--text); font-weight: 400; }
.grid th.turned { vertical-align: bottom; padding: 0.5rem 0.2rem; } .grid th.turned span { writing-mode: vertical-rl; transform: rotate(180deg); max-height: 11rem; overflow: hidden; text-overflow: ellipsis; font-weight: 500; }
.grid .cell { padding: 0.25rem 0.15rem; text-align: center; vertical-align: middle; }
.grid .cell a { display: block; width: 1.9rem; height: 1.9rem; line-height: 1.9rem; margin: 0 auto; border-radius: 5px; text-decoration: none; font-weight: 700; color: var(--own); background: color-mix(in srgb, var(--own) 11%, var(--sheet)); border: 1px solid color-mix(in srgb, var(--own) 45%, var(--sheet)); line-height: calc(1.9rem - 2px); }
.grid .cell a:hover { background: color-mix(in srgb, var(--own) 22%, var(--sheet)); }
.grid th[scope="row"] { position: sticky; left: 0; background: var(--sheet); } .grid thead th:first-child { position: sticky; left: 0; background: var(--sheet); z-index: 1; }
td.bar, th.bar { width: 70%; min-width: 18rem; padding-left: 0; padding-right: 0; } .timeline td, .timeline tbody th { vertical-align: middle; padding-top: 0.2rem; padding-bottom: 0.2rem; } .bar svg { display: block; overflow: visible; }
.timeline tbody th { white-space: nowrap; } .timeline td .muted { font-size: 0.8rem; } th.bar text { fill: var(--muted); font-size: 11.5px; font-weight: 400; }
.tick { stroke: var(--line); stroke-dasharray: 2 3; } .queued { fill: var(--line); } .tried { fill: var(--own); } .failed { fill: color-mix(in srgb, var(--failed) 25%, var(--sheet)); stroke: var(--failed); stroke-width: 1.5; stroke-dasharray: 4 2; }
.waited { fill: color-mix(in srgb, var(--own) 12%, var(--sheet)); stroke: var(--own); stroke-width: 1.5; } .between { fill: var(--muted); } .on-path { color: var(--text); } .critical th a { font-weight: 700; } svg.key { vertical-align: -2px; }
.card { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: 0.9rem 1.1rem; margin: 0 0 1rem; } .card h2 { margin: 0 0 0.6rem; } .card .cause, .card .value { background: var(--ground); max-height: 16rem; overflow: auto; } .card .scroll { margin-top: 0.6rem; } summary { cursor: pointer; color: var(--accent); width: fit-content; }
.calendar { width: auto; } .calendar th, .calendar td { border: 0; padding: 0.15rem 0.3rem; vertical-align: middle; } .calendar tbody tr:hover > * { background: none; } .calendar th[scope="row"] { padding-left: 0.9rem; padding-right: 0.9rem; font-size: 0.85rem; }
.calendar thead th { text-align: center; } .calendar .cell a { display: flex; gap: 0.4rem; align-items: center; justify-content: center; min-width: 2.2rem; height: 2.1rem; padding: 0 0.45rem; border-radius: 5px; text-decoration: none; font-weight: 700; color: var(--own); background: color-mix(in srgb, var(--own) 11%, var(--sheet)); border: 1px solid color-mix(in srgb, var(--own) 45%, var(--sheet)); }
.calendar .cell a:hover { background: color-mix(in srgb, var(--own) 22%, var(--sheet)); } .calendar .day { font-weight: 400; color: var(--text); font-size: 0.85rem; } .notable { padding-left: 1.2rem; } .notable li { margin: 0.3rem 0; }
.chart { display: block; background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; margin: 0.6rem 0 1rem; overflow: visible; padding: 0.5rem; box-sizing: content-box; width: calc(100% - 1rem - 2px); } .chart text { fill: var(--muted); font-size: 11.5px; } .bar { fill: var(--accent); } .axis { stroke: var(--line); }
.limit { stroke-dasharray: 6 4; } .limit.warn { stroke: var(--waiting); } .limit.block { stroke: var(--failed); stroke-dasharray: 2 3; } .between-points { stroke: var(--line); stroke-width: 1.5; } .chart .point { fill: var(--own); font-size: 14px; font-weight: 700; } .chart a { text-decoration: none; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1rem; } .pair h3 { margin: 0 0 0.4rem; font-size: 0.95rem; } progress { accent-color: var(--accent); vertical-align: middle; margin-left: 0.6rem; } .actions a[aria-current] { box-shadow: inset 0 -2px 0 var(--accent); }
.actions { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 0.75rem 0; }
.actions a, button { font: inherit; font-weight: 600; text-decoration: none; padding: 0.4rem 0.95rem; border-radius: 7px; border: 1px solid var(--muted); background: var(--sheet); color: var(--text); cursor: pointer; }
.actions a:hover, button:hover { background: var(--soft); } button.go { background: var(--accent); border-color: var(--accent); color: var(--ground); }
.action { max-width: 46rem; } .action p { margin: 0.9rem 0; } .action p > a { margin-left: 0.9rem; } .field label { display: block; font-weight: 600; } .field .muted { display: block; } .check label { display: inline; margin-left: 0.5rem; } .field.check input { width: auto; }
.field input, .field textarea { font: inherit; width: 100%; padding: 0.45rem 0.7rem; border: 1px solid var(--muted); border-radius: 6px; background: var(--sheet); color: var(--text); }
.field textarea { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.87em; }
@media (max-width: 40rem) { th, td { padding: 0.45rem 0.6rem; } th.bar text:nth-child(even) { display: none; }
  .list thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .list tr { display: block; padding: 0.5rem 0.8rem; border-bottom: 1px solid var(--line); } .list tbody tr:last-child { border-bottom: 0; }
  .list td, .list td.why, .list td.id, .list td.key { display: flex; max-width: none; gap: 0.4rem; justify-content: flex-end; align-items: baseline; padding: 0.12rem 0; border: 0; min-width: 0; text-align: right; white-space: normal; overflow-wrap: anywhere; }
  .list td::before { content: attr(data-th); color: var(--muted); font-size: 0.85rem; text-align: left; flex: none; margin-right: auto; padding-right: 0.8rem; } .list td:empty { display: none; }
  .grid th:nth-child(2), .grid td:nth-child(2), .grid th:nth-child(4), .grid td:nth-child(4), .grid th:nth-child(5), .grid td:nth-child(5) { display: none; }
  .timeline tbody th { white-space: normal; overflow-wrap: anywhere; min-width: 7.5rem; max-width: 9rem; }
  .grid th[scope="row"], .grid thead th:first-child { position: static; } }
`;
