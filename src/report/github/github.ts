import { appendFile, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Reporter } from '../../core/ports.ts';
import type { RunState } from '../../core/run-state.ts';
import { githubAnnotations } from './github-annotations.ts';
import { githubSummary } from './github-summary.ts';
import type { TerminalStream } from '../terminal/terminal.ts';

/** GitHub takes 1 MiB for each step, and nothing at all of what is larger. */
const MAX_SUMMARY_BYTES = 1024 * 1024;

/** What a comment of a pull request may have: 65,536 characters. */
const MAX_COMMENT_BYTES = 65_000;

export interface GithubOptions {
  /** Where workflow commands are read from; without it no annotations are made. */
  readonly stream?: TerminalStream;
  /** The file that becomes the summary of the job. */
  readonly summaryPath?: string;
  /** The results folder as the user may type it. */
  readonly out: string;
  /** Whether report.html was written. Default: it was. */
  readonly hasReport?: () => boolean;
  /** The names of the reports that could not be written. Default: none. */
  readonly unwritten?: () => readonly string[];
}

/** At the end of a run: annotations of what fails, and a summary of the job in Markdown, within GitHub's limits. */
export class GithubReporter implements Reporter {
  readonly #state: RunState;
  readonly #options: GithubOptions;

  /** @param state the fold over the run's events; its owner applies them, not this reporter */
  constructor(state: RunState, options: GithubOptions) {
    this.#state = state;
    this.#options = options;
  }

  /** Throws what the file system throws. */
  async finish(): Promise<void> {
    const { stream, summaryPath } = this.#options;
    const out = (this.#options.hasReport?.() ?? true) ? this.#options.out : undefined;
    const unwritten = this.#options.unwritten?.() ?? [];
    if (stream !== undefined) for (const line of githubAnnotations(this.#state, unwritten)) stream.write(`${line}\n`);
    if (summaryPath === undefined) return;
    if (stream === undefined) {
      await mkdir(dirname(summaryPath), { recursive: true });
      await writeFile(summaryPath, githubSummary(this.#state, out, MAX_COMMENT_BYTES, unwritten));
      return;
    }
    // Other commands of the step may have written there before.
    const written = await stat(summaryPath).then(
      ({ size }) => size,
      () => 0,
    );
    await appendFile(summaryPath, githubSummary(this.#state, out, MAX_SUMMARY_BYTES - written, unwritten));
  }
}
