import type { JSX } from 'preact';
import type { FaultRow } from '../src/report/html/report-data.ts';

/** A fault in full: its message, what to do about it, and its stack. */
export function FaultText({ fault }: { readonly fault: FaultRow | undefined }): JSX.Element | null {
  if (fault === undefined) return null;
  const { code, cause, message, stack, hint } = fault;
  return (
    <div class="fault">
      <p class="fault-code">
        <code>{code}</code> <span class="chip">cause: {cause}</span>
      </p>
      <pre tabIndex={0} role="region" aria-label="Message">
        {message}
      </pre>
      {hint !== undefined && <p class="hint">→ {hint}</p>}
      {stack !== undefined && stack !== message && (
        <details>
          <summary>Stack</summary>
          <pre tabIndex={0} role="region" aria-label="Stack">
            {stack}
          </pre>
        </details>
      )}
    </div>
  );
}
