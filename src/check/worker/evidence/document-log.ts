import type { NetworkEvent } from './har-entry.ts';

/** What a tab's last load met on the network. */
export interface LoadedDocument {
  readonly navigation: string;
  /** 0 if there was no answer. */
  readonly status: number;
  /** `ERR_…`: why the page, or its rest, did not come. */
  readonly netError: string | undefined;
  readonly isDownload: boolean;
  /** The bot wall that the answer's headers name; empty if they name none. */
  readonly wall: string;
}

/** The parts of BiDi's events by which a load is known. */
interface OfNavigation {
  readonly context?: unknown;
  readonly navigation?: unknown;
}

const MAX_TABS = 50;

/** The last load of each tab, and the dialogs that its pages opened, out of events that the lane has anyway. */
export class DocumentLog {
  readonly #loads = new Map<string, LoadedDocument>();
  readonly #dialogs = new Map<string, number>();

  /** Takes up `network.responseCompleted` and `network.fetchError`. */
  add(event: NetworkEvent & OfNavigation): void {
    const { response, errorText } = event;
    this.#change(event, (before) => ({
      ...before,
      ...(response === undefined ? {} : { status: response.status, wall: wallIn(response.headers) }),
      ...(errorText === undefined ? {} : { netError: /ERR_[A-Z0-9_]+/.exec(errorText)?.[0] }),
    }));
  }

  /** Takes up `browsingContext.downloadWillBegin`. */
  download(event: OfNavigation): void {
    this.#change(event, (before) => ({ ...before, isDownload: true }));
  }

  /** Takes up `browsingContext.userPromptOpened`. */
  dialog({ context }: OfNavigation): void {
    if (typeof context === 'string' && this.#dialogs.size < MAX_TABS)
      this.#dialogs.set(context, (this.#dialogs.get(context) ?? 0) + 1);
  }

  /** The last load of a tab; `context` is its window handle. */
  of(context: string): LoadedDocument | undefined {
    return this.#loads.get(context);
  }

  /** The last load of the tab that was the first to load anything: frames and other tabs come after it. */
  first(): LoadedDocument | undefined {
    return this.#loads.values().next().value;
  }

  /** How many dialogs a tab opened; without `context`, any tab. */
  dialogCount(context: string | undefined): number {
    if (context === undefined) return Math.max(0, ...this.#dialogs.values());
    return this.#dialogs.get(context) ?? 0;
  }

  #change({ context, navigation }: OfNavigation, change: (before: LoadedDocument) => LoadedDocument): void {
    if (typeof context !== 'string' || typeof navigation !== 'string') return;
    const before = this.#loads.get(context);
    if (before === undefined && this.#loads.size >= MAX_TABS) return;
    const blank = { navigation, status: 0, netError: undefined, isDownload: false, wall: '' };
    this.#loads.set(context, change(before?.navigation === navigation ? before : blank));
  }
}

/** Cloudflare and AWS say so themselves. */
function wallIn(headers: readonly { readonly name: string; readonly value: { readonly value: string } }[]): string {
  for (const { name, value } of headers) {
    const key = name.toLowerCase();
    if (key === 'cf-mitigated') return 'Cloudflare';
    if (key === 'x-amzn-waf-action' && /captcha|challenge/i.test(value.value)) return 'AWS WAF';
  }
  return '';
}
