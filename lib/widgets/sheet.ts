// The console's style, kept to the widget: a dashboard has a style of its own around it, and says whether it is dark.
import { style } from '../console/index.ts';

const dark = /@media \(prefers-color-scheme: dark\) \{\s*:root \{([^}]*)\}\s*\}/;

const made = (theme: 'light' | 'dark'): string => {
  const [, colours = ''] = dark.exec(style) ?? [];
  const own = style
    .replace(dark, theme === 'dark' ? `:root { color-scheme: dark; ${colours} }` : '')
    .replace('color-scheme: light dark;', `color-scheme: ${theme};`)
    .replaceAll(':root', '&')
    .replace(/@keyframes \w+ \{[^}]*\}[^}]*\}\s*\}/g, '')
    .replace(/\n\s*/g, '\n');
  return `.heddle { ${own} & { color: var(--text); font-size: 14px; } & cwdb-action { display: none; } }`;
};

/** Whatever is not said to be dark is light. */
export const sheets: { readonly [theme in 'light' | 'dark']: string } = { light: made('light'), dark: made('dark') };
