import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Attachment } from '../src/core/attempt.ts';
import { FilmStripView, isFrame } from './film-strip.tsx';
import { hasRequests, RequestTable } from './request-table.tsx';

const MAX_CHARS = 200_000;
/** A page from a server may read the files beside it. A page from the disk can only link to them. */
const CAN_READ = location.protocol === 'http:' || location.protocol === 'https:';

/** The files kept for a check: pictures in place, everything else as links, and as text if it can be read. */
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

export function AttachmentView({
  base,
  attachment,
}: {
  readonly base: string;
  readonly attachment: Attachment;
}): JSX.Element {
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

/** A button that reads the file and shows its text. */
function Content({ href }: { readonly href: string }): JSX.Element {
  const [text, setText] = useState<string>();
  const read = async (): Promise<void> => {
    try {
      const response = await fetch(href);
      setText(response.ok ? await response.text() : `Cannot read it: ${response.status} ${response.statusText}`);
    } catch (error) {
      setText(`Cannot read it: ${String(error)}`);
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

/** A path within the results folder as a link. Undefined for a path that leads out of it. */
function hrefOf(base: string, path: string): string | undefined {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return undefined;
  return [...(base === '' ? ['.'] : base.split('/')), ...parts].map(encodeURIComponent).join('/');
}

function isText(contentType: string, path: string): boolean {
  return /^text\/|json|javascript|xml|x-ndjson|mhtml|rfc822/.test(contentType) || path.endsWith('.har');
}
