import { driver, site } from '../api.ts';

/**
 * The browser's net errors in words; the first match counts. The worker has a table of its own that gives the codes of
 * faults: this file imports only `gridrun/check`, because it is a check as a user would write it.
 */
const IN_WORDS: readonly (readonly [RegExp, string])[] = [
  [/ERR_NAME_NOT_RESOLVED|ERR_DNS|ERR_ICANN/, 'its host name is not known (DNS): is the address right?'],
  [/ERR_CONNECTION_REFUSED/, 'nothing listens there: the connection was refused'],
  [/ERR_CERT_DATE_INVALID/, 'its TLS certificate has expired, or is not valid yet'],
  [/ERR_CERT_COMMON_NAME_INVALID/, 'its TLS certificate is for another host name'],
  [/ERR_CERT_|insecure certificate/i, 'its TLS certificate is not trusted'],
  [/ERR_SSL|ERR_BAD_SSL/, 'no secure connection (TLS) could be made'],
  [/ERR_TOO_MANY_REDIRECTS/, 'it redirects in a circle'],
  [/ERR_(CONNECTION_)?TIMED_OUT/, 'it did not answer in time'],
  [/ERR_CONNECTION_(RESET|CLOSED|ABORTED)|ERR_EMPTY_RESPONSE/, 'it closed the connection without an answer'],
  [/ERR_INTERNET_DISCONNECTED|ERR_ADDRESS_UNREACHABLE|ERR_NETWORK/, 'there is no way to it over the network'],
  [/ERR_HTTP2|ERR_QUIC|ERR_INVALID_HTTP_RESPONSE/, 'what it answered is not proper HTTP'],
];

/** The check waits this much longer than the browser's own limit, so that the browser's error comes first. */
const MARGIN_MS = 5_000;

it('the page loads', async function () {
  this.timeout(this.timeout() + MARGIN_MS);
  try {
    await driver.get(site.url);
  } catch (error) {
    throw inWords(error as Error);
  }
  const page = await driver.executeScript<{ status: number; blank: boolean; url: string; error: string }>(`
    const shown = (element) => { const box = element.getBoundingClientRect(); return box.width > 1 && box.height > 1; };
    const seen = [...document.querySelectorAll('img, svg, canvas, video, iframe, frame, embed, object, input, button, select, textarea')].some(shown);
    return {
      status: performance.getEntriesByType('navigation')[0]?.responseStatus ?? 0,
      blank: !seen && (document.body?.innerText ?? '').trim() === '',
      url: location.href,
      error: location.protocol === 'chrome-error:' ? document.documentElement.innerText : '',
    };`);
  // For some errors, such as an empty reply, the browser shows its own page and the command does not fail.
  const status = /\bHTTP ERROR (\d+)/.exec(page.error)?.[1];
  if (status !== undefined) throw new Error(`${site.url} answered with HTTP status ${status}, and no page`);
  if (page.error !== '') throw inWords(new Error(`net::${/\bERR_[A-Z0-9_]+/.exec(page.error)?.[0] ?? 'ERR_FAILED'}`));
  if (page.status >= 400)
    throw new Error(
      `${site.url} answered with HTTP status ${page.status}${page.url === site.url ? '' : ` (at ${page.url})`}`,
    );
  if (page.blank) throw new Error(`${site.url} is blank: the page loaded, but shows no text, picture or field`);
});

function inWords(error: Error): Error {
  if (error.name === 'TimeoutError') return new Error(`${site.url} did not finish loading in time`, { cause: error });
  const words = IN_WORDS.find(([pattern]) => pattern.test(`${error.name} ${error.message}`))?.[1];
  const code = /net::ERR_\w+/.exec(error.message)?.[0];
  if (words === undefined && code === undefined && !/insecure certificate/i.test(error.message)) return error;
  return new Error(
    `${site.url} did not load: ${words ?? 'the browser could not reach it'}${code === undefined ? '' : ` (${code})`}`,
    { cause: error },
  );
}
