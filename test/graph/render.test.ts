import { expect, test } from '@jest/globals';
import { gt } from '../../lib/definition/index.ts';
import { graphOf, renderDot, renderMermaid, renderTree } from '../../lib/graph/index.ts';
import { pipelineOf, stage } from '../asl/sample.ts';

const graph = graphOf(
  pipelineOf((flow) => {
    const found = flow.task(stage('find'), {});
    const scored = flow.map(stage('score'), found.list, (item) => ({ item }), { batch: 50 });
    const chosen = flow.choose(
      gt(scored.failed, 0),
      () => {
        const mended = flow.task(stage('mend'), { n: scored.failed });
        return flow.task(stage('again'), { n: mended.n, of: found.n }).n;
      },
      () => 0,
      { id: 'anyFailed' },
    );
    flow.task(stage('end'), { found: found.n, chosen });
  }),
);

test('a tree', () => {
  expect(renderTree(graph)).toBe(
    `
sample  (after before, of the same partition)
├─ find
├─ score [each item, 50 a call]  ← find
├─ anyFailed?  ← score
│  ├─ yes
│  │  ├─ mend
│  │  └─ again  ← mend
│  └─ no (nothing)
└─ end  ← anyFailed`.trimStart(),
  );
});

test('a Mermaid flowchart', () => {
  expect(renderMermaid(graph)).toBe(
    `
---
title: sample
---
flowchart LR
  n_find["find"]
  n_score[["score [each item, 50 a call]"]]
  n_anyFailed{"anyFailed?"}
  n_mend["mend"]
  n_again["again"]
  n_end["end"]
  n_upstream_before(["before"])
  n_find --> n_score
  n_score --> n_anyFailed
  n_anyFailed -->|yes| n_mend
  n_mend --> n_again
  n_again --> n_end
  n_anyFailed -->|no| n_end
  n_upstream_before --> n_find`.trimStart(),
  );
});

test('DOT', () => {
  expect(renderDot(graph)).toBe(
    `
digraph "sample" {
  rankdir=LR;
  "find" [shape=box, label="find"];
  "score" [shape=box3d, label="score [each item, 50 a call]"];
  "anyFailed" [shape=diamond, label="anyFailed?"];
  "mend" [shape=box, label="mend"];
  "again" [shape=box, label="again"];
  "end" [shape=box, label="end"];
  "upstream_before" [shape=oval, label="before"];
  "find" -> "score";
  "score" -> "anyFailed";
  "anyFailed" -> "mend" [label="yes"];
  "mend" -> "again";
  "again" -> "end";
  "anyFailed" -> "end" [label="no"];
  "upstream_before" -> "find";
}`.trimStart(),
  );
});

test('drawing twice gives the same text', () => {
  for (const render of [renderTree, renderMermaid, renderDot]) expect(render(graph)).toBe(render(graph));
});
