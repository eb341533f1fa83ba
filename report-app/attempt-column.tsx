import type { JSX } from 'preact';
import type { AttemptRow, SiteRow } from '../src/report/html/report-data.ts';
import { Attachments } from './attachments.tsx';
import { FaultText } from './fault-text.tsx';
import type { ReportModel } from './report-model.ts';
import { countText, durationText, markOf, timeText, verdictOfLetter } from './words.ts';

export interface AttemptProps {
  readonly model: ReportModel;
  readonly site: SiteRow;
  readonly attempt: AttemptRow;
}

/** One attempt, as a column beside the others. */
export function AttemptColumn({ model, site, attempt }: AttemptProps): JSX.Element {
  const hasControl = site.attempts.some(({ arm }) => arm === 'control');
  const name = `Attempt ${attempt.attempt}${hasControl ? (attempt.arm === 'control' ? ', the control' : ', with the extension') : ''}`;
  return (
    <section class={`attempt arm-${attempt.arm}`} aria-label={name}>
      <h3>{name}</h3>
      <dl>
        <dt>Ended</dt>
        <dd>{attempt.ending}</dd>
        <dt>Took</dt>
        <dd>
          {durationText(attempt.durationMs)}, from {timeText(attempt.startedAt)}
        </dd>
        {attempt.node !== undefined && (
          <>
            <dt>Node</dt>
            <dd>{attempt.node}</dd>
          </>
        )}
        {attempt.sessionId !== undefined && (
          <>
            <dt>Session</dt>
            <dd>
              <code>{attempt.sessionId}</code>
            </dd>
          </>
        )}
        <Extension model={model} attempt={attempt} />
      </dl>
      <FaultText fault={model.fault(attempt.fault)} />
      {attempt.letters !== undefined && (
        <ul class="checks">
          {attempt.letters.split('').map((_letter, check) => (
            <AttemptCheck key={check} model={model} attempt={attempt} check={check} />
          ))}
        </ul>
      )}
      <ExtensionErrors errors={attempt.extensionErrors ?? []} />
    </section>
  );
}

function ExtensionErrors({
  errors,
}: {
  readonly errors: NonNullable<AttemptRow['extensionErrors']>;
}): JSX.Element | null {
  if (errors.length === 0) return null;
  return (
    <details open>
      <summary>The extension threw {countText(errors.length, 'error')}</summary>
      {errors.map(({ message, stack, where }, place) => (
        <div key={place} class="fault">
          <p class="fault-code">
            <span class="chip">{where === 'worker' ? 'service worker' : where}</span>
          </p>
          <pre tabIndex={0} role="region" aria-label="Error of the extension">
            {stack === '' ? message : stack}
          </pre>
        </div>
      ))}
    </details>
  );
}

/** The build that was in the attempt's session. */
function Extension({
  model,
  attempt: { arm, extensionId },
}: Pick<AttemptProps, 'model' | 'attempt'>): JSX.Element | null {
  const build = model.data.extensions.find((known) => known.arm === arm);
  if (build === undefined && extensionId === undefined) return null;
  return (
    <>
      <dt>Extension</dt>
      <dd>
        {build !== undefined && (
          <>
            {build.name} {build.version} <code title={build.sha256}>{build.sha256.slice(0, 12)}</code>
          </>
        )}{' '}
        {extensionId !== undefined && <code>{extensionId}</code>}
      </dd>
    </>
  );
}

function AttemptCheck({
  model,
  attempt,
  check,
}: Pick<AttemptProps, 'model' | 'attempt'> & { readonly check: number }): JSX.Element {
  const verdict = verdictOfLetter(attempt.letters?.[check]);
  const detail = attempt.details?.find((known) => known.check === check);
  return (
    <li class="check">
      <p class="check-line">
        <span class={`mark v-${verdict ?? 'not-run'}`} role="img" aria-label={verdict ?? 'no answer'}>
          {verdict === undefined ? ' ' : markOf(verdict)}
        </span>
        <span class="check-title">{model.data.checks[check]?.title}</span>
        {verdict !== undefined && <span class="time">{durationText(attempt.checkMs?.[check] ?? 0)}</span>}
      </p>
      {detail?.reason !== undefined && <p class="reason">{detail.reason}</p>}
      <FaultText fault={model.fault(detail?.fault)} />
      <Attachments base={model.data.evidenceBase} attachments={detail?.attachments ?? []} />
    </li>
  );
}
