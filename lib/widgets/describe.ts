/** What the console of CloudWatch shows of the function, to whoever makes a widget of it: Markdown, with parameters to begin with. */
export const describeWidget = `### Heddle
Pipelines and their runs, as the ledger has them. It reads; what its buttons do, another function does, which you may be
allowed to call or not.

#### Parameters
Param | Description
---|---
**view** | \`home\`: all pipelines; \`grid\`: runs of a pipeline against its stages; \`letters\`: open dead letters; \`approvals\`: questions that runs wait with; \`run\`: one run
**pipeline** | of \`grid\` and \`run\`, and of \`letters\` of one pipeline
**run** | of \`run\`: its id

#### Example parameters
\`\`\` yaml
view: grid
pipeline: orders
\`\`\`
`;
