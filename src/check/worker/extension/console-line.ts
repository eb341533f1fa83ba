import type { CdpEvent } from '../../../wire/bidi-cdp.ts';

/** A line that the service worker wrote to its console. */
export interface ConsoleLine {
  /** `log`, `warning`, `error`, … as Chrome calls them. */
  readonly level: string;
  readonly text: string;
}

/** The line of a `Runtime.consoleAPICalled` event. */
export function consoleLine(params: CdpEvent['params']): ConsoleLine {
  const parts = params['args'] as { value?: unknown; description?: string; type: string }[];
  const text = parts.map(({ value, description, type }) =>
    value === undefined ? (description ?? type) : typeof value === 'string' ? value : JSON.stringify(value),
  );
  return { level: String(params['type']), text: text.join(' ') };
}
