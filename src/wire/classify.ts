import type { ErrorCode } from '../core/error-codes.ts';

/** The meaning of an error on the wire for a run. */
export interface Judgement {
  /** It decides whom the error blames and what gridrun does about it. */
  readonly code: ErrorCode;
  /** No later command of this session can work. */
  readonly sessionLost: boolean;
  readonly hint?: string;
}

/** W3C codes whose message comes from the driver or the grid only, and says more than the code. */
const TELLING = new Set(['unknown error', 'invalid session id', 'session not created']);

interface Rule extends Judgement {
  readonly holds: (wireCode: string, message: string) => boolean;
}

/** Our own codes for commands without a W3C reply. System codes (`ECONNREFUSED`, …) stay as they are. */
export const DEADLINE = 'deadline';
export const ABORTED = 'aborted';
export const NOT_W3C = 'not w3c';
export const UNAUTHORIZED = 'unauthorized';
export const UNAVAILABLE = 'unavailable';

/** There was no connection, so nothing was sent. */
const NEVER_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EMFILE|UND_ERR_CONNECT_TIMEOUT)$/;
/** The certificate is not trusted, so nothing was sent. Waiting does not help. */
const CERTIFICATE = /^(CERT_\w+|ERR_TLS_CERT_\w+|\w*SELF_SIGNED\w*|UNABLE_TO_\w+)$/;
/** W3C errors that say that nothing was done. */
const REFUSALS = new Set([
  'session not created',
  'invalid argument',
  'invalid session id',
  'unknown command',
  'unknown method',
]);
const CONNECTION = /^(E[A-Z_]+|UND_ERR_\w+|ERR_(TLS|SSL)_\w+)$/;

/** The first rule that holds decides. Chromedriver puts most facts into the message of an `unknown error`. */
const RULES: readonly Rule[] = [
  { code: 'runner.stopped', sessionLost: false, holds: (code) => code === ABORTED },
  { code: 'grid.no-answer', sessionLost: false, holds: (code) => code === DEADLINE },
  {
    code: 'grid.unauthorized',
    sessionLost: false,
    hint: 'put the credentials in the URL: https://user:password@host',
    holds: (code) => code === UNAUTHORIZED,
  },
  {
    code: 'browser.tab-crashed',
    sessionLost: true,
    holds: (code, text) =>
      code === 'tab crashed' || /\b(tab|page|target) crashed|session deleted because of page crash/i.test(text),
  },
  {
    code: 'browser.crashed',
    sessionLost: true,
    holds: (code, text) =>
      code === 'disconnected' ||
      code === 'chrome not reachable' ||
      // Chromedriver's message without an addition: the driver still replies, so it is the browser that is gone.
      (code === 'invalid session id' && text.trim() === code) ||
      /\bdisconnected: |not connected to DevTools|chrome not reachable|browser has closed the connection/i.test(text),
  },
  {
    code: 'grid.queue-timeout',
    sessionLost: true,
    hint: 'lower --sessions, or add slots to the grid',
    holds: (code, text) => code === 'session not created' && /request timed out|timed out in the queue/i.test(text),
  },
  {
    code: 'browser.not-started',
    sessionLost: true,
    holds: (code) => code === 'session not created',
  },
  {
    code: 'grid.session-lost',
    sessionLost: true,
    // A hub replies with the second one if the node of the session is gone, a node with the third if its driver is.
    holds: (code, text) =>
      code === 'invalid session id' ||
      /Unable to execute request for an existing session|^Connection error \([A-Z]+ http/.test(text),
  },
  {
    code: 'grid.certificate',
    sessionLost: true,
    hint: 'name its authority in NODE_EXTRA_CA_CERTS=<file>, or use the host name of the certificate',
    holds: (code) => CERTIFICATE.test(code),
  },
  {
    code: 'grid.unreachable',
    sessionLost: true,
    hint: 'check that the grid is up, and that this machine can reach it at that URL',
    holds: (code) => code === UNAVAILABLE || CONNECTION.test(code),
  },
  {
    code: 'grid.not-webdriver',
    sessionLost: true,
    hint: 'check the URL: its /status must reply with JSON',
    holds: (code) => code === NOT_W3C,
  },
  {
    code: 'site.unreachable',
    sessionLost: false,
    holds: (_code, text) => /\bnet::ERR_/.test(text),
  },
  // Everything else is the browser's own refusal: an element that is not there, a script that throws.
  { code: 'check.command-refused', sessionLost: false, holds: () => true },
];

/** Decides what an error means. `wireCode` is a W3C error code, a system error's code, or one of the codes above. */
export function classify(wireCode: string, message: string): Judgement {
  // With any other code the text may come from the site: from an alert, or from a script that threw.
  const text = TELLING.has(wireCode) ? message : '';
  const { holds: _holds, ...judgement } = RULES.find((rule) => rule.holds(wireCode, text))!;
  return judgement;
}

/** Is it a W3C error that says that nothing was done? */
export function isRefusal(wireCode: string): boolean {
  return REFUSALS.has(wireCode);
}

/**
 * Whether a request may have been carried out although no W3C reply says so: a proxy's page, cut JSON, a 403 or a 429
 * may stand for any reply of the server behind it, and so may an `unknown error` of the hub.
 */
export function mayBeDone(wireCode: string): boolean {
  return !NEVER_SENT.test(wireCode) && !CERTIFICATE.test(wireCode) && !isRefusal(wireCode);
}
