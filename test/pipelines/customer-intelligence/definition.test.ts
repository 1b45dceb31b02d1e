import { describe, expect, test } from '@jest/globals';
import { type Block, bindingsOf, definePipeline, type Node, refsIn } from '../../../lib/definition/index.ts';
import { collect } from '../../../lib/pipelines/customer-intelligence/collect/pipeline.ts';
import { customerIntelligence } from '../../../lib/pipelines/customer-intelligence/index.ts';
import { compose, html, publish } from '../../../lib/pipelines/customer-intelligence/report/contracts.ts';
import { scoreReview } from '../../../lib/pipelines/customer-intelligence/sentiment/contracts.ts';

const inputsOf = (node: Node): string[] => {
  if (node.kind === 'choose') return [];
  const sources = bindingsOf(node)
    .flatMap((binding) => refsIn(binding))
    .map(({ source }) => {
      if (source.kind === 'stage') return source.stage;
      return source.kind === 'upstream' ? `${source.upstream}:` : source.kind;
    });
  return [...new Set(sources)].filter((source) => source !== 'item');
};

const edgesOf = ({ nodes }: Block): string[] =>
  nodes.flatMap((node) =>
    node.kind === 'choose'
      ? [`${node.id}?`, ...edgesOf(node.onTrue), ...edgesOf(node.onFalse)]
      : [`${node.kind} ${node.id} <- ${inputsOf(node).join(', ')}`],
  );

describe('the recorded graphs', () => {
  test.each([
    ['collect', [], ['task read <- input', 'map validate <- read', 'task split <- read, validate']],
    [
      'sentiment',
      ['collect'],
      [
        'map score <- collect:',
        'task route <- collect:, score',
        'anyUnsure?',
        'map rescore <- route',
        'task summarise <- collect:, score, rescore',
      ],
    ],
    ['trends', ['collect'], ['task daily <- collect:', 'task terms <- collect:', 'task movers <- daily, terms']],
    [
      'report',
      ['collect', 'sentiment', 'trends'],
      [
        'task compose <- collect:, sentiment:, trends:',
        'task markdown <- compose',
        'task html <- compose',
        'task publish <- compose, markdown, html',
      ],
    ],
  ])('%s', (name, upstream, edges) => {
    const pipeline = customerIntelligence.find((one) => one.name === name);
    expect(Object.keys(pipeline?.upstream ?? {})).toEqual(upstream);
    expect(pipeline && edgesOf(pipeline.flow)).toEqual(edges);
  });
});

test('a renamed field is a type error, within a pipeline and between pipelines', () => {
  const wrong = definePipeline('wrong', { input: compose.input, upstream: { collect } }, (flow) => {
    const model = flow.task(compose, flow.input);
    const page = flow.task(html, model);
    const files = { markdown: page, html: page };
    // @ts-expect-error collect gives `reviews`, not `review`
    flow.map(scoreReview, flow.upstream.collect.review, (review) => review);
    // @ts-expect-error the report model has `headline`, not `heading`
    flow.task(publish, { title: model.title, headline: model.heading, ...files });
    // @ts-expect-error a number of reviews is no title
    flow.task(publish, { title: model.reviews, headline: model.headline, ...files }, { id: 'untitled' });
  });
  // Only the checker sees the mistakes: a ref to a field that does not exist is a ref all the same.
  expect(wrong.flow.nodes.map(({ id }) => id)).toEqual(['compose', 'html', 'score', 'publish', 'untitled']);
});
