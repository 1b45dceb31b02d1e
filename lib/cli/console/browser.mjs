// What runs in the page, as it is: it puts in what the console sends when something changes, counts times on, and knows a few keys.
const words = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'm'],
  [1, 's'],
];

const length = (seconds) => {
  const [size, name] = words.find(([least]) => seconds >= least) ?? [1, 's'];
  return `${Math.floor(Math.max(0, seconds) / size)} ${name}`;
};

/** Says of each time how long ago it is, and keeps the time itself for whoever points at it. */
const tellTimes = () => {
  for (const time of document.querySelectorAll('time[data-ago], time[data-since], tspan[data-time]')) {
    const iso = time.getAttribute('datetime') ?? time.dataset.time;
    const seconds = (Date.now() - Date.parse(iso)) / 1_000;
    if (!time.dataset.full) time.dataset.full = time.textContent;
    if (time.hasAttribute('title') === false && time.localName === 'time')
      time.setAttribute('title', time.dataset.full);
    if (time.dataset.since) time.textContent = length(seconds);
    else if (seconds < 30 * 86_400) time.textContent = seconds < 1 ? 'now' : `${length(seconds)} ago`;
  }
};

/** What to find again after its region was replaced: by its id, else by where it leads. */
const placeOf = (element) => {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const href = element.getAttribute('href');
  return href ? `a[href="${CSS.escape(href)}"]` : undefined;
};

const replaceRegion = ({ id, html }) => {
  const old = document.getElementById(id);
  if (!old) return location.reload(); // it has become another page: one that was still being made, or a run that is kept no longer
  if (html.includes(`data-is="${old.dataset.is}"`)) return;
  const focused = old.contains(document.activeElement) ? placeOf(document.activeElement) : undefined;
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
  if (focused) fresh.querySelector(focused)?.focus({ preventScroll: true });
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
  source.addEventListener('error', () => say('not connected', true));
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

tellTimes();
setInterval(tellTimes, 1_000);
document.addEventListener('visibilitychange', followVisibility);
document.addEventListener('keydown', onKey);
window.addEventListener('pagehide', leave);
followVisibility();
