import { expect, test } from '@jest/globals';
import { html, link, textOf } from '../../lib/console/index.ts';

test.each([
  ['text', html`<b>${'<script>alert(1)</script>'}</b>`, '<b>&lt;script&gt;alert(1)&lt;/script&gt;</b>'],
  ['an attribute', html`<a title="${`" onclick='x' & more`}">`, '<a title="&quot; onclick=&#39;x&#39; &amp; more">'],
  ['a template in a template', html`<p>${html`<i>${'<'}</i>`}</p>`, '<p><i>&lt;</i></p>'],
  ['lists, numbers and nothing', html`${['a', html`<br>`, 1, undefined, null, false]}`, 'a<br>1'],
  // JSON that tries to look like a template's own.
  ['an object of somebody else', html`${JSON.parse('{ "html": "<b>", "Symbol(html)": "<b>" }')}`, '[object Object]'],
])('%s', (_, made, expected) => {
  expect(textOf(made)).toBe(expected);
});

test.each([
  [['runs', 'a b', 'x/y?z'], {}, '/runs/a%20b/x%2Fy%3Fz'],
  [['do', 'start'], { pipeline: 'a&b', partition: undefined }, '/do/start?pipeline=a%26b'],
])('an address of %j', (parts, query, expected) => {
  expect(link(parts, query)).toBe(expected);
});
