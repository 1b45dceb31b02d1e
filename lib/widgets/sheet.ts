// The console's style, kept to the widget: a dashboard has a style of its own around it, and says whether it is dark. Plain rules: it is
// not known what more of CSS is left in what a widget answers (lib/widgets/README.md).
import { style } from '../console/index.ts';

const dark = /@media \(prefers-color-scheme: dark\) \{\s*:root \{([^}]*)\}\s*\}/;

/** Each selector below the widget's own element. What stands before a brace and begins with @ has rules in it. */
const kept = (css: string): string =>
  css.replace(/\s*([^{};]+)\{/g, (_, before: string) =>
    before.startsWith('@')
      ? `\n${before}{`
      : `\n${before
          .split(',')
          .map((selector) => `.heddle ${selector.trim()}`.replace(' :root', ''))
          .join(', ')} {`,
  );

const made = (theme: 'light' | 'dark'): string => {
  const [, colours = ''] = dark.exec(style) ?? [];
  const own = style
    .replace(dark, theme === 'dark' ? `:root { color-scheme: dark; ${colours} }` : '')
    .replace('color-scheme: light dark;', `color-scheme: ${theme};`)
    .replace(/@keyframes \w+ \{[^}]*\}[^}]*\}\s*\}/g, '')
    .replace(/\n\s*/g, '\n');
  return `${kept(own)}\n.heddle { color: var(--text); font-size: 14px; }\n.heddle cwdb-action { display: none; }\n`;
};

/** Whatever is not said to be dark is light. */
export const sheets: { readonly [theme in 'light' | 'dark']: string } = { light: made('light'), dark: made('dark') };
