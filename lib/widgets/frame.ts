// What stands around whatever a widget shows.

import type { WidgetEvent } from './event.ts';
import { sheets } from './sheet.ts';

/** Around whatever is shown. */
export const framed = (body: string, { widgetContext }: Pick<WidgetEvent, 'widgetContext'>): string =>
  `<div class="cwdb-no-default-styles"></div><style>${sheets[widgetContext?.theme === 'dark' ? 'dark' : 'light']}</style><div class="heddle">${body}</div>`;
