import type { JSX } from 'preact';
import type { Attachment } from '../src/core/attempt.ts';

/** The names that `--trace` gives its pictures: a number, and the command after which it was taken. */
const FRAME = /^trace-0*(\d+)-([a-z-]+)\.(?:jpeg|png)$/;

export interface Frame {
  readonly name: string;
  readonly href: string;
}

/** Is it one picture of a film strip? */
export function isFrame({ name, contentType }: Attachment): boolean {
  return FRAME.test(name) && /^image\/(?:jpeg|png)$/.test(contentType);
}

/** Small pictures of the page after each command. A click opens one at its full size. */
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
