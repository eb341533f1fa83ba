import type { ErrorCode } from './error-codes.ts';
import type { PageFacts } from './page-facts.ts';

/** A class of pages on which no check can say anything about the site. `ERROR_CODES` has its cause and what comes next. */
export interface PageClass {
  readonly code: ErrorCode;
  /** How gridrun recognizes it, for docs/reference/page-classes.md. */
  readonly seenBy: string;
  /** The sentence for the fault's message; undefined if the page is not of this class. */
  readonly of: (facts: PageFacts) => string | undefined;
}

/** A page with more text is no wall, whatever words are in it. */
const MAX_WALL_TEXT = 2_000;

/** The browser follows these. If one is the status of a page, there was nowhere to go. */
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** What bot walls say, in their own words. */
const WALL_WORDS = new RegExp(
  [
    /just a moment/,
    /attention required/,
    /access (to this page )?(has been |is )?denied/,
    /(you have been|request( was)?|has been) blocked/,
    /unusual (traffic|activity)/,
    /(verify|confirm|prove|make sure|check) (that )?(you are|you're|you’re) (a |not a |an actual )?(human|robot|bot|real)/,
    /(are you|not) a (human|robot|bot)/,
    /checking (if|your|the) (browser|site)/,
    /press (&|and) hold/,
    /automated (access|requests?|queries|traffic)/,
    /pardon our interruption/,
    /ddos protection/,
    /bot (detection|protection|check)/,
    /security (check|verification)/,
    /enable (javascript|js) and (cookies|disable)/,
    /incapsula incident id/,
    /errors\.edgesuite\.net/,
    /kein roboter|robot check|vous n’êtes pas un robot|no soy un robot|ロボットではありません|我不是机器人/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
);

const isShort = ({ textLength, fieldCount }: PageFacts): boolean => textLength < MAX_WALL_TEXT && fieldCount === 0;

const statusOf = ({ status }: PageFacts): string => (status === 0 ? '' : ` (HTTP status ${status})`);

/** The code and the words for each net error of the browser; the first match counts. */
const NET_ERRORS: readonly (readonly [pattern: RegExp, code: ErrorCode, words: string])[] = [
  [/ERR_(NAME_|DNS_|ICANN_)/, 'site.dns', 'its host name is not known (DNS): is the address right?'],
  [/ERR_CONNECTION_REFUSED/, 'site.refused', 'nothing listens there: the connection was refused'],
  [/ERR_CERT_DATE_INVALID/, 'site.tls', 'its TLS certificate has expired, or is not valid yet'],
  [/ERR_CERT_COMMON_NAME_INVALID/, 'site.tls', 'its TLS certificate is for another host name'],
  [/ERR_CERT_/, 'site.tls', 'its TLS certificate is not trusted'],
  [/ERR_(SSL_|BAD_SSL)/, 'site.tls', 'no secure connection (TLS) could be made'],
  [/ERR_TOO_MANY_REDIRECTS/, 'site.redirects', 'it redirects in a circle'],
  [/ERR_(CONNECTION_)?TIMED_OUT/, 'site.no-answer', 'it did not answer in time'],
  [/ERR_CONTENT_DECODING|ERR_INVALID_CHUNKED/, 'site.bad-encoding', 'its page could not be decoded'],
  [/ERR_(INCOMPLETE_CHUNKED|CONTENT_LENGTH_MISMATCH)/, 'site.cut-body', 'its page was cut off'],
  [
    /ERR_(CONNECTION_(RESET|CLOSED|ABORTED)|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)/,
    'site.connection-lost',
    'it closed the connection without an answer',
  ],
  [
    /ERR_(INTERNET_DISCONNECTED|ADDRESS_UNREACHABLE|NETWORK_)/,
    'site.unreachable',
    'there is no way to it over the network',
  ],
  [
    /ERR_(HTTP2|QUIC|INVALID_HTTP_RESPONSE|RESPONSE_HEADERS)/,
    'site.unreachable',
    'what it answered is not proper HTTP',
  ],
  [/ERR_UNSAFE_PORT/, 'site.unreachable', 'Chrome opens no page on this port'],
  [/./, 'site.unreachable', 'the browser could not reach it'],
];

/** A class for the net errors of one code, while none of the page is there. */
function unloaded(code: ErrorCode, seenBy: string): PageClass {
  return {
    code,
    seenBy,
    of({ siteUrl, url, netError, isErrorPage, hasExtension }) {
      if (netError === undefined || !isErrorPage) return undefined;
      // An extension can block an address. Then it is no fault of the site.
      if (hasExtension && netError === 'ERR_BLOCKED_BY_CLIENT') return undefined;
      const [, found, words] = NET_ERRORS.find(([pattern]) => pattern.test(netError))!;
      if (found !== code) return undefined;
      return `${siteUrl} did not load: ${words} (net::${netError}${url === siteUrl ? '' : ` at ${url}`})`;
    },
  };
}

/**
 * Every class of pages, for the built-in check and for users' checks alike; the first one that fits counts. A check that
 * passes is never asked: gridrun looks for a class only when a check has failed. The built-in check looks at each page.
 */
export const PAGE_CLASSES: readonly PageClass[] = [
  {
    code: 'site.closed-window',
    seenBy: 'the window is gone, and no command of the check closed it',
    of: ({ siteUrl, isClosed }) => (isClosed ? `the page of ${siteUrl} closed its own window` : undefined),
  },
  {
    code: 'site.dialogs',
    seenBy: 'a dialog opens while the page loads, or another one as soon as one is closed',
    of: ({ siteUrl, hasDialogs }) =>
      hasDialogs ? `${siteUrl} opens dialogs by itself, and they block the page` : undefined,
  },
  {
    code: 'site.hangs',
    seenBy:
      "the page does not answer for seconds, while the browser does: a script of the page holds the tab's process",
    of: ({ siteUrl, isHeld }) =>
      isHeld ? `${siteUrl} hangs: its page does not answer, while the browser does` : undefined,
  },
  {
    code: 'site.bot-wall',
    seenBy: 'traces of a known bot wall, or a short page without fields in the words of one',
    of(facts) {
      const { siteUrl, wall, hasCaptcha, title, text } = facts;
      if (wall !== '') return `${siteUrl} shows a bot wall (${wall}) instead of its page${statusOf(facts)}`;
      if (hasCaptcha || facts.isErrorPage || !isShort(facts) || !WALL_WORDS.test(`${title}\n${text}`)) return undefined;
      return `${siteUrl} shows a bot wall instead of its page: “${firstLine(facts)}”${statusOf(facts)}`;
    },
  },
  {
    code: 'site.captcha',
    seenBy: 'a visible captcha on a short page without other fields',
    of: (facts) =>
      facts.hasCaptcha && isShort(facts)
        ? `${facts.siteUrl} shows a captcha instead of its page${statusOf(facts)}`
        : undefined,
  },
  {
    code: 'site.http-status',
    seenBy:
      'HTTP status 4xx or 5xx, with or without a page; after a click only 5xx; a redirect (3xx) that has no `Location`',
    of({ siteUrl, url, status, isErrorPage, isAsLoaded }) {
      if (isAsLoaded && REDIRECTS.has(status))
        return `${siteUrl} redirects to nowhere: HTTP status ${status} without a Location${url === siteUrl ? '' : ` (at ${url})`}`;
      if (status < (isAsLoaded ? 400 : 500)) return undefined;
      return `${siteUrl} answered with HTTP status ${status}${isErrorPage ? ', and no page' : ''}${url === siteUrl ? '' : ` (at ${url})`}`;
    },
  },
  unloaded('site.dns', '`net::ERR_NAME_…`, `ERR_DNS_…`'),
  unloaded('site.refused', '`net::ERR_CONNECTION_REFUSED`'),
  unloaded('site.tls', '`net::ERR_CERT_…`, `ERR_SSL_…`, `insecure certificate`'),
  unloaded('site.redirects', '`net::ERR_TOO_MANY_REDIRECTS`'),
  unloaded('site.no-answer', '`net::ERR_TIMED_OUT`, or a page load that takes longer than the check may'),
  unloaded('site.connection-lost', '`net::ERR_CONNECTION_RESET`, `ERR_EMPTY_RESPONSE` and the like, before any answer'),
  {
    code: 'site.bad-encoding',
    seenBy: '`net::ERR_CONTENT_DECODING_…` or `ERR_INVALID_CHUNKED_ENCODING` for the page',
    of: ({ siteUrl, netError }) =>
      netError !== undefined && /CONTENT_DECODING|INVALID_CHUNKED/.test(netError)
        ? `the page of ${siteUrl} could not be decoded (net::${netError})`
        : undefined,
  },
  {
    code: 'site.cut-body',
    seenBy: 'the load is over, but the end of the page never came',
    of: ({ siteUrl, netError, isCut }) =>
      isCut
        ? `the page of ${siteUrl} was cut off before its end${netError === undefined ? '' : ` (net::${netError})`}`
        : undefined,
  },
  unloaded('site.unreachable', 'any other error page of Chrome, such as `net::ERR_UNSAFE_PORT`'),
  {
    code: 'site.download',
    seenBy: 'the address is a download: the tab stays empty',
    of: ({ siteUrl, instead }) => (instead === 'download' ? `${siteUrl} is a download, not a page` : undefined),
  },
  {
    code: 'site.no-content',
    seenBy: 'HTTP status 204 or 205: the tab stays empty',
    of: ({ siteUrl, instead, status }) =>
      instead === 'nothing'
        ? `${siteUrl} gave no page${status === 0 ? '' : `: it answered with HTTP status ${status}`}`
        : undefined,
  },
  {
    code: 'site.other-origin',
    seenBy: 'the load ended on another domain; for an address or `localhost`, on another host or port',
    of: ({ siteUrl, url, isElsewhere, isAsLoaded }) =>
      isElsewhere && isAsLoaded ? `${siteUrl} leads to another site: ${url}` : undefined,
  },
  {
    code: 'site.not-a-page',
    seenBy: 'a media type other than HTML, XHTML, XML and SVG',
    of: ({ siteUrl, mediaType, isAsLoaded }) =>
      mediaType !== '' && isAsLoaded && !/^(text\/html|[\w.+/-]*xml)$/.test(mediaType)
        ? `${siteUrl} is not a web page: its type is ${mediaType}`
        : undefined,
  },
  {
    code: 'site.blank',
    seenBy: 'no text, picture or field can be seen; with an extension, only if the answer was empty',
    of: ({ siteUrl, isBlank, isEmpty, isAsLoaded, hasExtension }) =>
      isBlank && isAsLoaded && (isEmpty || !hasExtension)
        ? `${siteUrl} is blank: the page loaded, but shows no text, picture or field`
        : undefined,
  },
  {
    code: 'site.unreadable',
    seenBy:
      "the page's scripts have changed what the driver needs (`JSON`, `Object.prototype` …), or the page has half characters (lone surrogates)",
    of: ({ siteUrl, isUnreadable }) =>
      isUnreadable ? `the driver cannot read the page of ${siteUrl}: its scripts or texts break the driver` : undefined,
  },
];

/** The class of a page, and the sentence for it; undefined if it is a page of the site. */
export function pageClassOf(facts: PageFacts): { readonly code: ErrorCode; readonly sentence: string } | undefined {
  for (const { code, of } of PAGE_CLASSES) {
    const sentence = of(facts);
    if (sentence !== undefined) return { code, sentence };
  }
  return undefined;
}

function firstLine({ title, text }: PageFacts): string {
  return (title || text).trim().split('\n', 1)[0]!.slice(0, 100);
}
