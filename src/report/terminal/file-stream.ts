import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TerminalStream } from './terminal.ts';

/** A file that a reporter writes instead of the terminal. The first write opens it, so that a failure is the reporter's. */
export class FileStream implements TerminalStream {
  readonly #path: string;
  #fd: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  write(text: string): void {
    this.#fd ??= this.#open();
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length;) done += writeSync(this.#fd, bytes, done);
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #open(): number {
    mkdirSync(dirname(this.#path), { recursive: true });
    return openSync(this.#path, 'w');
  }
}
