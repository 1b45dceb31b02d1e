// The style of tables, of the grid of runs, and of forms.
export const tables = `
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; color: var(--muted); font-weight: 600; font-size: 0.85rem; white-space: nowrap; }
th, td { padding: 0.45rem 0.8rem; border-bottom: 1px solid var(--line); vertical-align: top; }
tbody tr:last-child > * { border-bottom: 0; } tbody tr:hover > * { background: var(--soft); }
td { white-space: nowrap; } td.why { white-space: normal; min-width: 14rem; max-width: 44rem; overflow-wrap: anywhere; color: var(--muted); }
.number { text-align: right; } tbody th { color: var(--text); font-weight: 400; }
.grid th.turned { vertical-align: bottom; padding: 0.5rem 0.2rem; } .grid th.turned span { writing-mode: vertical-rl; transform: rotate(180deg); max-height: 11rem; overflow: hidden; text-overflow: ellipsis; font-weight: 500; }
.grid .cell { padding: 0.25rem 0.15rem; text-align: center; vertical-align: middle; }
.grid .cell a { display: block; width: 1.9rem; height: 1.9rem; line-height: 1.9rem; margin: 0 auto; border-radius: 5px; text-decoration: none; font-weight: 700; color: var(--own); background: color-mix(in srgb, var(--own) 11%, var(--sheet)); border: 1px solid color-mix(in srgb, var(--own) 45%, var(--sheet)); line-height: calc(1.9rem - 2px); }
.grid .cell a:hover { background: color-mix(in srgb, var(--own) 22%, var(--sheet)); }
.grid th[scope="row"] { position: sticky; left: 0; background: var(--sheet); } .grid thead th:first-child { position: sticky; left: 0; background: var(--sheet); z-index: 1; }
.actions { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 0.75rem 0; }
.actions a, button { font: inherit; font-weight: 600; text-decoration: none; padding: 0.4rem 0.95rem; border-radius: 7px; border: 1px solid var(--muted); background: var(--sheet); color: var(--text); cursor: pointer; }
.actions a:hover, button:hover { background: var(--soft); } button.go { background: var(--accent); border-color: var(--accent); color: var(--ground); }
.action { max-width: 46rem; } .action p { margin: 0.9rem 0; } .action p > a { margin-left: 0.9rem; } .field label { display: block; font-weight: 600; } .field .muted { display: block; }
.field input, .field textarea { font: inherit; width: 100%; padding: 0.45rem 0.7rem; border: 1px solid var(--muted); border-radius: 6px; background: var(--sheet); color: var(--text); }
.field textarea { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.87em; }
@media (max-width: 40rem) { th, td { padding: 0.45rem 0.6rem; } .grid th[scope="row"], .grid thead th:first-child { position: static; } }
`;
