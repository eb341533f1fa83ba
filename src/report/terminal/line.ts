import type { SiteVerdict } from '../../core/verdict.ts';
import { ListReporter } from './list.ts';

/** As `list`, but only sites that a person must look at get a line. */
export class LineReporter extends ListReporter {
  protected override shows(verdict: SiteVerdict, amended: boolean): boolean {
    return amended || verdict.verdict === 'failed' || verdict.verdict === 'errored' || verdict.verdict === 'flaky';
  }
}
