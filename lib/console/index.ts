export {
  type ActionFacts,
  askedAnew,
  askPage,
  doneNotice,
  type Field,
  fieldHtml,
  type PlanFacts,
  planPage,
  refusedPage,
} from './action.ts';
export { type ApprovalsFacts, aboutQuestion, answerSkeleton, approvalsPage, type OpenQuestion } from './approvals.ts';
export { type BackfillFacts, backfillPage, backfillsPage } from './backfills.ts';
export { type CalendarFacts, calendarPage } from './calendar.ts';
export { type Compared, chooseRunPage, comparePage } from './compare.ts';
export { type CostFacts, costPage } from './cost.ts';
export { type HomeFacts, homePage, type PipelineNow } from './home.ts';
export { type Html, html, link, nothing, textOf } from './html.ts';
export { likeness } from './letter-groups.ts';
export { type LetterFacts, type LettersFacts, letterPage, lettersPage } from './letters.ts';
export { type LineageFacts, type LineageNode, lineagePage } from './lineage.ts';
export { documentOf, lostPage, type Page, type Region, regionHtml, type Surroundings, waitingPage } from './page.ts';
export { type PoolFacts, type PoolUser, poolsPage } from './pools.ts';
export { type QualityLine, qualityPage } from './quality.ts';
export { type RunFacts, runPage, vanishedRun } from './run.ts';
export { type GridFacts, type GridRow, gridPage } from './run-grid.ts';
export { type RunFilter, type RunListFacts, runFilters, runsPage } from './run-list.ts';
export { type SearchFacts, searchPage } from './search.ts';
export { type StageFacts, type StageLogs, stagePage } from './stage.ts';
export { byBegin } from './stage-words.ts';
export { icon, style } from './style.ts';
export type { Known } from './value.ts';
export { joinWirings, type WiredStage, type Wiring, wiringOf } from './wiring.ts';
