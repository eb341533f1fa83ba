import { contentOf } from '../../../core/page-print/page-content.ts';
import { chainOf, languageIn, type SentAnswer } from '../../../core/page-print/same-page.ts';
import type { SentPage } from '../../../core/sent-page.ts';
import { abortAfter } from '../../../os/real-timers.ts';
import { untilAborted } from '../../../wire/until-aborted.ts';
import type { PageTab } from './page-tab.ts';
import type { PageView } from './page-view.ts';

/** A site waits this long for the watch. After that, there is no fingerprint. */
const START_MS = 2_000;
const BODY_MS = 2_000;

/** The parts that are used of the events of DevTools' `Network`. */
interface NetworkParams {
  readonly requestId?: string;
  readonly type?: string;
  readonly frameId?: string;
  readonly request?: { readonly url: string };
  readonly redirectResponse?: NetworkResponse;
  readonly response?: NetworkResponse;
  readonly errorText?: string;
}

interface NetworkResponse {
  readonly url: string;
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The document that is being loaded. */
interface Loading {
  readonly requestId: string;
  readonly url: string;
  readonly answers: readonly SentAnswer[];
  readonly language: string;
  readonly byExtension: boolean;
}

/**
 * Takes the fingerprint of what the server sent for the first document of an attempt. It reads the bytes over DevTools as
 * they came, and asks nothing of the page, which an extension may have changed. One attempt owns it.
 */
export class SentDocument {
  readonly #view: PageView;
  readonly #clean: <T>(value: T) => T;
  #tab: PageTab | undefined;
  #loading: Loading | undefined;
  #body: Promise<void> | undefined;
  #page: SentPage | undefined;

  /** @param clean removes from a value what no output may show */
  constructor(view: PageView, clean: <T>(value: T) => T) {
    this.#view = view;
    this.#clean = clean;
  }

  /** The fingerprint, if it is taken by now. */
  get page(): SentPage | undefined {
    return this.#page;
  }

  /** Call before the first check. Never rejects. */
  async start(): Promise<void> {
    const limits = { deadlineMs: START_MS, signal: abortAfter(START_MS) };
    const tab = await this.#view.tab(limits);
    if (typeof tab === 'string') return;
    this.#tab = tab;
    const listening = tab.listenToNetwork((method, params) => this.#onEvent(method, params), limits);
    await listening.catch(() => {});
  }

  /** Waits for the bytes of a document that has come. Never rejects. */
  async settled(limitMs: number): Promise<void> {
    await untilAborted(this.#body ?? Promise.resolve(), abortAfter(limitMs)).catch(() => {});
  }

  #onEvent(method: string, params: NetworkParams): void {
    if (this.#body !== undefined || this.#page !== undefined) return;
    if (method === 'Network.requestWillBeSent') return this.#onRequest(params);
    const loading = this.#loading;
    if (loading === undefined || params.requestId !== loading.requestId) return;
    if (method === 'Network.responseReceived') this.#loading = withAnswer(loading, params.response);
    if (method === 'Network.loadingFinished') this.#body = this.#take(loading).catch(() => {});
    if (method === 'Network.loadingFailed') this.#onFailed(loading, params.errorText ?? '');
  }

  #onRequest({ requestId, type, frameId, request, redirectResponse }: NetworkParams): void {
    if (type !== 'Document' || frameId !== this.#tab?.targetId || requestId === undefined) return;
    const url = request?.url ?? '';
    const loading = this.#loading;
    if (loading !== undefined && loading.requestId === requestId)
      this.#loading = { ...withAnswer(loading, redirectResponse), url };
    else if (/^https?:/.test(url)) this.#loading = { requestId, url, answers: [], language: '', byExtension: false };
  }

  #onFailed({ url }: Loading, error: string): void {
    this.#loading = undefined;
    // Only an extension blocks the page itself. Without an answer, there is nothing that could be compared.
    if (!error.includes('ERR_BLOCKED_BY_CLIENT')) return;
    const chain = chainOf([{ url, status: 0 }]);
    this.#page = this.#clean({ chain, language: '', title: '', fields: '', shape: '', byExtension: true });
    this.#stop();
  }

  async #take({ requestId, answers, language, byExtension }: Loading): Promise<void> {
    const limits = { deadlineMs: BODY_MS };
    try {
      const body = await this.#tab!.bodyOf(requestId, limits);
      this.#page = this.#clean({
        chain: chainOf(answers),
        language,
        ...contentOf(body),
        ...(byExtension ? { byExtension } : {}),
      });
    } finally {
      this.#stop();
    }
  }

  #stop(): void {
    void this.#tab?.ignoreNetwork({ deadlineMs: BODY_MS }).catch(() => {});
  }
}

function withAnswer(loading: Loading, response: NetworkResponse | undefined): Loading {
  if (response === undefined) return loading;
  const { url, status, statusText, headers } = response;
  const header = (name: string): string =>
    Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? '';
  // Chrome makes this answer itself: for HSTS, or because a rule of an extension redirects the request.
  if (status === 307 && statusText === 'Internal Redirect')
    return { ...loading, byExtension: loading.byExtension || header('non-authoritative-reason') !== 'HSTS' };
  return {
    ...loading,
    answers: [...loading.answers, { url, status }],
    language: languageIn(header('content-language')),
  };
}
