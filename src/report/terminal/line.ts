import { needsAttention, type SiteVerdict } from '../../core/verdict.ts';
import { ListReporter } from './list.ts';

/** Like `list`, but prints only the sites that need attention. */
export class LineReporter extends ListReporter {
  protected override shows(verdict: SiteVerdict, amended: boolean): boolean {
    return amended || needsAttention(verdict.verdict);
  }
}
