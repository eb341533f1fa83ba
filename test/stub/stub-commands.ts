import { randomUUID } from 'node:crypto';
import type { StubCookie, StubSession } from './stub-grid.ts';
import { W3cError } from './w3c-error.ts';

/** The key that marks an element in W3C WebDriver's JSON. */
export const ELEMENT_KEY = 'element-6066-11e4-a52e-4f735466cecf';

/** A black pixel. */
export const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';

type Body = Readonly<Record<string, unknown>>;

/** What the stub's pages answer, where a test wants something else than the default. */
export interface StubPages {
  /** The value of a script; `undefined` leaves it to the default. */
  readonly script?: (script: string, args: readonly unknown[], session: StubSession) => unknown;
  /** How many elements a locator finds (1). */
  readonly elements?: (locator: { using: string; value: string }, session: StubSession) => number;
  readonly title?: (session: StubSession) => string;
  readonly source?: (session: StubSession) => string;
}

type Command = (session: StubSession, body: Body, words: readonly string[], pages: StubPages) => unknown;

/**
 * Does one command of a session and gives its W3C value. `words` are the path after the session's id.
 * Throws a `W3cError`.
 */
export function runCommand(
  session: StubSession,
  method: string,
  words: readonly string[],
  body: Body,
  pages: StubPages,
): unknown {
  const command = COMMANDS[keyOf(method, words)];
  if (command === undefined)
    throw new W3cError(
      'unknown command',
      `Unable to find handler for (${method}) /session/${session.id}/${words.join('/')}`,
    );
  if (!session.windows.has(session.currentWindow) && !WINDOWLESS.has(words[0] ?? '')) {
    throw new W3cError('no such window', 'no such window: target window already closed');
  }
  return command(session, body, words, pages);
}

/** The command's name with each id as a star: `POST element/(id)/click` for every (id). */
export function keyOf(method: string, words: readonly string[]): string {
  const [first, second, ...rest] = words;
  const hasId = (first === 'element' || first === 'shadow') && second !== undefined && second !== 'active';
  const named = first === 'cookie' && second !== undefined;
  if (named) return `${method} cookie/*`;
  if (hasId)
    return [
      `${method} ${first}/*`,
      ...(rest[0] === 'attribute' || rest[0] === 'property' || rest[0] === 'css' ? [rest[0], '*'] : rest),
    ].join('/');
  return `${method} ${words.join('/')}`;
}

const WINDOWLESS = new Set(['window', 'timeouts', 'se', 'file']);

const find = (session: StubSession, body: Body, pages: StubPages): { [ELEMENT_KEY]: string }[] => {
  const locator = { using: String(body['using']), value: String(body['value']) };
  const count = pages.elements?.(locator, session) ?? 1;
  const name = Buffer.from(locator.value).toString('base64url').slice(0, 40);
  return Array.from({ length: count }, (_, index) => ({ [ELEMENT_KEY]: `e.${session.page}.${index}.${name}` }));
};

const findOne: Command = (session, body, words, pages) => {
  if (words.length > 1) fresh(session, words);
  const [element] = find(session, body, pages);
  if (element) return element;
  throw new W3cError('no such element', `no such element: Unable to locate element: ${JSON.stringify(body)}`);
};

const findAll: Command = (session, body, words, pages) => {
  if (words.length > 1) fresh(session, words);
  return find(session, body, pages);
};

/** An element found before the last navigation is stale, as in a browser. */
function fresh(session: StubSession, words: readonly string[]): string {
  const id = words[1] ?? '';
  if (id.split('.')[1] !== String(session.page)) {
    throw new W3cError(
      'stale element reference',
      `stale element reference: stale element not found in the current frame: ${id}`,
    );
  }
  return Buffer.from(id.split('.')[3] ?? '', 'base64url').toString();
}

const onElement =
  (answer: (session: StubSession, selector: string, words: readonly string[]) => unknown): Command =>
  (session, _body, words) =>
    answer(session, fresh(session, words), words);

const navigate: Command = (session, body) => {
  const target = body['url'];
  if (typeof target !== 'string' || !URL.canParse(target))
    throw new W3cError('invalid argument', `invalid argument: url ${JSON.stringify(target)}`);
  session.visited.push(target);
  session.page += 1;
  session.typed.clear();
  session.focused = '';
  const url = new URL(target);
  if (url.hostname === 'dns-error.test')
    throw new W3cError(
      'unknown error',
      'unknown error: net::ERR_NAME_NOT_RESOLVED\n  (Session info: chrome=156.0.8078.79)',
    );
  session.url = url.href;
  return null;
};

