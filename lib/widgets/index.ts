export { act } from './act.ts';
export type { WidgetEvent } from './event.ts';
export { mostWidgetBytes, showWidget } from './widget.ts';
