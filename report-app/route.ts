/** What the reader looks at. The URL's fragment holds it, so it can be sent as a link. */
export interface Route {
  readonly screen: 'sites' | 'site' | 'groups' | 'timeline';
  /** The site whose page is shown. */
  readonly siteId: string;
  readonly filter: Filter;
}

export interface Filter {
  readonly verdicts: readonly string[];
  readonly cause: string;
  readonly tag: string;
  readonly node: string;
  /** A group's fingerprint. */
  readonly group: string;
  /** A check's place in the suite, from 1. Empty for all checks. */
  readonly check: string;
  /** `new`: sites with new failures. `known`: sites with known failures only. */
  readonly gate: string;
  readonly text: string;
  readonly order: string;
}

export const NO_FILTER: Filter = {
  verdicts: [],
  cause: '',
  tag: '',
  node: '',
  group: '',
  check: '',
  gate: '',
  text: '',
  order: '',
};

const KEYS = ['cause', 'tag', 'node', 'group', 'check', 'gate', 'text', 'order'] as const;

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [name = '', id = ''] = path.split('/');
  const given = new URLSearchParams(query);
  const texts = Object.fromEntries(KEYS.map((key) => [key, given.get(key) ?? '']));
  const verdicts = (given.get('verdict') ?? '').split(',').filter((verdict) => verdict !== '');
  const screen = name === 'site' || name === 'groups' || name === 'timeline' ? name : 'sites';
  return { screen, siteId: screen === 'site' ? decoded(id) : '', filter: { ...NO_FILTER, ...texts, verdicts } };
}

/** The fragment of a route. It keeps the filters on every screen, so that going back restores them. */
export function hashOf({ screen, siteId, filter }: Route): string {
  const query = new URLSearchParams();
  if (filter.verdicts.length > 0) query.set('verdict', filter.verdicts.join(','));
  for (const key of KEYS) if (filter[key] !== '') query.set(key, filter[key]);
  const path = screen === 'sites' ? '' : screen === 'site' ? `site/${encodeURIComponent(siteId)}` : screen;
  const text = query.toString().replaceAll('%2C', ',');
  return `#/${path}${text === '' ? '' : `?${text}`}`;
}

/** How many filters are set. The order of rows does not count. */
export function filterCount(filter: Filter): number {
  return KEYS.filter((key) => key !== 'order' && filter[key] !== '').length + (filter.verdicts.length > 0 ? 1 : 0);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
