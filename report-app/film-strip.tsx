import type { JSX } from 'preact';
import type { Attachment } from '../src/core/attempt.ts';

/** As `--trace` names its pictures: their number, and the command that each was taken after. */
const FRAME = /^trace-0*(\d+)-([a-z-]+)\.(?:jpeg|png)$/;

export interface Frame {
  readonly name: string;
  readonly href: string;
}

/** Is it one picture of a film strip? */
export function isFrame({ name, contentType }: Attachment): boolean {
  return FRAME.test(name) && /^image\/(?:jpeg|png)$/.test(contentType);
}

/** What the page looked like after each command, small and in a row; each opens as large as it is. */
export function FilmStripView({ frames }: { readonly frames: readonly Frame[] }): JSX.Element {
  return (
    <ol class="film-strip" aria-label={`Film strip, ${frames.length} pictures`}>
      {frames.map(({ name, href }) => {
        const [, number, command = ''] = FRAME.exec(name) ?? [];
        return (
          <li key={name}>
            <a href={href} target="_blank">
              <img src={href} alt={`After command ${number}: ${command}`} loading="lazy" />
              <span aria-hidden="true">
                {number} {command}
              </span>
            </a>
          </li>
        );
      })}
    </ol>
  );
}
