import type { ProxyFault, ProxyHook } from '../../support/webdriver-proxy.ts';
import { UNHARMED } from '../expected.ts';
import { scene, type Scene } from '../scene.ts';
import { ODD_ANSWERS } from '../../support/odd-answers.ts';

/** The second session is asked for oddly; the hook waits until the first one is there, as in the middle of a run. */
function atSecondPost(fault: ProxyFault): () => ProxyHook {
  return () => {
    let posts = 0;
    const first = Promise.withResolvers<void>();
    return async ({ command }) => {
      if (command === 'POST url') first.resolve();
      if (command !== 'POST session') return undefined;
      posts += 1;
      if (posts !== 2) return undefined;
      await first.promise;
      return fault;
    };
  };
}

const done = (fault: ProxyFault): ProxyFault => (typeof fault === 'object' ? { ...fault, done: true } : fault);

const { reset, forbidden, busy, gateway, page, cut, empty, idless, wrongId } = ODD_ANSWERS;

/** What `POST /session` may get instead of a session. No site is spent on it, and no session stays. */
const FAULTS: Readonly<Record<string, ProxyFault>> = {
  'the connection is reset': reset,
  'the answer is lost, the session is made': 'lost-answer',
  'the answer is cut off, the session is made': 'cut-answer',
  'cut JSON, no session is made': cut,
  'cut JSON, the session is made': done(cut),
  'an empty answer, no session is made': empty,
  'an empty answer, the session is made': done(empty),
  '429, no session is made': busy,
  '429, the session is made': done(busy),
  '403, no session is made': forbidden,
  '403, the session is made': done(forbidden),
  '502 with HTML, no session is made': gateway,
  '502 with HTML, the session is made': done(gateway),
  'a page, the session is made': done(page),
  'an answer without an id, the session is made': done(idless),
  'an answer with another id, the session is made': done(wrongId),
  'the answer is 5 s late': 'late',
  'no answer at all': 'hang',
};

const SHORT = new Set(['cut JSON, the session is made', 'an answer without an id, the session is made']);

export const POSTS: readonly Scene[] = Object.entries(FAULTS).map(([name, fault]) =>
  scene('POST /session', 'hub', name, UNHARMED, {
    wire: atSecondPost(fault),
    flags: ['--isolation', 'session'],
    isShort: SHORT.has(name),
  }),
);

const DELETES: Readonly<Record<string, ProxyFault>> = {
  'the connection is reset': reset,
  'the answer is lost': 'lost-answer',
  '403': forbidden,
  '429': busy,
  '502 with HTML': gateway,
  'a page': page,
  'an empty answer': empty,
  'cut JSON': cut,
  'no answer at all': 'hang',
};

/** What the first `DELETE /session` of a run may get. The session is ended all the same. */
export const ENDS: readonly Scene[] = Object.entries(DELETES).map(([name, fault]) =>
  scene('DELETE /session', 'hub', name, UNHARMED, {
    wire: () => {
      let isOver = false;
      return ({ command }) => {
        if (command !== 'DELETE session' || isOver) return undefined;
        isOver = true;
        return fault;
      };
    },
    isShort: name === '403',
  }),
);
