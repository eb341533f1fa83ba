import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Attachment } from '../src/core/attempt.ts';
import { FilmStripView, isFrame } from './film-strip.tsx';
import { hasRequests, RequestTable } from './request-table.tsx';

const MAX_CHARS = 200_000;
/** Only a page that a server gave may read its neighbours; one from the disk can link to them. */
const CAN_READ = location.protocol === 'http:' || location.protocol === 'https:';

/** What was kept of a check: pictures in place, everything else as links, and as text where it can be read. */
export function Attachments({
  base,
  attachments,
}: {
  readonly base: string;
  readonly attachments: readonly Attachment[];
}): JSX.Element | null {
  if (attachments.length === 0) return null;
  const frames = attachments.filter(isFrame).flatMap(({ name, path }) => {
    const href = hrefOf(base, path);
    return href === undefined ? [] : [{ name, href }];
  });
  return (
    <>
      <ul class="attachments">
        {attachments
          .filter((attachment) => !isFrame(attachment))
          .map((attachment, place) => (
            <li key={place}>
              <AttachmentView base={base} attachment={attachment} />
            </li>
          ))}
      </ul>
      {frames.length > 0 && <FilmStripView frames={frames} />}
    </>
  );
}

function AttachmentView({ base, attachment }: { readonly base: string; readonly attachment: Attachment }): JSX.Element {
  const { name, path, contentType } = attachment;
  const href = hrefOf(base, path);
  if (href === undefined)
    return (
      <span>
        {name}: {path}
      </span>
    );
  if (/^image\/(?:png|jpeg|webp|gif)$/.test(contentType)) {
    return (
      <figure>
        <a href={href} target="_blank">
          <img src={href} alt={name} loading="lazy" />
        </a>
        <figcaption>{name}</figcaption>
      </figure>
    );
  }
  return (
    <>
      <a href={href} target="_blank">
        {name}
      </a>{' '}
      <span class="type">{contentType}</span>
      {CAN_READ && isText(contentType, path) && <Content href={href} />}
    </>
  );
}

/** Reads a file when it is asked for. */
function Content({ href }: { readonly href: string }): JSX.Element {
  const [text, setText] = useState<string>();
  const read = async (): Promise<void> => {
    try {
      const response = await fetch(href);
      setText(response.ok ? await response.text() : `It can't be read: ${response.status} ${response.statusText}`);
    } catch (error) {
      setText(`It can't be read: ${String(error)}`);
    }
  };
  if (text === undefined)
    return (
      <button type="button" onClick={() => void read()}>
        Show
      </button>
    );
  if (hasRequests(text)) return <RequestTable text={text} />;
  return (
    <pre tabIndex={0} role="region" aria-label="Content">
      {text.slice(0, MAX_CHARS)}
      {text.length > MAX_CHARS ? '…' : ''}
    </pre>
  );
}

/** A path within the results folder as a link; none for one that leads anywhere else. */
function hrefOf(base: string, path: string): string | undefined {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return undefined;
  return [...(base === '' ? ['.'] : base.split('/')), ...parts].map(encodeURIComponent).join('/');
}

function isText(contentType: string, path: string): boolean {
  return /^text\/|json|javascript|xml|x-ndjson|mhtml|rfc822/.test(contentType) || path.endsWith('.har');
}
