/** A person's words inside a Markdown line or table cell: nothing of them is markup, and they stay on one line. */
export const escapeMarkdown = (text: string): string =>
  text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_{}[\]()<>#+\-!|~&]/g, '\\$&');