const execute: Command = (session, body, _words, pages) => {
  const script = String(body['script']);
  const args = Array.isArray(body['args']) ? (body['args'] as unknown[]) : [];
  const answer = pages.script?.(script, args, session);
  if (answer !== undefined) return answer;
  if (script.includes('hasPassword')) return fieldsOf(session, args);
  if (script.includes('document.readyState')) return 'complete';
  if (script.includes('document.title')) return titleOf(session, pages);
  if (script.includes('location.href')) return session.url;
  // selenium-webdriver asks for isDisplayed by a script whose only argument is the element.
  const [only, ...more] = args;
  return more.length === 0 && typeof only === 'object' && only !== null && ELEMENT_KEY in only ? true : null;
};

/** Answers gridrun's look at the focused field and at others: a field whose selector has `password` is one of a password. */
function fieldsOf(session: StubSession, elements: readonly unknown[]): unknown[] {
  const selectors = elements.map((element) =>
    fresh(session, ['element', (element as Record<string, string>)[ELEMENT_KEY]!]),
  );
  return [session.focused, ...selectors, ''].map((selector) => {
    const kind = selector === '' ? '' : selector.includes('password') ? 'password' : 'input';
    return [kind, session.typed.get(selector) ?? '', -1];
  });
}

const typeInto = (session: StubSession, selector: string, text: string): null => {
  session.focused = selector;
  session.typed.set(selector, (session.typed.get(selector) ?? '') + text.replaceAll(/[\uE000-\uF8FF\n]/g, ''));
  return null;
};

/** Clicks and types, tick by tick. */
const act: Command = (session, body) => {
  const sources = body['actions'] as { actions?: Record<string, unknown>[] }[];
  let pointed = '';
  for (let tick = 0; sources.some(({ actions = [] }) => tick < actions.length); tick++) {
    for (const { type, origin, value } of sources.flatMap(({ actions = [] }) => actions.slice(tick, tick + 1))) {
      if (type === 'pointerMove')
        pointed = fresh(session, ['element', (origin as Record<string, string> | undefined)?.[ELEMENT_KEY] ?? '']);
      else if (type === 'pointerDown') session.focused = pointed;
      else if (type === 'keyDown') typeInto(session, session.focused, String(value));
    }
  }
  return null;
};

const valueOf = (session: StubSession, selector: string, name: string): string =>
  name === 'value' ? (session.typed.get(selector) ?? 'value value') : `${name} value`;

const noAlert: Command = () => {
  throw new W3cError('no such alert', 'no such alert');
};

const setRect: Command = (session, body) => {
  for (const side of ['x', 'y', 'width', 'height'] as const) {
    const value = body[side];
    if (typeof value === 'number') session.rect[side] = value;
  }
  return session.rect;
};

const newWindow: Command = (session, body) => {
  const handle = randomUUID().replaceAll('-', '').toUpperCase();
  session.windows.set(handle, 'about:blank');
  return { handle, type: body['type'] === 'window' ? 'window' : 'tab' };
};

const closeWindow: Command = (session) => {
  session.windows.delete(session.currentWindow);
  return [...session.windows.keys()];
};

const switchWindow: Command = (session, body) => {
  const handle = String(body['handle']);
  if (!session.windows.has(handle)) throw new W3cError('no such window', 'no such window');
  if (handle !== session.currentWindow) {
    session.currentWindow = handle;
    session.page += 1;
  }
  return null;
};

/** The CDP commands after which no cookie is left. */
export const CLEARS_COOKIES = new Set([
  'Storage.clearDataForOrigin',
  'Network.clearBrowserCookies',
  'Storage.clearCookies',
]);

const cdp: Command = (session, body) => {
  if (CLEARS_COOKIES.has(String(body['cmd']))) session.cookies = [];
  return {};
};

const titleOf = (session: StubSession, pages: StubPages): string => pages.title?.(session) ?? `Title of ${session.url}`;

