// What runs in the page, as it is: it puts in what the console sends when something changes, counts times on, and knows a few keys.
const words = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'm'],
  [1, 's'],
];

/** `3 h`; with two parts `3 h 5 m`, so that it is seen to count on. */
const length = (seconds, parts = 1) => {
  const first = words.findIndex(([least]) => seconds >= least);
  let left = Math.max(0, seconds);
  const said = words
    .slice(first < 0 ? -1 : first)
    .slice(0, parts)
    .map(([size, name]) => {
      const count = Math.floor(left / size);
      left -= count * size;
      return `${count} ${name}`;
    });
  return said.join(' ');
};

/** Says of each time how long ago it is, and keeps the time itself for whoever points at it. */
const tellTimes = () => {
  for (const time of document.querySelectorAll('time[data-ago], time[data-since], tspan[data-time]')) {
    const iso = time.getAttribute('datetime') ?? time.dataset.time;
    const seconds = (Date.now() - Date.parse(iso)) / 1_000;
    if (!time.dataset.full) time.dataset.full = time.textContent;
    if (time.hasAttribute('title') === false && time.localName === 'time')
      time.setAttribute('title', time.dataset.full);
    if (time.dataset.since) time.textContent = length(seconds, 2);
    else if (seconds < 30 * 86_400) {
      const ago = seconds < 1 ? 'now' : `${length(seconds)} ago`;
      time.textContent = time.closest('.facts') ? `${time.dataset.full}, ${ago}` : ago; // where there is room, both
    }
  }
};

const focusable = 'a[href], summary, [tabindex="0"]';

/** Finds again, in the region that replaced its own, what had the focus: by its id, by where it leads, else by its place. */
const finder = (element, region) => {
  const place = [...region.querySelectorAll(focusable)].indexOf(element);
  const href = element.getAttribute('href');
  const named = element.id ? `#${CSS.escape(element.id)}` : href && `a[href="${CSS.escape(href)}"]`;
  return (fresh) => (named ? fresh.querySelector(named) : [...fresh.querySelectorAll(focusable)][place]);
};

const replaceRegion = ({ id, html }) => {
  const old = document.getElementById(id);
  if (!old) return location.reload(); // it has become another page: one that was still being made, or a run that is kept no longer
  if (html.includes(`data-is="${old.dataset.is}"`)) return;
  const found = old.contains(document.activeElement) ? finder(document.activeElement, old) : undefined;
  const scrolled = [...old.querySelectorAll('.scroll, .value')].map(({ scrollLeft, scrollTop }) => [
    scrollLeft,
    scrollTop,
  ]);
  const open = [...old.querySelectorAll('details')].map((details) => details.open);
  old.outerHTML = html;
  const fresh = document.getElementById(id);
  for (const [place, element] of [...fresh.querySelectorAll('.scroll, .value')].entries())
    if (scrolled[place]) [element.scrollLeft, element.scrollTop] = scrolled[place];
  for (const [place, details] of [...fresh.querySelectorAll('details')].entries())
    if (open[place] !== undefined) details.open = open[place];
  found?.(fresh)?.focus({ preventScroll: true });
  tellTimes();
};

let source;
const say = (text, lost) => {
  const live = document.getElementById('live');
  if (live.textContent !== text) live.textContent = text;
  live.classList.toggle('lost', lost);
};

const listen = () => {
  if (document.body.dataset.still || source) return;
  source = new EventSource(`/live?path=${encodeURIComponent(document.body.dataset.path)}`);
  source.addEventListener('open', () => say('live', false));
  source.addEventListener('region', ({ data }) => replaceRegion(JSON.parse(data)));
  source.addEventListener('problem', ({ data }) => say(JSON.parse(data), true));
  source.addEventListener('well', () => say('live', false));
  source.addEventListener('error', () => say('not connected: trying again', true));
  source.addEventListener('full', ({ data }) => {
    leave(); // it would ask again and again
    say(JSON.parse(data), true);
  });
};

const leave = () => {
  source?.close();
  source = undefined;
};

/** A page that nobody looks at asks for nothing. */
const followVisibility = () => {
  if (document.visibilityState === 'visible') listen();
  else leave();
};

const isTyping = ({ target }) => target.closest('input, textarea, select, [contenteditable]') !== null;
let pressed = '';
const onKey = (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Escape' && isTyping(event)) return event.target.blur();
  if (isTyping(event)) return;
  if (event.key === '/') {
    event.preventDefault();
    document.getElementById('q').focus();
  } else if (event.key === '?') document.querySelector('footer').scrollIntoView();
  else if (pressed === 'g') document.querySelector(`nav a[data-key="${CSS.escape(event.key)}"]`)?.click();
  pressed = event.key;
};

/** That an action was just done is said once: not again when the page is loaded again, or kept as a bookmark. */
const forgetDone = () => {
  const url = new URL(location.href);
  if (!url.searchParams.has('done')) return;
  url.searchParams.delete('done');
  history.replaceState(null, '', url);
};

forgetDone();
tellTimes();
setInterval(tellTimes, 1_000);
document.addEventListener('visibilitychange', followVisibility);
document.addEventListener('keydown', onKey);
window.addEventListener('pagehide', leave);
followVisibility();
