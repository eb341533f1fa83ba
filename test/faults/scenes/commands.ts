import type { ErrorCode } from '../../../src/core/error-codes.ts';
import type { ProxyFault, ProxyHook } from '../../support/webdriver-proxy.ts';
import { always, once } from '../expected.ts';
import { scene, type Scene } from '../scene.ts';
import { ODD_ANSWERS } from '../../support/odd-answers.ts';

/** Changes the answers to a command on the page of `bad`, so many times. */
function onBad(target: string, fault: ProxyFault, times: number): () => ProxyHook {
  return () => {
    let left = times;
    return ({ command, url, body }) => {
      const page = command === 'POST url' ? String(body['url']) : (url ?? '');
      if (command !== target || !page.endsWith('/bad') || left === 0) return undefined;
      left -= 1;
      return fault;
    };
  };
}

const { reset, forbidden, busy, gateway, moved, page, cut, empty, bare, wordless } = ODD_ANSWERS;

interface Odd {
  readonly fault: ProxyFault;
  readonly code: ErrorCode;
}

/** Each hits a command that the check sends in the middle of its site. */
const FAULTS: Readonly<Record<string, Odd>> = {
  'the connection is reset': { fault: reset, code: 'grid.unreachable' },
  'the answer is lost': { fault: 'lost-answer', code: 'grid.unreachable' },
  'the answer is cut off': { fault: 'cut-answer', code: 'grid.unreachable' },
  '403': { fault: forbidden, code: 'grid.unauthorized' },
  '429': { fault: busy, code: 'grid.unreachable' },
  '502 with HTML': { fault: gateway, code: 'grid.unreachable' },
  '302': { fault: moved, code: 'grid.not-webdriver' },
  'a page': { fault: page, code: 'grid.not-webdriver' },
  'cut JSON': { fault: cut, code: 'grid.not-webdriver' },
  'an empty answer': { fault: empty, code: 'grid.not-webdriver' },
  'JSON that is no answer': { fault: bare, code: 'grid.not-webdriver' },
  '500 without a W3C error': { fault: wordless, code: 'grid.unreachable' },
};

export const COMMANDS: readonly Scene[] = [
  ...Object.entries(FAULTS).map(([name, { fault, code }]) =>
    scene('wire', 'hub', `${name}, once`, once(code), {
      wire: onBad('POST element', fault, 1),
      isShort: name === '429' || name === 'cut JSON',
    }),
  ),
  ...['POST url', 'POST element'].map((command) =>
    scene('wire', 'hub', `the answer to ${command} never comes, once`, once('grid.no-answer'), {
      wire: onBad(command, 'no-answer', 1),
    }),
  ),
  ...['429', '502 with HTML', 'cut JSON'].map((name) =>
    scene('wire', 'hub', `${name}, each time`, always(FAULTS[name]!.code), {
      wire: onBad('POST url', FAULTS[name]!.fault, Infinity),
    }),
  ),
];
