// The report as Markdown, for a terminal, a ticket or a chat.
import type { Tally } from '../sentiment/contracts.ts';
import type { Quote, ReportModel, ShownMover, ShownTerm } from './contracts.ts';
import { escapeMarkdown } from './escape-markdown.ts';
import { count, finePercent, longDay, percent, plural, shortDay, signedScore } from './numbers.ts';
import { overallDays } from './overall-days.ts';

export const renderMarkdown = (model: ReportModel): string =>
  [
    `# ${escapeMarkdown(model.title)}`,
    `**${escapeMarkdown(model.headline)}**`,
    `${longDay(model.from)} to ${longDay(model.to)} · mean score ${signedScore(model.mean)} (from −1 to +1)`,
    ...model.notes.map((note) => `> Note on the data: ${escapeMarkdown(note)}`),
    '## Day by day',
    `\`\`\`\n${overallDays(model.days).map(dayLine).join('\n')}\n\`\`\``,
    '## What they talk about',
    '### Praised',
    table(['Subject', 'Reviews', 'Mean score'], model.praised.map(termCells)),
    '### Criticised',
    table(['Subject', 'Reviews', 'Mean score'], model.criticised.map(termCells)),
    `### More and less talked about since ${shortDay(model.middle)}`,
    table(['Subject', 'Share before', 'Share since'], [...model.risers, ...model.fallers].map(moverCells)),
    '## Where they say it',
    table(['Source', 'Reviews', 'Positive', 'Mean score', 'Agrees with labels'], model.sources.map(sourceCells)),
    '## In their own words',
    ...model.best.map(quoteLine),
    ...model.worst.map(quoteLine),
    '## How far to trust it',
    ...qualityLines(model),
    '## What was left out',
    ...rejectionLines(model),
    '## How it was made',
    `The word list decided ${plural(model.models.lexicon, 'review')}, the careful model ${count(model.models.careful)}.`,
    model.runs.map(({ pipeline, run }) => `- ${pipeline}: \`${run}\``).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0
    ? 'None.'
    : [head, head.map((_, index) => (index === 0 ? '---' : '---:')), ...rows]
        .map((cells) => `| ${cells.join(' | ')} |`)
        .join('\n');

const bar = (share: number): string => '█'.repeat(Math.round(share * 20)).padEnd(20, '░');

const dayLine = ({ day, reviews, positive }: { day: string; reviews: number; positive: number }): string =>
  `${day} ${bar(positive)} ${percent(positive).padStart(4)} of ${reviews}`;

const termCells = ({ term, reviews, mean }: ShownTerm) => [escapeMarkdown(term), count(reviews), signedScore(mean)];
const moverCells = ({ term, before, after, z }: ShownMover) => [
  `${z > 0 ? '▲' : '▼'} ${escapeMarkdown(term)}`,
  finePercent(before),
  finePercent(after),
];
const sourceCells = ({ source, reviews, positive, mean, accuracy }: ReportModel['sources'][number]) => [
  escapeMarkdown(source),
  count(reviews),
  percent(positive),
  signedScore(mean),
  accuracy === null ? 'no labels' : finePercent(accuracy),
];

const quoteLine = ({ text, source, date, line, score }: Quote): string =>
  `> ${score > 0 ? '▲' : '▼'} ${escapeMarkdown(text)}  \n> ${escapeMarkdown(source)}, ${longDay(date)}, line ${line}`;

const qualityLines = ({ quality }: ReportModel): readonly string[] => {
  if (!quality) return ['No review has a label, so nobody can say how often the models are right.'];
  const { all, evenLines, evenLinesLexiconAlone, byModel, confusion } = quality;
  const row = (name: string, tally: Tally) => [name, count(tally.labelled), finePercent(tally.accuracy)];
  const counts = (label: 'positive' | 'negative') => [
    label,
    count(confusion[label].positive),
    count(confusion[label].negative),
    count(confusion[label].undecided),
  ];
  return [
    table(
      ['Measured on', 'Labelled', 'Accuracy'],
      [
        row('All lines', all),
        row('Even lines', evenLines),
        row('Even lines, first model alone', evenLinesLexiconAlone),
        row('Decided by the first model (lexicon)', byModel.lexicon),
        row('Passed on to the second (careful)', byModel.careful),
      ],
    ),
    'The second model was developed on the odd lines of the demo sample: for that sample the even lines are the fair figure.',
    table(['Label', 'read as positive', 'read as negative', 'undecided'], [counts('positive'), counts('negative')]),
  ];
};

const rejectionLines = ({ rejected, rejectedCount, rows }: ReportModel): readonly string[] =>
  rejectedCount === 0
    ? [`Nothing: all ${plural(rows, 'row')} could be read.`]
    : [
        `${plural(rejectedCount, 'row')} of ${count(rows)}, each a dead letter of \`collect.validate\`:`,
        rejected.map(({ why }) => `- ${escapeMarkdown(why)}`).join('\n'),
      ];
