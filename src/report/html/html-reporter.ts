import type { RunEvent } from '../../core/event.ts';
import type { Reporter } from '../../core/ports.ts';
import type { RunState } from '../../core/run-state.ts';
import { Timeline } from '../../core/timeline.ts';
import { writeWhole } from '../../os/write-whole.ts';
import { JUNIT_XML, RESULTS_JSON } from '../../results/layout.ts';
import { AttemptLog } from './attempt-log.ts';
import { buildReportData } from './build-data.ts';
import { packedJson } from './embed.ts';
import { FaultTable } from './fault-table.ts';
import { pageText } from './page-text.ts';
import { reportApp } from './report-app.ts';

export interface HtmlOptions {
  readonly path: string;
  /** The results folder, relative to the report's folder, with forward slashes. Empty if they are the same. */
  readonly evidenceBase: string;
}

/** Writes report.html at the end of a run or of its replay: one file that needs no network. */
export class HtmlReporter implements Reporter {
  readonly #state: RunState;
  readonly #options: HtmlOptions;
  readonly #faults = new FaultTable();
  readonly #attempts = new AttemptLog(this.#faults);
  readonly #timeline = new Timeline();

  /** @param state the fold over the run's events; its owner applies them, not this reporter */
  constructor(state: RunState, options: HtmlOptions) {
    this.#state = state;
    this.#options = options;
  }

  onEvent(event: RunEvent): void {
    this.#attempts.apply(event);
    this.#timeline.apply(event);
  }

  /** Throws what the file system throws. */
  async finish(): Promise<void> {
    const { path, evidenceBase } = this.#options;
    const data = buildReportData({
      state: this.#state,
      attempts: this.#attempts,
      timeline: this.#timeline,
      faults: this.#faults,
      evidenceBase,
    });
    const text = pageText({
      app: await reportApp(),
      data: await packedJson(data),
      title: `gridrun ${data.run.run}`,
      noScript: `This report needs JavaScript. The same results are in ${JUNIT_XML} and ${RESULTS_JSON} in the results folder.`,
    });
    await writeWhole(path, text);
  }
}
