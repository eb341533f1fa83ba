import type { PageFacts } from '../../../core/page-facts.ts';

/** What `PAGE_SCRIPT` returns. */
export interface ShownPage extends Pick<
  PageFacts,
  | 'url'
  | 'isErrorPage'
  | 'status'
  | 'mediaType'
  | 'title'
  | 'text'
  | 'textLength'
  | 'isBlank'
  | 'isEmpty'
  | 'fieldCount'
  | 'wall'
  | 'hasCaptcha'
> {
  /** The text of the browser's own error page; empty for other pages. */
  readonly errorText: string;
  readonly isLoading: boolean;
  readonly hasHalfCharacters: boolean;
}

/**
 * The body of a function that runs in the page and looks at what it shows. It changes nothing. Texts are cut, and their
 * half characters are replaced: the driver cannot pass them on.
 */
export const PAGE_SCRIPT = `
const cut = (text, length) => { const part = (text || '').slice(0, length); return part.toWellFormed ? part.toWellFormed() : part; };
const shown = (element) => { const box = element.getBoundingClientRect(); return box.width > 1 && box.height > 1; };
const find = (css) => document.querySelector(css) !== null;
const some = (css, is) => { for (const element of document.querySelectorAll(css)) if (is(element)) return true; return false; };
const isError = location.protocol === 'chrome-error:';
const load = performance.getEntriesByType('navigation')[0];
const root = document.body || document.documentElement;
const text = (root && (root.innerText === undefined ? root.textContent : root.innerText)) || '';
const CAPTCHA = '.g-recaptcha:not([data-size=invisible]), .h-captcha:not([data-size=invisible]), .cf-turnstile, #px-captcha, iframe[src*="captcha" i]:not([src*="size=invisible"]), iframe[src*="challenges.cloudflare.com"], iframe[src*="arkoselabs"], img[src*="captcha" i], img[alt*="captcha" i], input[name*="captcha" i], [id*="geetest" i]';
const isOfCaptcha = (field) => /captcha|robot/i.test(field.name + ' ' + field.id + ' ' + field.className) || field.closest('.g-recaptcha, .h-captcha, .cf-turnstile') !== null;
let fieldCount = 0;
for (const field of document.querySelectorAll('input, textarea, select'))
  if (!/^(hidden|submit|button|image|reset|checkbox|radio)$/.test(field.type) && !isOfCaptcha(field) && shown(field)) fieldCount++;
const scripts = (pattern) => text.length < 2000 && some('script', (script) => pattern.test(script.src + ' ' + script.textContent.slice(0, 4000)));
const wall = isError ? ''
  : find('#challenge-form, #cf-challenge-running, #challenge-error-text, #cf-error-details') || scripts(/_cf_chl_opt|challenge-platform\\/.*orchestrate/) ? 'Cloudflare'
  : find('iframe[src*="captcha-delivery.com"]') || scripts(/captcha-delivery\\.com/) ? 'DataDome'
  : find('#px-captcha') ? 'HUMAN'
  : find('iframe[src*="_Incapsula_Resource"]') ? 'Imperva'
  : find('#sec-if-cpt-container, #sec-bc-text-container') || /errors\\.edgesuite\\.net/.test(text.slice(0, 2000)) ? 'Akamai'
  : text.length < 2000 && find('#captcha-container') && scripts(/awswaf|AwsWaf/) ? 'AWS WAF'
  : '';
const isBlank = text.trim() === '' && !some('img, svg, canvas, video, iframe, frame, embed, object, input, button, select, textarea', shown);
const html = document.documentElement ? document.documentElement.textContent : '';
return {
  url: location.href, isErrorPage: isError, errorText: isError ? cut(text, 4000) : '',
  status: (load && load.responseStatus) || 0, mediaType: document.contentType, isLoading: document.readyState === 'loading',
  title: cut(document.title, 300), text: cut(text, 2000), textLength: text.length,
  isBlank, isEmpty: isBlank && load !== undefined && load.decodedBodySize === 0,
  fieldCount, wall, hasCaptcha: some(CAPTCHA, (element) => element.id === 'px-captcha' || element.childElementCount === 0 || shown(element)),
  hasHalfCharacters: html.isWellFormed !== undefined && !(html.isWellFormed() && document.title.isWellFormed()),
};`;
