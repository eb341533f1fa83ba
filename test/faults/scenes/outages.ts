import type { ProxyFault } from '../../support/webdriver-proxy.ts';
import { always, notRun, refused } from '../expected.ts';
import { scene, type Scene } from '../scene.ts';
import { ODD_ANSWERS } from '../../support/odd-answers.ts';

const lost = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`lost-${index}`, `http://shop-${index}.invalid/`]));

const OUTAGE = { flags: ['--outage-sites', '3', '--outage-timeout', '2000'], neighbors: 'any' } as const;

const everywhere = (command: string, fault: ProxyFault) => () => (request: { command: string }) =>
  request.command === command ? fault : undefined;

/** What hits all sites at once is one incident. */
export const OUTAGES: readonly Scene[] = [
  {
    family: 'outage',
    ground: 'chrome',
    urls: lost(8),
    faults: {
      'lost-0': {
        fault: 'no name server knows any site: the first',
        expected: { ...always('runner.network-down'), attempts: 1 },
      },
      'lost-7': { fault: 'no name server knows any site: the last', expected: notRun(3, 'run.outage') },
    },
    ...OUTAGE,
    // One after the other, as they are in the list.
    flags: [...OUTAGE.flags, '--chunk-size', '20'],
    sessions: '1',
    isShort: true,
  },
  scene('outage', 'hub', 'no session can be made', notRun(3, 'grid.unreachable'), {
    ...OUTAGE,
    says: /was down from .* and did not come back/,
    wire: everywhere('POST session', ODD_ANSWERS.gateway),
  }),
  scene('outage', 'hub', 'the grid wants a password', refused('grid.unauthorized'), {
    wire: everywhere('GET status', { status: 401, text: '' }),
  }),
  scene('outage', 'hub', 'the grid is a web page', refused('grid.not-webdriver'), {
    wire: everywhere('GET status', ODD_ANSWERS.page),
  }),
];