const COMMANDS: Readonly<Record<string, Command>> = {
  'POST url': navigate,
  'GET url': (session) => session.url,
  'POST refresh': (session) => (session.page++, null),
  'POST back': (session) => (session.page++, null),
  'POST forward': (session) => (session.page++, null),
  'GET title': (session, _body, _words, pages) => titleOf(session, pages),
  'GET source': (session, _body, _words, pages) =>
    pages.source?.(session) ??
    `<html><head><title>${titleOf(session, pages)}</title></head><body>Source of ${session.url}</body></html>`,
  'GET screenshot': () => PNG,
  'GET element/*/screenshot': onElement(() => PNG),
  'POST element': findOne,
  'POST elements': findAll,
  'POST element/*/element': findOne,
  'POST element/*/elements': findAll,
  'GET element/active': (session) => ({ [ELEMENT_KEY]: `e.${session.page}.0.YWN0aXZl` }),
  'GET element/*/text': onElement((session, selector) => `Text of ${selector} on ${session.url}`),
  'GET element/*/name': onElement(() => 'input'),
  'GET element/*/attribute/*': onElement((session, selector, words) => valueOf(session, selector, words[3]!)),
  'GET element/*/property/*': onElement((session, selector, words) => valueOf(session, selector, words[3]!)),
  'GET element/*/css/*': onElement(() => 'block'),
  'GET element/*/rect': onElement(() => ({ x: 10, y: 10, width: 100, height: 20 })),
  'GET element/*/enabled': onElement(() => true),
  'GET element/*/selected': onElement(() => false),
  'GET element/*/displayed': onElement(() => true),
  'POST element/*/click': onElement((session, selector) => ((session.focused = selector), null)),
  'POST element/*/clear': onElement((session, selector) => (session.typed.delete(selector), null)),
  'POST element/*/value': (session, body, words) => typeInto(session, fresh(session, words), String(body['text'])),
  'POST execute/sync': execute,
  'POST execute/async': execute,
  'POST actions': act,
  'DELETE actions': () => null,
  'POST frame': () => null,
  'POST frame/parent': () => null,
  'GET window': (session) => session.currentWindow,
  'POST window': switchWindow,
  'DELETE window': closeWindow,
  'GET window/handles': (session) => [...session.windows.keys()],
  'POST window/new': newWindow,
  'GET window/rect': (session) => session.rect,
  'POST window/rect': setRect,
  'POST window/maximize': (session) => session.rect,
  'POST window/minimize': (session) => session.rect,
  'POST window/fullscreen': (session) => session.rect,
  'GET timeouts': (session) => session.timeouts,
  'POST timeouts': (session, body) => (Object.assign(session.timeouts, body), null),
  'GET cookie': (session) => session.cookies,
  'POST cookie': (session, body) => {
    const cookie = body['cookie'] as StubCookie;
    session.cookies = [...session.cookies.filter((known) => known.name !== cookie.name), cookie];
    return null;
  },
  'DELETE cookie': (session) => ((session.cookies = []), null),
  'GET cookie/*': (session, _body, words) => {
    const cookie = session.cookies.find((known) => known.name === decodeURIComponent(words[1] ?? ''));
    if (cookie) return cookie;
    throw new W3cError('no such cookie', 'no such cookie');
  },
  'DELETE cookie/*': (session, _body, words) => {
    session.cookies = session.cookies.filter((known) => known.name !== decodeURIComponent(words[1] ?? ''));
    return null;
  },
  'POST goog/cdp/execute': cdp,
  'POST chromium/send_command': (...args) => (cdp(...args), null),
  'POST chromium/send_command_and_get_result': cdp,
  'GET chromium/network_conditions': () => ({
    offline: false,
    latency: 5,
    download_throughput: 1,
    upload_throughput: 1,
  }),
  'POST chromium/network_conditions': () => null,
  'DELETE chromium/network_conditions': () => null,
  'POST chromium/launch_app': () => null,
  'POST permissions': () => null,
  'GET goog/cast/get_sinks': () => [],
  'POST se/file': () => '/tmp/stub-upload/extension',
  'POST file': () => '/tmp/stub-upload/extension',
  'POST alert/accept': noAlert,
  'POST alert/dismiss': noAlert,
  'GET alert/text': noAlert,
  'POST alert/text': noAlert,
  'GET se/log/types': () => ['browser', 'driver'],
  'POST se/log': () => [],
};
