import type { JSX } from 'preact';
import type { RememberedRun } from '../src/core/story.ts';
import { dateText, markOf } from './words.ts';

/** The site's verdicts in earlier runs, newest first. */
export function EarlierRuns({ runs }: { readonly runs: readonly RememberedRun[] }): JSX.Element {
  return (
    <section aria-labelledby="history">
      <h2 id="history">History</h2>
      <ol class="earlier-runs">
        {runs.map(({ run, startedAt, verdict, cause, code }) => (
          <li key={run}>
            <span class={`mark v-${verdict}`} aria-hidden="true">
              {markOf(verdict)}
            </span>
            <span class={`v-${verdict}`}>{verdict}</span>
            <time dateTime={new Date(startedAt).toISOString()}>{dateText(startedAt)}</time>
            {cause !== undefined && <span>cause: {cause}</span>}
            {code !== undefined && <span>{code}</span>}
          </li>
        ))}
      </ol>
    </section>
  );
}
