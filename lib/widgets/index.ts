export { type ActionEvent, act } from './act.ts';
export { mostWidgetBytes, showWidget, type WidgetEvent } from './widget.ts';
