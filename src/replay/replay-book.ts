import { coversRange } from './byte-range.ts';
import type { AskedRequest, RecordedAnswer } from './recorded-answer.ts';
import { isMasked, likeness, placeOf, recordedForm, standsFor, steadyForm } from './url-forms.ts';

interface Page {
  readonly answer: RecordedAnswer;
  /** The URL as it is compared. */
  readonly form: string;
  readonly steady: string;
  wasServed: boolean;
}

/**
 * The answers of one recording, for one attempt. A request gets the first of these that there is:
 *
 * 1. an answer to the same method, URL and body;
 * 2. to the same method and URL;
 * 3. to the same URL without cache busters;
 * 4. to the same host and path, with the most equal parameters.
 *
 * Several answers that fit equally well are served in the order of the recording, and the last one is repeated. One that
 * failed is served only if no other fits.
 */
export class ReplayBook {
  readonly #places = new Map<string, Page[]>();
  /** Pages whose host or path holds something masked. */
  readonly #masked: Page[] = [];

  constructor(answers: readonly RecordedAnswer[]) {
    for (const answer of answers) this.#add(answer);
  }

  /** The answer to a request; undefined if the recording has none. */
  find(asked: AskedRequest): RecordedAnswer | undefined {
    const form = recordedForm(asked.url);
    const near = this.#near(form, asked.method);
    const steady = steadyForm(form);
    const sameUrl = near.filter((page) => standsFor(page.form, form));
    const levels = [
      sameUrl.filter(({ answer }) => answer.bodyHash === asked.bodyHash),
      sameUrl,
      bodyFirst(
        near.filter((page) => standsFor(page.steady, steady)),
        asked,
      ),
      bodyFirst(mostAlike(near, form), asked),
    ];
    const level = levels.find((pages) => pages.length > 0);
    const page = level === undefined ? undefined : nextOf(fitting(level, asked));
    if (page !== undefined) page.wasServed = true;
    return page?.answer;
  }

  /** Does the recording hold an answer to this method, host and path? */
  has(method: string, url: string): boolean {
    return this.#near(recordedForm(url), method).length > 0;
  }

  #add(answer: RecordedAnswer): void {
    const form = recordedForm(answer.url);
    const page = { answer, form, steady: steadyForm(form), wasServed: false };
    const place = placeOf(form);
    if (isMasked(place)) this.#masked.push(page);
    const there = this.#places.get(place);
    if (there === undefined) this.#places.set(place, [page]);
    else there.push(page);
  }

  /** The pages of the same host, path and method. A request for the headers alone may have those of a whole answer. */
  #near(form: string, method: string): Page[] {
    const place = placeOf(form);
    const masked = this.#masked.filter((page) => standsFor(placeOf(page.form), place));
    const there = [...(this.#places.get(place) ?? []), ...masked];
    const same = there.filter(({ answer }) => answer.method === method);
    return same.length === 0 && method === 'HEAD' ? there.filter(({ answer }) => answer.method === 'GET') : same;
  }
}

/** Those with the request's own body, if there are any. */
function bodyFirst(pages: readonly Page[], { bodyHash }: AskedRequest): readonly Page[] {
  const same = pages.filter(({ answer }) => answer.bodyHash === bodyHash);
  return same.length === 0 ? pages : same;
}

function mostAlike(pages: readonly Page[], form: string): Page[] {
  const scores = pages.map((page) => likeness(page.form, form));
  const best = Math.max(...scores);
  return pages.filter((_, index) => scores[index] === best);
}

/** Leaves out what cannot answer the request, or answers it worse than another does. */
function fitting(pages: readonly Page[], { range, isConditional }: AskedRequest): readonly Page[] {
  const tests: ((answer: RecordedAnswer) => boolean)[] = [
    ({ status }) => status !== 0,
    ({ isBodyMissing }) => !isBodyMissing,
    // Without an older copy the browser can do nothing with "not modified".
    ({ status, body }) => isConditional || status !== 304 || body.length > 0,
    (answer) => (range === undefined ? answer.status !== 206 : coversRange(answer, range)),
    ({ isSecondHand }) => !isSecondHand,
  ];
  return tests.reduce((left, isBetter) => {
    const better = left.filter(({ answer }) => isBetter(answer));
    return better.length === 0 ? left : better;
  }, pages);
}

function nextOf(pages: readonly Page[]): Page | undefined {
  return pages.find(({ wasServed }) => !wasServed) ?? pages.at(-1);
}
