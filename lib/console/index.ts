export { type ActionFacts, askPage, donePage, type Field, type PlanFacts, planPage, refusedPage } from './action.ts';
export { type HomeFacts, homePage, type PipelineNow } from './home.ts';
export { type Html, html, link, textOf } from './html.ts';
export { documentOf, lostPage, type Page, type Region, regionHtml, type Surroundings } from './page.ts';
export { type RunFacts, runPage, vanishedRun } from './run.ts';
export { type GridFacts, type GridRow, gridPage } from './run-grid.ts';
export { type RunListFacts, runsPage } from './run-list.ts';
export { icon, style } from './style.ts';
